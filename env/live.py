"""One page that holds one instance of a task: loaded, restarted, acted on, observed.

Everything here is synchronous and runs in the browser's thread. Nothing here can read a reward.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from env.act.actions import let_go, perform
from env.clock import Clock
from env.link.calls import ProtocolError
from env.link.page_session import DEADLINE
from env.link.thread import BrowserThread
from env.link.window import Tab
from env.measure import Meter
from env.miniwob import MiniwobTask, page_seed
from env.page.observe import Canonical, forget_marks, observe
from env.page.presentation import settle_viewport, watch_frames
from env.page.requests import Sent, Watch
from env.page.storage import Storage, read, write
from webpilot.errors import BrowserLost, SiteDown
from webpilot.types import Action, Observation

if TYPE_CHECKING:
    from browsergym.miniwob.base import AbstractMiniwobTask

__all__ = ["CANONICAL", "FOLDER", "LivePage"]

FOLDER = "miniwob/"
"""Where the task pages lie under the server's root; they reach up for their scripts."""
CANONICAL = "http://miniwob/"
POLLS = 20
"""How often a page is asked whether it is ready, 50 ms of its time apart."""

T = TypeVar("T")


class LivePage:
    """A page of ours with a task on it; ``load`` comes before anything else."""

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
        self.task = task
        self.meter = Meter()
        self.mask: frozenset[str] = frozenset()
        """What changes on this page by itself; left out of interactive fingerprints."""
        self.quiet = True
        """Whether nothing on it changes by itself."""
        self.age = 0
        """Actions and restarts since the page was loaded."""
        self.load_ms = 0.0
        """What the last load took."""
        self.watched = watched
        self.clock = clock
        self._thread = thread
        self._seed = seed
        self._base_url = base_url
        self._deadline = deadline
        self._tab: Tab | None = None
        self._instance: AbstractMiniwobTask | None = None
        self._goal = ""
        self._canonical = Canonical(base_url=base_url, canonical_url=CANONICAL)
        self._watch: Watch | None = None
        self._kept: Storage | None = None
        self._beside: object = None

    def another(self) -> LivePage:
        """Return a further page of the same instance, with the same meter; nothing is opened."""
        page = LivePage(
            self._thread,
            self.task,
            seed=self._seed,
            base_url=self._base_url,
            clock=self.clock,
            deadline=self._deadline,
            watched=self.watched,
        )
        page.meter, page.mask, page.quiet = self.meter, self.mask, self.quiet
        return page

    @property
    def goal(self) -> str:
        """The instruction, as the benchmark's set-up returned it."""
        return self._goal

    @property
    def alive(self) -> bool:
        """Whether there is a page that can be talked to."""
        return self._tab is not None and self._tab.alive

    @property
    def tab(self) -> Tab:
        """The page's handle.

        Raises:
            BrowserLost: it is closed, crashed, or was never loaded.
        """
        if self._tab is None or not self._tab.alive:
            raise BrowserLost("the page is gone; only a fresh load brings it back")
        return self._tab

    @property
    def instance(self) -> AbstractMiniwobTask:
        """BrowserGym's task object of the loaded page."""
        if self._instance is None:
            raise BrowserLost("no page was loaded")
        return self._instance

    def load(self) -> None:
        """Load the task in a new context of a live browser, through BrowserGym's own set-up.

        Raises:
            SiteDown: the page did not load, or is not the task's.
        """
        started = time.perf_counter()
        self.close()
        instance = self.task.instance(seed=self._seed, base_url=self._base_url + FOLDER)
        browser = self._thread.browser()
        with self._thread.guard(2 * self._deadline):
            tab = browser.open_tab(instance.viewport, direct=True)
            tab.session.deadline = self._deadline
            tab.page.set_default_timeout(self._deadline * 1000)
            self._tab, self._instance = tab, instance
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
        rules = tab.window.guard.rules.requests
        self._watch = Watch(tab.session, rules=rules) if self.watched else None
        self._kept, self._beside = read(tab.session), self._surroundings()
        self.age, self.load_ms = 0, (time.perf_counter() - started) * 1000

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

    def go(self, url: str, storage: Storage) -> None:
        """Go to an address, as a followed link would, in a context that keeps ``storage``.

        ``url`` is written as in observations.

        Raises:
            SiteDown: the page did not get there.
        """
        session = self.tab.session
        address = json.dumps(url.replace(CANONICAL, self._base_url, 1))
        there = f"location.href === {address} && document.readyState !== 'loading'"
        write(session, storage)
        session.evaluate(f"location.assign({address})")
        self.clock.settle(session)
        for _ in range(POLLS):
            try:
                if session.evaluate(there):
                    return
            except ProtocolError:
                pass  # between two documents there is nobody to ask
            self.clock.wait(session, 50)
        raise SiteDown(f"{url} did not load")

    def observe(self, *, last_error: str = "") -> Observation:
        """Return the current page."""
        tab = self.tab
        scale = float(getattr(tab.page, "_bgym_scale_factor", 1.0))
        return observe(
            tab.session,
            canonical=self._canonical,
            last_error=last_error,
            scale=scale,
            mask=self.mask,
        )

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

    def sent(self) -> Sent:
        """Return what the page has sent since this was last asked; nothing where not watched."""
        return Sent() if self._watch is None else self._watch.sent()

    def heap_mb(self) -> float:
        """Return the megabytes that the page's scripts and document hold."""
        told = self.tab.session.send("Runtime.getHeapUsage")
        return float(told["usedSize"] + told.get("embedderHeapUsedSize", 0)) / 1e6

    def guarded(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, the browser killed where it takes too long."""
        with self._thread.guard(2 * self._deadline):
            return work()

    def settle(self) -> None:
        """Let pass what follows an action."""
        self.clock.settle(self.tab.session)

    def close(self) -> None:
        """Discard the page."""
        tab, self._tab, self._instance = self._tab, None, None
        if tab is not None:
            tab.close()

    def metered(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, its time counted as the browser's."""
        with self.meter.working():
            return work()

    def _surroundings(self) -> object:
        """Return what of the page's surroundings a restart would leave as it is."""
        tab = self.tab
        told = tab.session.evaluate(
            "JSON.stringify([location.href, performance.getEntriesByType('resource').length])"
        )
        return len(tab.window.tabs), told
