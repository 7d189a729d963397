"""One page that holds one instance of a MiniWoB++ task, set up by BrowserGym's own code.

Everything here is synchronous and runs in the browser's thread. Nothing here can read a reward.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from env.act.actions import let_go, perform
from env.clock import Clock
from env.link.calls import ProtocolError
from env.link.page_session import DEADLINE
from env.link.thread import BrowserThread
from env.link.window import Tab, Window
from env.live import POLLS, LivePage
from env.miniwob.catalogue import MiniwobTask, page_seed
from env.page.observe import Canonical, forget_marks
from env.page.presentation import settle_viewport, watch_frames
from env.page.storage import Storage, read
from webpilot.errors import BrowserLost, SiteDown
from webpilot.types import Action

if TYPE_CHECKING:
    from browsergym.miniwob.base import AbstractMiniwobTask

__all__ = ["CANONICAL", "FOLDER", "MiniwobPage"]

FOLDER = "miniwob/"
"""Where the task pages lie under the server's root; they reach up for their scripts."""
CANONICAL = "http://miniwob/"


class MiniwobPage(LivePage):
    """A page with an instance of a task on it; ``load`` comes before anything else."""

    def __init__(
        self,
        thread: BrowserThread,
        task: MiniwobTask,
        *,
        seed: int,
        base_url: str,
        clock: Clock,
        deadline: float = DEADLINE,
        watched: bool = False,
    ) -> None:
        """Prepare a page; nothing is opened yet.

        Args:
            thread: owner of the browser.
            task: what to load.
            seed: the benchmark's seed of the instance.
            base_url: root of the page server, with a slash at its end.
            clock: how the page's time passes.
            deadline: seconds one message to the page may take.
            watched: whether its requests are watched; needed where a server keeps anything, or
                where the path leads over several addresses.
        """
        canonical = Canonical.of({base_url: CANONICAL})
        super().__init__(thread, canonical=canonical, clock=clock, deadline=deadline)
        self.task = task
        self.family, self.restartable = task.name, task.restartable
        self.watched = watched
        self._seed = seed
        self._base_url = base_url
        self._tab: Tab | None = None
        self._instance: AbstractMiniwobTask | None = None
        self._goal = ""
        self._kept: Storage | None = None
        self._beside: object = None

    def fresh(self) -> MiniwobPage:
        """Return a page of the same instance, not yet opened."""
        return MiniwobPage(
            self._thread,
            self.task,
            seed=self._seed,
            base_url=self._base_url,
            clock=self.clock,
            deadline=self._deadline,
            watched=self.watched,
        )

    @property
    def alive(self) -> bool:
        """Whether the task's tab can be talked to."""
        return self._tab is not None and self._tab.alive

    @property
    def tab(self) -> Tab:
        """The task's tab, whichever is in front.

        Raises:
            BrowserLost: it is closed, crashed, or was never loaded.
        """
        if self._tab is None or not self._tab.alive:
            raise BrowserLost("the page is gone; only a fresh load brings it back")
        return self._tab

    @property
    def goal(self) -> str:
        """The instruction, as the benchmark's set-up returned it."""
        return self._goal

    @property
    def instance(self) -> AbstractMiniwobTask:
        """BrowserGym's task object of the loaded page."""
        if self._instance is None:
            raise BrowserLost("no page was loaded")
        return self._instance

    def open(self) -> Window:
        """Return a window with the task set up in it by BrowserGym's own code.

        Raises:
            SiteDown: the page did not load, or is not the task's.
        """
        instance = self.task.instance(seed=self._seed, base_url=self._base_url + FOLDER)
        browser = self._thread.browser()
        with self._thread.guard(2 * self._deadline):
            tab = browser.open_tab(instance.viewport, direct=True)
            # Known at once: whatever goes wrong below, the window is closed with the page.
            self._window, self._tab, self._instance = tab.window, tab, instance
            tab.session.deadline = self._deadline
            tab.page.set_default_timeout(self._deadline * 1000)
            try:
                watch_frames(tab.session)
                self._goal, _ = instance.setup(tab.page)
                settle_viewport(tab.session)
            except PlaywrightTimeout as error:
                raise SiteDown(f"{instance.url} did not load in {self._deadline:g} s") from error
            except PlaywrightError as error:
                if not tab.alive:
                    raise
                line = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise SiteDown(f"{instance.url} did not load: {line}") from error
        self.clock.loaded(tab.session)
        self._kept, self._beside = read(tab.session), self._surroundings()
        return tab.window

    def restart(self) -> bool:
        """Return whether the same instance was begun again without loading the page.

        Refused where something would outlive it: other tabs, another address, cookies, storage,
        and pictures fetched since (a click on what is drawn only under the mouse goes astray once,
        and not again).

        Raises:
            ProtocolError: the page does not take it.
        """
        session = self.tab.session
        if self._surroundings() != self._beside or read(session) != self._kept:
            return False
        self.age += 1
        let_go(session)
        # Chromium keeps stale accessibility nodes of removed elements until this is cycled.
        session.send_all([("Accessibility.enable", {}), ("Accessibility.disable", {})])
        session.evaluate("document.activeElement && document.activeElement.blur()")
        forget_marks(session)
        limit = self.instance.episode_max_time
        session.evaluate(
            f"Math.seedrandom({page_seed(self._seed)}); core.EPISODE_MAX_TIME = {limit};"
            "core.startEpisodeReal();"
        )
        for _ in range(POLLS):
            if session.evaluate("WOB_TASK_READY"):
                break
            self.clock.wait(session, 50)
        # The set-up reads the goal too, which takes parts of the page out and puts them back.
        session.evaluate("void core.getUtterance()")
        self.clock.restarted(session)
        return True

    def act(self, action: Action) -> str:
        """Execute ``action`` and let the page come to rest; return the error, or ''."""
        self.age += 1
        tab = self.tab
        session = tab.session
        scale = float(getattr(tab.page, "_bgym_scale_factor", 1.0))
        error = perform(session, action, scale=scale, wait=partial(self.clock.wait, session))
        self.clock.settle(session)
        return error

    def ended(self) -> bool:
        """Return whether the page takes no more actions: done, or no longer the task's page.

        Why it ended is not read.
        """
        address = json.dumps(self.instance.url)
        try:
            return bool(
                self.tab.session.evaluate(f"location.href !== {address} || WOB_DONE_GLOBAL")
            )
        except ProtocolError:
            return True

    def close(self) -> None:
        """Discard the page."""
        super().close()
        self._tab, self._instance = None, None

    def _surroundings(self) -> object:
        """Return what of the page's surroundings a restart would leave as it is."""
        tab = self.tab
        told = tab.session.evaluate(
            "JSON.stringify([location.href, performance.getEntriesByType('resource').length])"
        )
        return len(tab.window.tabs), told
