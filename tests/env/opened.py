"""One warm browser and the pages of ``tests/pages``, for tests of observation and action."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from env.act.actions import perform
from env.clock import RealTime, VirtualTime
from env.link.session import Call
from env.link.thread import BrowserThread
from env.page.observe import Canonical, forget_marks, observe, restamp
from env.page.presentation import watch_frames
from env.server import PageServer
from webpilot.actions import parse_action
from webpilot.observation import Element, Observation
from webpilot.types import Action

PAGES = Path(__file__).resolve().parents[1] / "pages"
T = TypeVar("T")


@dataclass
class Opened:
    """A page of ours in a real browser, driven from the test's own thread."""

    thread: BrowserThread
    server: PageServer
    clock: RealTime | VirtualTime
    tab: Any = None
    waited: list[float] = field(default_factory=list)
    flights: list[int] = field(default_factory=list)
    """Number of calls in each flight of messages so far."""

    def __post_init__(self) -> None:
        self.canonical = Canonical.of({self.server.url: "http://pages/"})

    def _do(self, work: Callable[[], T]) -> T:
        return self.thread.submit(work).result()

    def open(self, name: str, *, width: int = 600, height: int = 500) -> Observation:
        self.close()

        def work() -> None:
            self.tab = self.thread.browser().open_tab({"width": width, "height": height})
            watch_frames(self.tab.session)
            self.tab.page.goto(self.server.url + name)
            self.clock.loaded(self.tab.session)

        self._do(work)
        return self.look()

    def close(self) -> None:
        if self.tab is not None:
            self._do(self.tab.close)
            self.tab = None

    def send_all(self, calls: list[Call], *, timeout: float | None = None) -> list[dict[str, Any]]:
        self.flights.append(len(calls))
        replies: list[dict[str, Any]] = self.tab.session.send_all(calls, timeout=timeout)
        return replies

    def send(
        self, method: str, params: Any = None, *, timeout: float | None = None
    ) -> dict[str, Any]:
        return self.send_all([(method, params or {})], timeout=timeout)[0]

    def look(self, mask: frozenset[str] = frozenset()) -> Observation:
        return self._do(lambda: observe(self, canonical=self.canonical, mask=mask))

    def do(self, action: str | Action, *, scale: float = 1.0) -> str:
        """Execute an action, let the page settle, return the error."""
        parsed = parse_action(action) if isinstance(action, str) else action

        def wait(milliseconds: float) -> None:
            self.waited.append(milliseconds)
            self.clock.wait(self.tab.session, milliseconds)

        def work() -> str:
            error = perform(self, parsed, scale=scale, wait=wait)
            self.clock.settle(self.tab.session)
            return error

        return self._do(work)

    def js(self, expression: str) -> Any:
        return self._do(lambda: self.tab.session.evaluate(expression))

    def restamp(self, bids: dict[str, str]) -> None:
        self._do(lambda: restamp(self, bids))

    def forget(self) -> None:
        self._do(lambda: forget_marks(self))


@contextmanager
def opened(clock: RealTime | VirtualTime | None = None) -> Iterator[Opened]:
    with PageServer(PAGES) as server, BrowserThread() as thread:
        page = Opened(thread, server, clock or VirtualTime(300))
        yield page
        page.close()


def named(seen: Observation, role: str, name: str = "") -> Element:
    """Return the element with this role and name."""
    return next(one for one in seen.elements if (one.role, one.name) == (role, name))
