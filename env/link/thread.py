"""The one thread of a process that owns Playwright, and the async way to it.

Playwright's synchronous objects belong to the thread that made them; none leaves this one. Work is
handed over as plain functions and awaited, from any number of event loops, one after another or at
once, also from inside a running one (notebooks).
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Playwright

from env.chromium import browser_path
from env.guard.gate import Gate
from env.guard.network import NetworkPolicy
from env.link.browser import Browser
from env.link.calls import ProtocolError
from env.link.driver import Driver
from env.link.warden import Warden
from env.link.watchdog import Watchdog
from webpilot.errors import BrowserLost, ConfigError, EnvironmentDown, StepTimeout, WebPilotError

__all__ = ["BrowserThread"]

P = ParamSpec("P")
T = TypeVar("T")

JOB_SECONDS = 120.0
"""Longest time one piece of work may take; waits inside it have shorter deadlines of their own."""
CLOSING_SECONDS = 30.0
DRIVER_PATIENCE = 0.3
"""Seconds within which a driver whose end broke a call is seen to be gone."""


class BrowserThread:
    """Owns Playwright and one warm browser; started lazily, replaced when lost."""

    def __init__(self, *, path: Path | None = None, network: NetworkPolicy | None = None) -> None:
        """Make ready, start nothing.

        Args:
            path: the browser to start; by default the one chosen at set-up.
            network: the hosts its browsers may reach; ``None`` guards no network.
        """
        self._path = path
        self.gate = Gate(network)
        """What guards its browsers, and the log of what was refused."""
        self._worker = new_worker()
        self._watchdog: Watchdog | None = None
        self._warden = Warden()
        self._driver: Driver | None = None
        self._ident = 0
        self._browser: Browser | None = None
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
        self._warden.start()
        if self._driver is None:
            self._driver = Driver.start(self._warden)
        path = browser_path() if self._path is None else self._path
        playwright = self._driver.playwright
        self._browser = launch(playwright, path, gate=self.gate, warden=self._warden)
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
        if self._watchdog is not None:
            self._watchdog.stop()
        self._warden.stop()
        self.gate.close()
        atexit.unregister(self._abandon_browser)

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
        self._ident = threading.get_ident()
        try:
            with self.guard(seconds):
                return work(*args, **kwargs)
        except StepTimeout:
            self._kill_browser()
            raise
        except (ProtocolError, PlaywrightError) as error:
            raise BrowserLost(first_line(error)) from error
        finally:
            cause = sys.exception()
            known = cause is None or isinstance(cause, WebPilotError)
            driver = self._driver
            patience = 0.0 if known else DRIVER_PATIENCE
            if driver is not None and driver.died(patience=patience):
                self._abandon_driver()
                if cause is not None and not known:
                    raise BrowserLost(f"Playwright's driver died: {first_line(cause)}") from cause

    def _dog(self) -> Watchdog:
        if self._watchdog is None:
            means = (self._kill_browser, self._kill_driver, self._break_call)
            self._watchdog = Watchdog(*means, warden=self._warden)
            # The browser dies with us anyway, when its pipe closes; this is the quicker way.
            atexit.register(self._abandon_browser)
        return self._watchdog

    def _shut(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._browser = None
        if self._driver is not None:
            driver, self._driver = self._driver, None
            driver.stop()

    def _kill_browser(self) -> None:
        browser = self._browser
        if browser is not None:
            browser.kill()

    def _abandon_browser(self) -> None:
        browser = self._browser
        if browser is not None:
            browser.abandon()

    def _kill_driver(self) -> None:
        driver = self._driver
        if driver is not None:
            driver.kill()

    def _break_call(self) -> None:
        """Raise in this thread: without a driver Playwright may wait for ever, and busily."""
        thread, error = ctypes.c_ulong(self._ident), ctypes.py_object(StepTimeout)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)

    def _abandon_driver(self) -> None:
        """Leave a dead driver, and with it this thread.

        Playwright cannot be stopped without a driver, nor be started where it was not stopped.
        """
        self._abandon_browser()
        if self._driver is not None:
            self._driver.forget()
        self._driver = self._browser = None
        self._worker.shutdown(wait=False)
        self._worker = new_worker()


def new_worker() -> ThreadPoolExecutor:
    """Return an executor of one thread, which starts with its first work."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="webpilot-browser")


def launch(
    playwright: Playwright, path: Path, *, gate: Gate | None = None, warden: Warden | None = None
) -> Browser:
    """Return a started browser, guarded by ``gate`` and in the charge of ``warden``.

    Raises:
        ConfigError: it did not start, twice; once may be an accident.
    """
    with suppress(BrowserLost):
        return Browser(playwright, path, gate=gate, warden=warden)
    try:
        return Browser(playwright, path, gate=gate, warden=warden)
    except BrowserLost as error:
        raise ConfigError(f"{error}: run `make setup`") from error


def first_line(error: BaseException) -> str:
    """Return what an error says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
