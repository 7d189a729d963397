"""One window of the warm browser with one task's pages: acted on, settled, judged, observed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from env.act.acting import act
from env.act.chat import Chat
from env.clock import Clock
from env.guard.rules import WindowRules
from env.gym.costly import costly, dom, scale_of, screenshot, size_of
from env.gym.forcing import FORCED, force
from env.gym.renewing import cleared, untouched
from env.link.browser import Browser
from env.link.window import Tab, Window
from env.page.picture import Camera
from env.page.presentation import settle_viewport
from env.page.script import source
from env.page.whole import Reading, read, read_address
from env.settling import Settler
from webpilot.errors import BrowserLost
from webpilot.types import Action

__all__ = ["Seen", "Settings", "Stage"]

RULES = WindowRules(tabs=1000, navigations=100_000)
"""BrowserGym counts neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an observation tells of the pages."""

    urls: tuple[str, ...]
    titles: tuple[str, ...]
    index: int
    """Which of them is in front."""
    focused: str
    tree: dict[str, Any]
    """``axtree_object``, ``InlineTextBox`` nodes included."""
    costly: Mapping[str, Any]
    """Screenshot, DOM snapshot and what is made of it, or nothing where they were not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one window is opened with; equal where a task cannot tell the windows apart."""

    viewport: Mapping[str, int]
    """Width and height in pixels, as the task wants them."""
    clock: Clock
    """How time passes after an action."""
    eager: bool
    """Whether an observation holds the costly parts."""
    all_tags: bool
    """Whether every element gets a bid."""
    timeout: float
    """Of Playwright's calls and of navigations, in milliseconds."""
    uploads: Sequence[Path]
    """Folders whose files a page may be given."""
    direct: bool
    """Whether the task's frequent calls may take our own connection."""
    options: Mapping[str, Any]
    """Further ones of Playwright's ``new_context``."""


class Stage:
    """Belongs to the thread of its browser."""

    def __init__(self, browser: Browser, camera: Camera, settings: Settings) -> None:
        """Open a window of ``browser``, whose camera ``camera`` is."""
        self.settings = settings
        clock = settings.clock
        self._clock = clock
        self._how = Reading(
            all_tags=settings.all_tags, snapshot=settings.eager, still=clock.virtual
        )
        self._camera = camera
        first = settle_viewport if clock.virtual else None
        self._settler = Settler(clock, self._front, first=first)
        self._sized: set[str] = set()
        """Target ids of the tabs that have the size BrowserGym leaves a page in."""
        self._told: set[str] = set()
        """Target ids of the tabs there were when Playwright last took in what had happened."""
        self.window: Window = browser.open_window(
            settings.viewport, rules=RULES, direct=settings.direct, **settings.options
        )
        self.window.context.set_default_timeout(settings.timeout)
        self._prepare(self.window.active)
        self.window.on_tab(self._prepare)

    @property
    def page(self) -> Page:
        """The page in front, as Playwright knows it."""
        return self._front().page

    @property
    def history(self) -> dict[Page, None]:
        """The open pages, the one in front last."""
        front = self.page
        others = [tab.page for tab in self.window.tabs if tab.page is not front]
        return dict.fromkeys([*others, front])

    @property
    def still(self) -> bool:
        """Whether the pages' clock stands still between steps."""
        return self._clock.virtual

    def show(self, page: Page) -> None:
        """Bring an open page to the front."""
        for index, tab in enumerate(self.window.tabs):
            if tab.page is page:
                self.window.focus(index)

    def act(self, action: Action, chat: Chat, *, forces: bool) -> str:
        """Return BrowserGym's error text of the executed action, empty when it went well.

        With ``forces`` an action that timed out is tried once more without checks.
        """
        tab = self._front()
        error = act(
            self.window,
            action,
            scale=scale_of(tab),
            wait=partial(self._clock.wait, tab.session),
            chat=chat,
            navigation_timeout=self.settings.timeout / 1000,
            uploads=self.settings.uploads,
        )
        if forces and error.startswith("TimeoutError: Locator.") and action.kind in FORCED:
            return force(tab.page, action)
        return error

    def settle(self) -> None:
        """Let pass what follows an action, also in a tab that comes to the front meanwhile."""
        self._settler.settle()

    def pump(self) -> None:
        """Let Playwright take in what has happened and call whoever listens.

        It does so with each call of its own; where pages answer without it, it need only be made to
        where tabs have come or gone or somebody listens.
        """
        tabs = {tab.session.target for tab in self.window.tabs}
        if tabs != self._told or not self.window.direct or self.window.heard:
            self.window.context.cookies()
            self._told = tabs

    def judged(self, validate: Callable[[Page], Any]) -> Any:
        """Return what a task says of the page in front, which stays in front."""
        tab = self._front()
        said = validate(tab.page)
        sessions = [each.session for each in self.window.tabs]
        if tab.session in sessions and self._front().session is not tab.session:
            self.window.focus(sessions.index(tab.session))
        return said

    def observe(self) -> Seen:
        """Return the pages as they are."""
        tab = self._front()
        whole = read(tab.session, self._how)
        addresses, index = self.addresses(whole.url, whole.title)
        made = {} if whole.snapshot is None else costly(tab, whole.snapshot, self._camera)
        if not made and not self._clock.virtual:
            self._resize(tab)
        return Seen(
            urls=tuple(url for url, _ in addresses),
            titles=tuple(title for _, title in addresses),
            index=index,
            focused=whole.focused,
            tree={"nodes": whole.nodes},
            costly=made,
        )

    def addresses(self, *known: str) -> tuple[list[tuple[str, str]], int]:
        """Return URL and title of each open page, and which is in front.

        ``known`` are those of the page in front, where they were read already.
        """
        front = self._front().session
        sessions = [tab.session for tab in self.window.tabs]
        addresses = [
            (known[0], known[1]) if known and session is front else read_address(session)
            for session in sessions
        ]
        return addresses, sessions.index(front)

    def screenshot(self) -> Any:
        """Return the picture of the page in front."""
        return screenshot(self._front())

    def dom(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return DOM snapshot and extra properties of the page in front."""
        return dom(self._front(), self._how)

    @property
    def untouched(self) -> bool:
        """Whether the window keeps nothing of what happened in it: no other tab, cookie or item."""
        return untouched(self.window)

    def renew(self) -> None:
        """Begin anew with a page on which nothing has happened yet.

        It is the same one where its clock is ours, because what a page's process has compiled is
        kept then; in real time it is a new one.
        """
        tab = self._front()
        if cleared(tab, self._clock, self.settings.viewport):
            self._settler.release(tab)
        else:
            self.window.renew()

    def close(self) -> None:
        """Discard the window with its cookies and storage."""
        self.window.close()

    def _front(self) -> Tab:
        """Return the tab in front; there always is one."""
        try:
            return self.window.active
        except BrowserLost:
            if self.window.crashed or not self.window.browser.alive:
                raise
            return self.window.open()

    def _prepare(self, tab: Tab) -> None:
        """Watch a new tab from its beginning; for the reading thread, so nothing is waited for."""
        hook = {"source": source("hook")}
        tab.session.post("Page.addScriptToEvaluateOnNewDocument", hook)
        self._settler.watch(tab)

    def _resize(self, tab: Tab) -> None:
        if tab.session.target not in self._sized:
            self._sized.add(tab.session.target)
            self._camera.release(tab.session, size_of(tab))
