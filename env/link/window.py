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
from env.link.cdp import Connection, PageSession
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
    ) -> None:
        self.browser = browser
        self.context = context
        self.guard = guard
        """Keeps its tabs to the window's rules."""
        self._connection = connection
        self._pages: dict[str, Page] = {}
        """Playwright's pages by target id, as far as they were asked for."""
        self._front: list[str] = []
        """Target ids in the order in which they came to the front, the last one in front."""
        self._id = ""
        self.open()

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The open pages, in the order in which they were opened."""
        sessions = self._connection.in_context(self._id)
        return tuple(Tab(window=self, session=each) for each in sessions)

    @property
    def active(self) -> Tab:
        """The tab in front.

        Raises:
            BrowserLost: no tab is open.
        """
        tabs = {tab.session.target: tab for tab in self.tabs}
        for target in tabs:
            if target not in self._front:
                self._front.append(target)
        self._front = [target for target in self._front if target in tabs]
        if not self._front:
            raise BrowserLost("no tab is open")
        return tabs[self._front[-1]]

    def open(self) -> Tab:
        """Return a new tab, in front.

        Raises:
            ActionError: the window has as many tabs as it may have.
        """
        if self._id and len(self.tabs) >= self.guard.rules.tabs:
            raise ActionError(f"no more than {self.guard.rules.tabs} tabs may be open")
        page = self.context.new_page()
        target = self._target_of(page)
        session = self._connection.page(target)
        if not self._id:
            self._id = session.context
            self._connection.on_page(self._id, self._arrived)
            self._arrived(session)
        self._pages[target] = page
        return self._to_front(Tab(window=self, session=session))

    def focus(self, index: int) -> Tab:
        """Return the tab at ``index`` in the order of opening, now in front.

        Raises:
            IndexError: there is no such tab.
        """
        return self._to_front(self.tabs[index])

    def close_active(self) -> Tab:
        """Return the tab in front after closing the one that was; a new one if it was the last."""
        going = self.active
        with suppress(PlaywrightError):
            going.page.close()
        going.session.close()  # it is, though we may not have been told yet
        self._pages.pop(going.session.target, None)
        rest = [tab for tab in self.tabs if tab.session.target != going.session.target]
        return self._to_front(rest[-1]) if rest else self.open()

    def page_of(self, session: PageSession) -> Page:
        """Return a tab's page as Playwright knows it.

        Raises:
            BrowserLost: Playwright does not know it (any more).
        """
        if session.target not in self._pages:
            self.context.cookies()  # makes Playwright take in what has happened meanwhile
            known = set(self._pages.values())
            for page in self.context.pages:
                if page not in known:
                    with suppress(PlaywrightError):
                        self._pages[self._target_of(page)] = page
        if session.target not in self._pages:
            raise BrowserLost("the page is gone")
        return self._pages[session.target]

    def close(self) -> None:
        """Discard the context with all its tabs; fine when it is gone already."""
        self._connection.forget(self._id)
        if self.browser.alive:
            with suppress(PlaywrightError):
                self.context.close()

    def on_tab(self, handler: Callable[[Tab], None]) -> None:
        """Call ``handler`` for each tab that opens from now on, in the reading thread."""
        self._connection.on_page(
            self._id, lambda session: handler(Tab(window=self, session=session))
        )

    def _arrived(self, session: PageSession) -> None:
        self.guard.admit(session, tabs=len(self._connection.in_context(self._id)))

    def _to_front(self, tab: Tab) -> Tab:
        target = tab.session.target
        self._front = [each for each in self._front if each != target] + [target]
        return tab

    def _target_of(self, page: Page) -> str:
        introduction = self.context.new_cdp_session(page)
        try:
            return str(introduction.send("Target.getTargetInfo")["targetInfo"]["targetId"])
        finally:
            with suppress(PlaywrightError):
                introduction.detach()
