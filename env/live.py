"""One page of an episode: loaded, acted on, observed, gone back with. What it shows is its own.

Everything here is synchronous and runs in the browser's thread. Nothing here can read a reward.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self, TypeVar

from env.clock import Clock
from env.link.calls import ProtocolError
from env.link.page_session import PageSession
from env.link.thread import BrowserThread
from env.link.window import Tab, Window
from env.measure import Meter
from env.page.observe import Canonical, observe
from env.page.requests import Sent, Watch
from env.page.storage import Storage, write
from webpilot.errors import BrowserLost, SiteDown
from webpilot.observation import Observation
from webpilot.types import Action

__all__ = ["LivePage"]

POLLS = 20
"""How often a page is asked whether it is ready, 50 ms of its time apart."""

T = TypeVar("T")


class LivePage(ABC):
    """A page of ours with a task on it; ``load`` comes before anything else."""

    family: str
    """What pages of this kind share where it is learned how they are gone back with."""
    restartable: bool
    """Whether an in-page restart may be tried."""

    def __init__(
        self, thread: BrowserThread, *, canonical: Canonical, clock: Clock, deadline: float
    ) -> None:
        """Prepare a page; nothing is opened yet.

        Args:
            thread: owner of the browser.
            canonical: how addresses are written in observations.
            clock: how the page's time passes.
            deadline: seconds one message to the page may take.
        """
        self.meter = Meter()
        self.mask: frozenset[str] = frozenset()
        """What changes on this page by itself; left out of interactive fingerprints."""
        self.quiet = True
        """Whether nothing on it changes by itself."""
        self.age = 0
        """Actions and restarts since the page was loaded."""
        self.load_ms = 0.0
        """What the last load took."""
        self.watched = False
        """Whether its requests are watched."""
        self.clock = clock
        self.canonical = canonical
        self._thread = thread
        self._deadline = deadline
        self._window: Window | None = None
        self._watches: dict[str, Watch] = {}
        """By the target id of the tab that is watched."""

    @abstractmethod
    def fresh(self) -> Self:
        """Return a page like this one, not yet opened; see :meth:`another`."""

    @abstractmethod
    def open(self) -> Window:
        """Return a new window with the task's page loaded in it.

        Raises:
            SiteDown: the page did not load, or is not the task's.
        """

    @abstractmethod
    def ended(self) -> bool:
        """Return whether the page takes no more actions. Why it ended is not read."""

    @abstractmethod
    def act(self, action: Action) -> str:
        """Execute ``action`` and let the page come to rest; return the error, or ''."""

    @abstractmethod
    def restart(self) -> bool:
        """Return whether the same instance was begun again without loading the page."""

    def another(self) -> Self:
        """Return a further page of the same instance, with the same meter; nothing is opened."""
        page = self.fresh()
        page.meter, page.mask, page.quiet = self.meter, self.mask, self.quiet
        return page

    @property
    def alive(self) -> bool:
        """Whether there is a page that can be talked to."""
        if self._window is None or not self._window.browser.alive or self._window.crashed:
            return False
        return bool(self._window.tabs)

    @property
    def tab(self) -> Tab:
        """The tab in front.

        Raises:
            BrowserLost: it is closed, crashed, or was never loaded.
        """
        if self._window is None or not self.alive:
            raise BrowserLost("the page is gone; only a fresh load brings it back")
        return self._window.active

    @property
    def window(self) -> Window:
        """The loaded page's window.

        Raises:
            BrowserLost: nothing was loaded.
        """
        if self._window is None:
            raise BrowserLost("no page was loaded")
        return self._window

    def load(self) -> None:
        """Load the task in a new context of a live browser.

        Raises:
            SiteDown: the page did not load, or is not the task's.
        """
        started = time.perf_counter()
        self.close()
        self._window = self.open()
        self._watches = {}
        self.sent()
        self.age, self.load_ms = 0, (time.perf_counter() - started) * 1000

    def go(self, url: str, storage: Storage) -> None:
        """Go to an address, as a followed link would, in a context that keeps ``storage``.

        ``url`` is written as in observations.

        Raises:
            SiteDown: the page did not get there.
        """
        session = self.tab.session
        address = json.dumps(self.canonical.real(url))
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
            canonical=self.canonical,
            last_error=last_error,
            scale=scale,
            mask=self.mask,
        )

    def sent(self) -> Sent:
        """Return what the page has sent since this was last asked; nothing where not watched."""
        if not self.watched:
            return Sent()
        # A page that died is asked too: whether it wrote decides what may be done again.
        alive = self.alive
        watching = self._watching() if alive else list(self._watches.values())
        seen = [watch.sent() for watch in watching]
        return Sent(wrote=any(e.wrote for e in seen), arrived=alive and seen[-1].arrived)

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
        window, self._window = self._window, None
        if window is not None:
            window.close()

    def metered(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, its time counted as the browser's."""
        with self.meter.working():
            return work()

    def _watching(self) -> list[Watch]:
        """Return the watches of all tabs there are, the front one's last."""
        front = self.tab
        for tab in self.window.tabs:
            self._watch(tab.session)
        others = [
            watch for target, watch in self._watches.items() if target != front.session.target
        ]
        return [*others, self._watches[front.session.target]]

    def _watch(self, session: PageSession) -> None:
        if session.target not in self._watches:
            rules = self.window.guard.rules.requests
            self._watches[session.target] = Watch(session, rules=rules)
