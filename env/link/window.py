"""One browsing context with its tabs, as both clients know them, and which of them is in front.

A new tab (a popup, ``target=_blank``, our own) comes to the front when it appears, as BrowserGym
has it; when the front tab goes, the one before it is in front again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from env.guard.watch import WindowGuard
from env.link.cdp import Connection
from env.link.counterparts import Counterparts
from env.link.page_session import PageSession
from webpilot.errors import ActionError, BrowserLost

if TYPE_CHECKING:
    from env.link.browser import Browser

__all__ = ["Tab", "Window"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One page of a window. Never leaves its thread."""

    window: Window
    session: PageSession

    @property
    def page(self) -> Page:
        """The page as Playwright knows it.

        Raises:
            BrowserLost: Playwright does not know it (any more).
        """
        return self.window.page_of(self.session)

    @property
    def alive(self) -> bool:
        """Whether the page can still be talked to."""
        return not self.session.closed and self.window.browser.alive

    def close(self) -> None:
        """Discard the page's whole window; fine when it is gone already."""
        self.window.close()


class Window:
    """A context of its own: cookies, storage and tabs. Belongs to the browser's thread."""

    def __init__(
        self,
        browser: Browser,
        context: BrowserContext,
        connection: Connection,
        guard: WindowGuard,
        *,
        identity: str,
        direct: bool,
    ) -> None:
        """Open the first tab of a context.

        Args:
            browser: whose context it is.
            context: as Playwright knows it, without a page yet.
            connection: our own to that browser.
            guard: keeps its tabs to the window's rules.
            identity: the context's DevTools id.
            direct: whether its pages are handed out as :class:`env.link.direct.DirectPage`.
        """
        self.browser = browser
        self.context = context
        self.guard = guard
        """Keeps its tabs to the window's rules."""
        self._connection = connection
        self._pages = Counterparts(context, connection, identity=identity, direct=direct)
        self._front: list[str] = []
        """Target ids in the order in which they came to the front, the last one in front."""
        self._crashed: set[str] = set()
        """Target ids of tabs whose process is gone."""
        self._id = identity
        self.direct = direct
        """Whether its pages are :class:`env.link.direct.DirectPage` objects."""
        connection.on_page(identity, self._arrived)
        self._opened()

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The open pages, in the order in which they were opened."""
        sessions = self._connection.in_context(self._id)
        return tuple(Tab(window=self, session=each) for each in sessions)

    @property
    def active(self) -> Tab:
        """The tab in front.

        Raises:
            BrowserLost: no tab is open, or the one in front has crashed.
        """
        if self.crashed:
            raise BrowserLost("the page crashed")
        tabs = {tab.session.target: tab for tab in self.tabs}
        for target in tabs:
            if target not in self._front:
                self._front.append(target)
        self._front = [target for target in self._front if target in tabs]
        if not self._front:
            raise BrowserLost("no tab is open")
        return tabs[self._front[-1]]

    @property
    def crashed(self) -> bool:
        """Whether the tab in front has lost its process, which no other tab makes up for."""
        return bool(self._front) and self._front[-1] in self._crashed

    @property
    def heard(self) -> bool:
        """Whether a task or a client listens to Playwright's events, routes or bindings here."""
        return self._pages.heard

    def open(self) -> Tab:
        """Return a new tab, in front.

        Raises:
            ActionError: the window has as many tabs as it may have.
        """
        if len(self.tabs) >= self.guard.rules.tabs:
            raise ActionError(f"no more than {self.guard.rules.tabs} tabs may be open")
        return self._opened()

    def renew(self) -> Tab:
        """Return a new tab, soon the only one: nobody waits for the others to close."""
        others = self.tabs
        tab = self._opened()
        for other in others:
            self._pages.discard(other.session)
        return tab

    def focus(self, index: int) -> Tab:
        """Return the tab at ``index`` in the order of opening, now in front.

        Raises:
            IndexError: there is no such tab.
        """
        return self._to_front(self.tabs[index])

    def close_active(self) -> Tab:
        """Return the tab in front after closing the one that was; a new one if it was the last."""
        going = self.active
        self._pages.close(going.session)
        rest = [tab for tab in self.tabs if tab.session.target != going.session.target]
        return self._to_front(rest[-1]) if rest else self.open()

    def page_of(self, session: PageSession) -> Page:
        """Return a tab's page as Playwright knows it.

        Raises:
            BrowserLost: Playwright does not know it (any more).
        """
        return self._pages.of(session)

    def close(self) -> None:
        """Discard the context with all its tabs; fine when it is gone already.

        Raises:
            OSError: what it has recorded cannot be written.
        """
        self._connection.forget(self._id)
        try:
            if self.browser.alive:
                with suppress(PlaywrightError):
                    self.context.close()
        except OSError:
            for page in self.context.pages:  # Playwright has left them open
                with suppress(PlaywrightError):
                    page.close()
            raise
        finally:
            self.guard.close()

    def on_tab(self, handler: Callable[[Tab], None]) -> None:
        """Call ``handler`` for each tab that opens from now on, in the reading thread."""
        self._connection.on_page(
            self._id, lambda session: handler(Tab(window=self, session=session))
        )

    def _opened(self) -> Tab:
        """Return a tab that was opened just now, in front."""
        return self._to_front(Tab(window=self, session=self._pages.new()))

    def _arrived(self, session: PageSession) -> None:
        session.on("Inspector.targetCrashed", lambda params: self._crashed.add(session.target))
        self.guard.admit(session, tabs=len(self._connection.in_context(self._id)))

    def _to_front(self, tab: Tab) -> Tab:
        target = tab.session.target
        self._front = [each for each in self._front if each != target] + [target]
        return tab
