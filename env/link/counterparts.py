"""Playwright's pages of one context, matched with our sessions of the same tabs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from env.link.cdp import Connection
from env.link.direct import DirectPage
from env.link.page_session import PageSession
from webpilot.errors import BrowserLost

__all__ = ["Counterparts"]


class Counterparts:
    """Knows a tab's page as Playwright has it. Belongs to the browser's thread."""

    def __init__(
        self, context: BrowserContext, connection: Connection, *, identity: str, direct: bool
    ) -> None:
        """Begin with a context that has no page yet.

        Args:
            context: as Playwright knows it.
            connection: our own to its browser.
            identity: the context's DevTools id.
            direct: whether pages are handed out as :class:`env.link.direct.DirectPage`.
        """
        self._context = context
        self._connection = connection
        self._id = identity
        self._direct = direct
        self._pages: dict[str, Page] = {}
        """By target id, as far as they were asked for."""
        self._own = {context._impl_obj: listeners(context._impl_obj)}
        """How many listeners Playwright's objects have of their own."""

    @property
    def heard(self) -> bool:
        """Whether a task or a client listens to Playwright's events, routes or bindings here."""
        return any(listeners(each) > own for each, own in self._own.items())

    def new(self) -> PageSession:
        """Return the session of a page that Playwright has opened just now."""
        before = {session.target for session in self._connection.in_context(self._id)}
        page = self._context.new_page()
        # Playwright has been told of it, on the same pipe, so we have been told too.
        arrived = [
            session
            for session in self._connection.in_context(self._id)
            if session.target not in before
        ]
        only = len(arrived) == 1  # else pages have opened others meanwhile
        session = arrived[0] if only else self._connection.page(self._target_of(page))
        self._know(page, session)
        return session

    def of(self, session: PageSession) -> Page:
        """Return a tab's page as Playwright knows it.

        Raises:
            BrowserLost: Playwright does not know it (any more).
        """
        if session.target not in self._pages:
            self._context.cookies()  # makes Playwright take in what has happened meanwhile
            known = {page._impl_obj for page in self._pages.values()}
            for page in self._context.pages:
                if page._impl_obj not in known:
                    with suppress(PlaywrightError):
                        target = self._target_of(page)
                        self._know(page, self._connection.page(target))
        if session.target not in self._pages:
            raise BrowserLost("the page is gone")
        return self._pages[session.target]

    def close(self, session: PageSession) -> None:
        """Have Playwright close a tab's page; who listens to it is still counted.

        Raises:
            BrowserLost: Playwright does not know it (any more).
        """
        with suppress(PlaywrightError):
            self.of(session).close()
        session.close()  # it is, though we may not have been told yet
        self._pages.pop(session.target, None)

    def discard(self, session: PageSession) -> None:
        """Let a tab go without waiting for its end; who listens to its page counts no more."""
        gone = self._pages.pop(session.target, None)
        if gone is not None:
            self._own.pop(gone._impl_obj, None)
        session.discard()

    def _know(self, page: Page, session: PageSession) -> None:
        self._own[page._impl_obj] = listeners(page._impl_obj)
        self._pages[session.target] = DirectPage(page, session) if self._direct else page

    def _target_of(self, page: Page) -> str:
        introduction = self._context.new_cdp_session(page)
        try:
            return str(introduction.send("Target.getTargetInfo")["targetInfo"]["targetId"])
        finally:
            with suppress(PlaywrightError):
                introduction.detach()


def listeners(implementation: Any) -> int:
    """Return how many listeners, bindings and routes a page or context of Playwright has."""
    names = implementation.event_names()
    heard = sum(len(implementation.listeners(name)) for name in names)
    return heard + len(implementation._bindings) + len(implementation._routes)
