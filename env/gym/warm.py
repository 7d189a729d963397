"""The one warm browser of a process for environments in the caller's own thread.

A task's code gets the real Playwright page, and synchronous Playwright objects never leave the
thread that made them: so unlike :class:`env.link.thread.BrowserThread` this browser lives where it
is used. Playwright is BrowserGym's global one, so that both backends share a process.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import browsergym.core
from browsergym.core.constants import BROWSERGYM_ID_ATTRIBUTE
from playwright.sync_api import Playwright

from env.chromium import browser_path
from env.link.browser import Browser
from env.link.driver import Driver
from env.link.thread import launch
from env.link.warden import Warden
from env.link.watchdog import Watchdog
from env.page.picture import Camera
from webpilot.errors import BrowserLost, ConfigError, StepTimeout

__all__ = ["WarmBrowser", "close_browser", "warm_browser"]

IN_LOOP = (
    "FastBrowserEnv is synchronous and cannot start inside a running event loop (a notebook's, for "
    "instance): make and use it in a thread of its own, as concurrent.futures.ThreadPoolExecutor(1)"
    " gives one, or use webpilot.solve"
)
DRIVER_PATIENCE = 0.3
"""Seconds within which a driver whose end broke a call is seen to be gone."""
OTHER_THREAD = (
    "the warm browser belongs to another thread of this process: use every FastBrowserEnv of a "
    "process in one thread, or call env.gym.close_browser() in that thread first"
)


class WarmBrowser:
    """Playwright and a browser that is started when needed and replaced when lost."""

    def __init__(self, *, path: Path | None = None) -> None:
        """Make ready in this thread, start nothing.

        Args:
            path: the browser to start; by default the one chosen at set-up.
        """
        self.camera = Camera()
        """For pages of the current browser."""
        self._path = path
        self._thread = threading.current_thread()
        self._browser: Browser | None = None
        self._driver: Driver | None = None
        self._warden = Warden()
        means = (self._kill_browser, self._kill_driver, self._break_call)
        self._watchdog = Watchdog(*means, warden=self._warden)
        atexit.register(self._abandon_browser)

    def browser(self) -> Browser:
        """Return the live browser.

        Raises:
            ConfigError: this is another thread, an event loop runs in it, or nothing starts.
        """
        self._belongs()
        playwright = self._connected()
        if self._browser is None or not self._browser.alive:
            if self._browser is not None:
                self._browser.close()
                self._browser = None
            self._warden.start()
            self._browser = launch(playwright, self._path or browser_path(), warden=self._warden)
            self.camera = Camera()
        return self._browser

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Kill the browser if the body takes longer.

        Raises:
            StepTimeout: it took longer.
            BrowserLost: Playwright's driver died meanwhile; the next use starts another.
            ConfigError: this is another thread.
        """
        self._belongs()
        with self._watchdog.guard(seconds) as guard:
            try:
                yield
            finally:
                cause = sys.exception()
                # Playwright reports a dead driver as a bare Exception.
                patience = DRIVER_PATIENCE if type(cause) is Exception else 0.0
                if self._driver is not None and self._driver.died(patience=patience):
                    self._forget_driver()
                    if not guard.fired:
                        raise BrowserLost("Playwright's driver died") from cause
                if guard.fired:
                    self._kill_browser()
                    raise StepTimeout(f"the browser did not answer within {seconds:g} s") from cause

    def close(self) -> None:
        """Close the browser, and Playwright where it was started here."""
        self._belongs()
        if self._browser is not None:
            self._browser.close()
            self._browser = None
        if self._driver is not None:
            if self._driver.ours:
                browsergym.core._set_global_playwright(None)
            self._driver.stop()
            self._driver = None
        self._end_watches()

    @property
    def orphaned(self) -> bool:
        """Whether the thread it belongs to has ended, so that nobody can use or close it."""
        return not self._thread.is_alive()

    def abandon(self) -> None:
        """End browser and driver from another thread than their own."""
        self._kill_driver()
        self._forget_driver()
        self._end_watches()

    def _end_watches(self) -> None:
        self._watchdog.stop()
        self._warden.stop()
        atexit.unregister(self._abandon_browser)

    def _belongs(self) -> None:
        if threading.current_thread() is not self._thread:
            raise ConfigError(OTHER_THREAD)

    def _connected(self) -> Playwright:
        """Return BrowserGym's Playwright, started if nobody did before."""
        running = running_loop()
        known: Playwright | None = browsergym.core._PLAYWRIGHT
        if known is None:
            if running is not None:
                raise ConfigError(IN_LOOP)
            self._warden.start()
            self._driver = Driver.start(self._warden)
            known = self._driver.playwright
            browsergym.core._set_global_playwright(known)
        elif running is not known._loop:
            # Playwright's own loop counts as running in its thread, and in no other.
            raise ConfigError(OTHER_THREAD if running is None else IN_LOOP)
        elif self._driver is None or self._driver.playwright is not known:
            self._driver = Driver(known)
        known.selectors.set_test_id_attribute(BROWSERGYM_ID_ATTRIBUTE)
        return known

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
        """Raise in the caller's thread: without a driver Playwright waits for ever."""
        if self._thread.ident is not None:
            ident, error = ctypes.c_ulong(self._thread.ident), ctypes.py_object(StepTimeout)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, error)

    def _forget_driver(self) -> None:
        """Leave a dead driver: Playwright cannot be stopped without one.

        Its event loop still counts as running in this thread, which would keep another Playwright
        from starting.
        """
        self._abandon_browser()
        if self._driver is not None:
            self._driver.forget()
        self._browser = self._driver = None
        browsergym.core._set_global_playwright(None)
        asyncio._set_running_loop(None)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that runs in this thread, or ``None``."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _Process:
    """What a process keeps: Playwright and a browser are expensive, and one of each is enough."""

    warm: WarmBrowser | None = None


def warm_browser() -> WarmBrowser:
    """Return the process's warm browser, made for this thread if there is none."""
    if _Process.warm is not None and _Process.warm.orphaned:
        _Process.warm.abandon()
        _Process.warm = None
    if _Process.warm is None:
        _Process.warm = WarmBrowser()
    return _Process.warm


def close_browser() -> None:
    """Close the warm browser, and with it Playwright where it was started for it.

    Fine where there is none. BrowserGym's own environments in this process must be closed before.
    """
    if _Process.warm is not None:
        _Process.warm.close()
        _Process.warm = None
