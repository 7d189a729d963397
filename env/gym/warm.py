"""The one warm browser of a process for environments in the caller's own thread.

A task's code gets the real Playwright page, and synchronous Playwright objects never leave the
thread that made them: so unlike :class:`env.link.thread.BrowserThread` this browser lives where it
is used. Playwright is BrowserGym's global one, so that both backends share a process.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import browsergym.core
from browsergym.core.constants import BROWSERGYM_ID_ATTRIBUTE
from playwright.sync_api import Playwright

from env.link.browser import Browser
from env.link.driver import Driver
from env.link.keeping import DRIVER_PATIENCE, Keeper
from env.page.picture import Camera
from webpilot.errors import BrowserLost, ConfigError, StepTimeout

__all__ = ["WarmBrowser", "close_browser", "warm_browser"]

IN_LOOP = (
    "FastBrowserEnv is synchronous and cannot start inside a running event loop (a notebook's, for "
    "instance): make and use it in a thread of its own, as concurrent.futures.ThreadPoolExecutor(1)"
    " gives one, or use webpilot.solve"
)
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
        self._keeper = Keeper(path=path)
        self._keeper.here()
        self._thread = threading.current_thread()

    def browser(self) -> Browser:
        """Return the live browser.

        Raises:
            ConfigError: this is another thread, an event loop runs in it, or nothing starts.
        """
        self._belongs()
        before = self._keeper.launches
        try:
            browser = self._keeper.live_browser(self._connected())
        except BrowserLost:  # the driver is gone with it
            self._forget_driver()
            browser = self._keeper.live_browser(self._connected())
        if self._keeper.launches != before:
            self.camera = Camera()
        return browser

    @contextmanager
    def guard(self, seconds: float) -> Iterator[None]:
        """Kill the browser if the body takes longer.

        Raises:
            StepTimeout: it took longer.
            BrowserLost: Playwright's driver died meanwhile; the next use starts another.
            ConfigError: this is another thread.
        """
        self._belongs()
        with self._keeper.watchdog().guard(seconds) as guard:
            try:
                yield
            finally:
                cause = sys.exception()
                # Playwright reports a dead driver as a bare Exception.
                patience = DRIVER_PATIENCE if type(cause) is Exception else 0.0
                if self._keeper.lost_driver(patience=patience):
                    self._forget_driver()
                    if not guard.fired:
                        raise BrowserLost("Playwright's driver died") from cause
                if guard.fired:
                    self._keeper.kill_browser()
                    raise StepTimeout(f"the browser did not answer within {seconds:g} s") from cause

    def close(self) -> None:
        """Close the browser, and Playwright where it was started here."""
        self._belongs()
        driver = self._keeper.driver
        self._keeper.close_browser()
        if driver is not None and driver.ours:
            browsergym.core._set_global_playwright(None)
        self._keeper.close_driver()
        self._keeper.end()

    @property
    def orphaned(self) -> bool:
        """Whether the thread it belongs to has ended, so that nobody can use or close it."""
        return not self._thread.is_alive()

    def abandon(self) -> None:
        """End browser and driver from another thread than their own."""
        self._keeper.kill_driver()
        self._forget_driver()
        self._keeper.end()

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
            known = self._keeper.start_driver().playwright
            browsergym.core._set_global_playwright(known)
        elif running is not known._loop:
            # Playwright's own loop counts as running in its thread, and in no other.
            raise ConfigError(OTHER_THREAD if running is None else IN_LOOP)
        elif self._keeper.driver is None or self._keeper.driver.playwright is not known:
            self._keeper.driver = Driver(known)
        known.selectors.set_test_id_attribute(BROWSERGYM_ID_ATTRIBUTE)
        return known

    def _forget_driver(self) -> None:
        """Leave a dead driver: Playwright cannot be stopped without one.

        Its event loop still counts as running in this thread, which would keep another Playwright
        from starting.
        """
        self._keeper.forget_driver()
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
