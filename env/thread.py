"""The one thread of a process that owns Playwright, and the async way to it.

Playwright's synchronous objects belong to the thread that made them; none leaves this one. Work is
handed over as plain functions and awaited, from any number of event loops, one after another or at
once, also from inside a running one (notebooks).
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Playwright, sync_playwright

from env.browser import Browser
from env.cdp import ProtocolError
from env.chromium import browser_path
from env.watchdog import Watchdog
from webpilot.errors import BrowserLost, EnvironmentDown, StepTimeout

__all__ = ["BrowserThread"]

P = ParamSpec("P")
T = TypeVar("T")

JOB_SECONDS = 120.0
"""Longest time one piece of work may take; waits inside it have shorter deadlines of their own."""
CLOSING_SECONDS = 30.0


class BrowserThread:
    """Owns Playwright and one warm browser; started lazily, replaced when lost."""

    def __init__(self, *, path: Path | None = None) -> None:
        """Make ready, start nothing.

        Args:
            path: the browser to start; by default the one chosen at set-up.
        """
        self._path = path
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webpilot-browser")
        self._watchdog: Watchdog | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._driver_lost = False
        self._closed = False
        self.launches = 0
        """How many browsers were started so far."""

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
        if self._browser is not None and self._browser.alive:
            return self._browser
        if self._browser is not None:
            self._browser.close()
            self._browser = None
        if self._driver_lost:
            self._stop_driver()
        if self._playwright is None:
            self._playwright = sync_playwright().start()
        path = browser_path() if self._path is None else self._path
        self._browser = Browser(self._playwright, path)
        self.launches += 1
        return self._browser

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Kill the browser if the body takes longer; only for work in this thread.

        Raises:
            StepTimeout: it took longer.
        """
        with self._dog().guard(seconds) as guard:
            try:
                yield
            except (EnvironmentDown, ProtocolError, PlaywrightError) as error:
                self._driver_lost |= guard.used > 1
                if guard.fired:
                    raise StepTimeout(f"the browser did not answer within {seconds:g} s") from error
                raise

    def close(self) -> None:
        """Close the browser and the driver, and end the thread. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        with suppress(EnvironmentDown):
            self._worker.submit(self._guarded, CLOSING_SECONDS, self._shut).result()
        self._worker.shutdown()
        if self._watchdog is not None:
            self._watchdog.stop()
        atexit.unregister(self._kill_browser)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _guarded(self, seconds: float, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Return ``work``'s result, or raise the one error that says what became of the world."""
        try:
            with self.guard(seconds):
                return work(*args, **kwargs)
        except StepTimeout:
            self._kill_browser()
            raise
        except (ProtocolError, PlaywrightError) as error:
            line = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise BrowserLost(line) from error

    def _dog(self) -> Watchdog:
        if self._watchdog is None:
            self._watchdog = Watchdog(self._kill_browser, self._kill_driver)
            # The browser dies with us anyway, when its pipe closes; this is the quicker way.
            atexit.register(self._kill_browser)
        return self._watchdog

    def _shut(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._browser = None
        self._stop_driver()

    def _stop_driver(self) -> None:
        playwright, self._playwright = self._playwright, None
        self._driver_lost = False
        if playwright is not None:
            with suppress(PlaywrightError):
                playwright.stop()

    def _kill_browser(self) -> None:
        browser = self._browser
        if browser is not None:
            browser.kill()

    def _kill_driver(self) -> None:
        """End Playwright's driver, the last thing a blocked call can wait for."""
        playwright = self._playwright
        if playwright is not None:
            transport = playwright._impl_obj._connection._transport
            with suppress(ProcessLookupError):
                os.kill(transport._proc.pid, signal.SIGKILL)
