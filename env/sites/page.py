"""A window on sites that keep what is written to them: opened logged in, with any number of tabs.

Everything here is synchronous and runs in the browser's thread. Nothing here can read a reward.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from env.act.acting import act
from env.clock import Clock
from env.link.page_session import DEADLINE
from env.link.thread import BrowserThread
from env.link.window import Tab, Window
from env.live import LivePage
from env.page.fingerprint import among_tabs
from env.settling import Settler
from env.sites.documents import DocumentWatch, answered
from env.sites.entry import Entry, Standing
from env.sites.har import unwritten
from webpilot.errors import SiteDown
from webpilot.observation import Observation, OpenTab
from webpilot.types import Action

__all__ = ["VIEWPORT", "SitePage"]

VIEWPORT = {"width": 1280, "height": 720}
"""That of WebArena's tasks in BrowserGym."""
NAVIGATION_SECONDS = 10.0
"""Longest time a navigation may take; BrowserGym's for these tasks."""
LOAD_SECONDS = 30.0
"""Longest time the first page may take."""


class SitePage(LivePage):
    """A window at a task's start; ``load`` comes before anything else."""

    restartable = False

    def __init__(
        self,
        thread: BrowserThread,
        entry: Entry,
        *,
        family: str,
        clock: Clock,
        deadline: float = DEADLINE,
        watched: bool = True,
    ) -> None:
        """Prepare a page; nothing is opened yet.

        Args:
            thread: owner of the browser.
            entry: how it comes to its sites.
            family: name of the benchmark.
            clock: how the pages' time passes.
            deadline: seconds one message to the page may take.
            watched: whether its requests are watched.
        """
        canonical = entry.addresses.canonical
        super().__init__(thread, canonical=canonical, clock=clock, deadline=deadline)
        self.family = family
        self.watched = watched
        self.entry = entry
        self._settler = self._unsettled()
        """Of the open window."""
        self._documents = DocumentWatch()
        self._held_back = False
        """Whether the last action was held back."""

    def fresh(self) -> SitePage:
        """Return a page that comes the same way, not yet opened."""
        return SitePage(
            self._thread,
            self.entry,
            family=self.family,
            clock=self.clock,
            deadline=self._deadline,
            watched=self.watched,
        )

    def open(self) -> Window:
        """Return a window with the task's start pages loaded.

        Raises:
            SiteDown: one did not load, or is not the site's.
        """
        options: dict[str, Any] = {}
        if self.entry.headers:
            options["extra_http_headers"] = dict(self.entry.headers)
        if self.entry.storage_state is not None:
            options["storage_state"] = dict(self.entry.storage_state)
        if self.entry.har is not None:
            # Without contents Playwright leaves out those of requests too, which are judged.
            options |= {"record_har_path": self.entry.har, "record_har_content": "embed"}
        with self._thread.guard(2 * LOAD_SECONDS):
            window = self._thread.browser().open_window(
                VIEWPORT, rules=self.entry.rules, witness=self.entry.witness, **options
            )
            # Known at once: whatever goes wrong below, the window is closed with the page.
            self._window = window
            self._settler = self._unsettled()
            self._held_back = self._documents.left = False
            window.on_tab(self._prepare)
            for number, url in enumerate(self.entry.start_urls):
                tab = window.open() if number else window.active
                if not number:
                    self._prepare(tab)
                self._arrive(tab, url)
        return window

    def close(self) -> None:
        """Discard the window; its requests are written then, where that is asked for.

        Raises:
            RecordError: they cannot be.
        """
        try:
            super().close()
        except OSError as error:
            raise unwritten(self.entry.har, error) from error

    def act(self, action: Action) -> str:
        """Execute ``action`` and let the pages come to rest; return the error, or ''.

        Addresses in it are those written in observations.
        """
        self.age += 1
        self._refused()
        arguments = tuple(
            self.canonical.real(each) if isinstance(each, str) and action.kind == "goto" else each
            for each in action.args
        )
        error = act(
            self.window,
            replace(action, args=arguments),
            scale=1.0,
            wait=partial(self.clock.wait, self.tab.session),
            navigation_timeout=NAVIGATION_SECONDS,
        )
        self.settle()
        self._held_back = self._refused()
        self._see_to_trouble()
        return "" if self._held_back else self.canonical.text(error)

    def observe(self, *, last_error: str = "") -> Observation:
        """Return the page in front, with the other tabs' titles where there are any."""
        seen = super().observe(last_error=last_error)
        seen = replace(seen, held_back=self._held_back)
        if len(self.window.tabs) < 2:
            return seen
        front = self.tab.session
        tabs = tuple(
            OpenTab(
                title=tab.session.evaluate("document.title"),
                url=self.canonical.text(tab.session.evaluate("location.href")),
                active=tab.session is front,
            )
            for tab in self.window.tabs
        )
        return replace(seen, tabs=tabs, fingerprint=among_tabs(seen.fingerprint, tabs))

    def standing(self) -> Standing:
        """Return where the window stands now."""
        front = self.tab.session
        others = [tab.session for tab in self.window.tabs if tab.session is not front]
        return Standing(
            urls=tuple(each.evaluate("location.href") for each in (*others, front)),
            storage_state=self.window.context.storage_state(),
        )

    def settle(self) -> None:
        """Let pass what follows an action, also in a tab that comes to the front meanwhile."""
        self._settler.settle()

    def ended(self) -> bool:
        """Return whether the last action was held back: what follows is seen when it is committed.

        Else sites take actions as long as they stand.
        """
        return self._held_back

    def restart(self) -> bool:
        """Return ``False``: a server cannot be begun again from within a page."""
        return False

    def _refused(self) -> bool:
        """Return whether a request was held back since this was last asked."""
        return self.entry.witness is not None and bool(self.entry.witness.refused())

    def _unsettled(self) -> Settler:
        return Settler(self.clock, lambda: self.tab)

    def _prepare(self, tab: Tab) -> None:
        """Watch a new tab from its beginning; for the reading thread, so nothing is waited for."""
        tab.session.deadline = self._deadline
        self._documents.watch(tab.session)
        self._settler.watch(tab)

    def _see_to_trouble(self) -> None:
        """Ask whether the site is still there, where a document has not come as it should.

        And whether one is still logged in, where one came: a session that has expired in the middle
        of an episode is not the agent's failure, unless it was the agent who ended it.

        Raises:
            SiteDown: it is not.
        """
        seen = self._documents.seen()
        if seen.troubled and self.entry.check is not None:
            self.entry.check()
        theirs = self._held_back or self._documents.left
        if seen.came and self.entry.kept is not None and not theirs:
            self.entry.kept(self.tab.page)

    def _arrive(self, tab: Tab, url: str) -> None:
        try:
            try:
                response = tab.page.goto(url, timeout=LOAD_SECONDS * 1000)
            except PlaywrightError as error:
                if not tab.alive:
                    raise
                line = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise SiteDown(f"{url} did not load: {line}") from error
            answered(url, response)
        except SiteDown:
            # It knows which site that is, and what mends it.
            if self.entry.check is not None:
                self.entry.check()
            raise
        self._settler.settle_tab(tab)
        if self.entry.verify is not None:
            self.entry.verify(tab.page)
