"""The driver and the browser of one thread, and the means to end them from any other."""

from __future__ import annotations

import atexit
import ctypes
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Playwright

from env.chromium import browser_path
from env.guard.gate import Gate
from env.link.browser import Browser
from env.link.driver import Driver
from env.link.warden import Warden, remove
from env.link.watchdog import Watchdog
from webpilot.errors import BrowserLost, ConfigError, StepTimeout

__all__ = ["DRIVER_PATIENCE", "Keeper", "first_line"]

DRIVER_PATIENCE = 0.3
"""Seconds within which a driver whose end broke a call is seen to be gone."""


class Keeper:
    """Starts a browser when it is asked for one, and leaves nothing behind."""

    def __init__(self, *, path: Path | None = None, gate: Gate | None = None) -> None:
        """Make ready, start nothing.

        Args:
            path: the browser to start; by default the one chosen at set-up.
            gate: what guards it; by default no network policy does.
        """
        self.gate = Gate() if gate is None else gate
        self.warden = Warden()
        self.driver: Driver | None = None
        self.browser: Browser | None = None
        self.launches = 0
        """How many browsers were started so far."""
        self.ident: int | None = None
        """The thread whose calls may have to be broken."""
        self._path = path
        self._folder: Path | None = None
        self._watchdog: Watchdog | None = None

    def start_driver(self) -> Driver:
        """Return a driver that was started in this thread."""
        self.warden.start()
        self.driver = Driver.start(self.warden)
        return self.driver

    def live_browser(self, playwright: Playwright) -> Browser:
        """Return the browser, started or replaced by ``playwright`` where it must be.

        Raises:
            ConfigError: there is none, or it does not start.
            BrowserLost: the driver is gone too, and must be forgotten first.
        """
        if self.browser is not None and self.browser.alive:
            return self.browser
        if self.browser is not None:
            self.abandon_browser()
            self.browser = None
            # A browser that dies while a page is being made takes the driver along (a bug of
            # Playwright 1.44), and a call to a dead driver never returns.
            if self.lost_driver(patience=DRIVER_PATIENCE):
                raise BrowserLost("Playwright's driver died with its browser")
        self.warden.start()
        path = browser_path() if self._path is None else self._path
        self.browser = launch(playwright, path, gate=self.gate, warden=self.warden)
        self.launches += 1
        return self.browser

    def folder(self) -> Path:
        """Return a folder for what the browser's user writes; it is gone when we are."""
        if self._folder is None:
            self.warden.start()
            self._folder = Path(tempfile.mkdtemp(prefix="webpilot-"))
            self.warden.add_folder(self._folder)
        return self._folder

    def watchdog(self) -> Watchdog:
        """Return what ends a call that takes too long: the browser first, then the driver."""
        if self._watchdog is None:
            means = (self.kill_browser, self.kill_driver, self._break_call)
            self._watchdog = Watchdog(*means, warden=self.warden)
            # The browser dies with us anyway, when its pipe closes; this is the quicker way.
            atexit.register(self.abandon_browser)
        return self._watchdog

    def lost_driver(self, *, patience: float) -> bool:
        """Return whether there was a driver and it is gone, or goes within ``patience`` seconds."""
        return self.driver is not None and self.driver.died(patience=patience)

    def forget_driver(self) -> None:
        """Leave a driver that is gone, and the browser that goes with it."""
        self.abandon_browser()
        if self.driver is not None:
            self.driver.forget()
        self.browser = self.driver = None

    def close_browser(self) -> None:
        """Close the browser, if there is one."""
        if self.browser is not None:
            self.browser.close()
            self.browser = None

    def close_driver(self) -> None:
        """Stop the driver, if there is one; in its own thread."""
        if self.driver is not None:
            driver, self.driver = self.driver, None
            driver.stop()

    def end(self) -> None:
        """End what watches; closing is done."""
        if self._watchdog is not None:
            self._watchdog.stop()
        folder, self._folder = self._folder, None
        if folder is not None and remove(folder):
            self.warden.drop(folder)
        self.warden.stop()
        self.gate.close()
        atexit.unregister(self.abandon_browser)

    def kill_browser(self) -> None:
        """End the browser at once; from any thread."""
        browser = self.browser
        if browser is not None:
            browser.kill()

    def abandon_browser(self) -> None:
        """End the browser at once and remove its files; from any thread."""
        browser = self.browser
        if browser is not None:
            browser.abandon()

    def kill_driver(self) -> None:
        """End the driver at once; from any thread."""
        driver = self.driver
        if driver is not None:
            driver.kill()

    def _break_call(self) -> None:
        """Raise in the thread: without a driver Playwright may wait for ever, and busily."""
        if self.ident is not None:
            ident, error = ctypes.c_ulong(self.ident), ctypes.py_object(StepTimeout)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, error)

    def here(self) -> None:
        """Note that this is the thread whose calls may have to be broken."""
        self.ident = threading.get_ident()


def launch(playwright: Playwright, path: Path, *, gate: Gate, warden: Warden) -> Browser:
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
