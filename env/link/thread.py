"""The one thread of a process that owns Playwright, and the async way to it.

Playwright's synchronous objects belong to the thread that made them; none leaves this one. Work is
handed over as plain functions and awaited, from any number of event loops, one after another or at
once, also from inside a running one (notebooks).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from playwright.sync_api import Error as PlaywrightError

from env.guard.gate import Gate
from env.guard.network import NetworkPolicy
from env.link.browser import Browser
from env.link.calls import ProtocolError
from env.link.keeping import DRIVER_PATIENCE, Keeper, first_line
from webpilot.closing import Closing
from webpilot.errors import BrowserLost, EnvironmentDown, StepTimeout, WebPilotError

__all__ = ["BrowserThread"]

P = ParamSpec("P")
T = TypeVar("T")

JOB_SECONDS = 120.0
"""Longest time one piece of work may take; waits inside it have shorter deadlines of their own."""
CLOSING_SECONDS = 30.0


class BrowserThread(Closing):
    """Owns Playwright and one warm browser; started lazily, replaced when lost."""

    def __init__(self, *, path: Path | None = None, network: NetworkPolicy | None = None) -> None:
        """Make ready, start nothing.

        Args:
            path: the browser to start; by default the one chosen at set-up.
            network: the hosts its browsers may reach; ``None`` guards no network.
        """
        self._keeper = Keeper(path=path, gate=Gate(network))
        self._worker = new_worker()
        self._closed = False

    @property
    def gate(self) -> Gate:
        """What guards its browsers, and the log of what was refused."""
        return self._keeper.gate

    @property
    def launches(self) -> int:
        """How many browsers were started so far."""
        return self._keeper.launches

    def folder(self) -> Path:
        """Return a folder for files, gone when the thread is; only for work in this thread."""
        return self._keeper.folder()

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return a future of ``work`` done in the browser's thread, for callers without a loop."""
        return self._worker.submit(self._guarded, JOB_SECONDS, work, *args, **kwargs)

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what ``work`` returns, done in the browser's thread.

        Work that has begun is not interrupted by cancellation: it ends at its own deadline, and
        what is submitted after it (closing, usually) waits for that.

        Raises:
            StepTimeout: it took too long; its browser was killed and will be replaced.
            BrowserLost: the browser died meanwhile.
        """
        return await asyncio.wrap_future(self.submit(work, *args, **kwargs))

    async def finish(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what ``work`` returns; unlike :meth:`run` it is done even if we are cancelled."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(work, *args, **kwargs)))

    def browser(self) -> Browser:
        """Return the live browser, starting or replacing it; only for work in this thread."""
        driver = self._keeper.driver or self._keeper.start_driver()
        return self._keeper.live_browser(driver.playwright)

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Kill the browser if the body takes longer; only for work in this thread.

        Raises:
            StepTimeout: it took longer.
        """
        with self._keeper.watchdog().guard(seconds) as guard:
            try:
                yield
            finally:
                # Whatever the body raised: Playwright reports a dead driver as a bare Exception.
                if guard.fired:
                    raise StepTimeout(
                        f"the browser did not answer within {seconds:g} s"
                    ) from sys.exception()

    def close(self) -> None:
        """Close the browser and the driver, and end the thread. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        with suppress(EnvironmentDown):
            self._worker.submit(self._guarded, CLOSING_SECONDS, self._shut).result()
        self._worker.shutdown()
        self._keeper.end()

    def _guarded(self, seconds: float, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Return ``work``'s result, or raise the one error that says what became of the world."""
        self._keeper.here()
        try:
            with self.guard(seconds):
                return work(*args, **kwargs)
        except StepTimeout:
            self._keeper.kill_browser()
            raise
        except (ProtocolError, PlaywrightError) as error:
            raise BrowserLost(first_line(error)) from error
        finally:
            cause = sys.exception()
            known = cause is None or isinstance(cause, WebPilotError)
            if self._keeper.lost_driver(patience=0.0 if known else DRIVER_PATIENCE):
                self._abandon_driver()
                if cause is not None and not known:
                    raise BrowserLost(f"Playwright's driver died: {first_line(cause)}") from cause

    def _shut(self) -> None:
        self._keeper.close_browser()
        self._keeper.close_driver()

    def _abandon_driver(self) -> None:
        """Leave a dead driver, and with it this thread.

        Playwright cannot be stopped without a driver, nor be started where it was not stopped.
        """
        self._keeper.forget_driver()
        self._worker.shutdown(wait=False)
        self._worker = new_worker()


def new_worker() -> ThreadPoolExecutor:
    """Return an executor of one thread, which starts with its first work."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="webpilot-browser")
