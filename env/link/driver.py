"""Playwright's driver: the process behind its objects, and the one folder all its files are in."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from env.link.warden import Warden, remove
from env.variables import set_for_now

__all__ = ["Driver"]


class Driver:
    """A running driver; it belongs to the thread that started it."""

    def __init__(
        self, playwright: Playwright, warden: Warden | None = None, folder: Path | None = None
    ) -> None:
        """Know a driver that runs.

        Args:
            playwright: its client, in this thread.
            warden: what has it in charge; without one it is another's, and never stopped here.
            folder: all its files.
        """
        self.playwright = playwright
        self.pid: int = playwright._impl_obj._connection._transport._proc.pid
        self._warden = warden
        self._folder = folder
        self._killed = False
        if warden is not None:
            warden.add_driver(self.pid)

    @classmethod
    def start(cls, warden: Warden) -> Driver:
        """Return one that was started in this thread."""
        # It leaves profiles and downloads behind when it is ended together with us, under names of
        # its own making; in a folder of ours they can be found. Playwright gives its driver this
        # process's environment, and no way to say another.
        folder = Path(tempfile.mkdtemp(prefix="webpilot-driver-"))
        warden.add_folder(folder)
        try:
            with set_for_now({"TMPDIR": str(folder)}):
                playwright = sync_playwright().start()
        except BaseException:
            if remove(folder):
                warden.drop(folder)
            raise
        return cls(playwright, warden, folder)

    @property
    def ours(self) -> bool:
        """Whether it was started here, and is to be stopped here."""
        return self._warden is not None

    def kill(self) -> None:
        """End it at once, the last thing a blocked call can wait for; from any thread."""
        self._killed = True
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def died(self, *, patience: float) -> bool:
        """Return whether it is gone, or goes within ``patience`` seconds."""
        due = time.monotonic() + patience
        while not self._killed:
            try:
                os.kill(self.pid, 0)  # fails once the process is gone and reaped
            except ProcessLookupError:
                return True
            if time.monotonic() >= due:
                return False
            time.sleep(0.01)
        return True

    def stop(self) -> None:
        """End it in good order, unless it is another's."""
        if self._warden is not None:
            self.playwright.stop()
        self.forget()

    def forget(self) -> None:
        """Leave no file of one that is gone."""
        if self._warden is not None:
            self._warden.drop(self.pid)
            if self._folder is not None and remove(self._folder):
                self._warden.drop(self._folder)
