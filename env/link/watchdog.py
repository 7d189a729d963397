"""A thread that ends what takes too long: a blocked Playwright call does not end by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from env.link.warden import Warden

__all__ = ["Guard", "Watchdog"]

GRACE = 3.0
"""Seconds between one means and the next, stronger one."""


class Guard:
    """One guarded stretch of work."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.due = time.monotonic() + seconds
        self.used = 0
        """How many of the means were used so far; 0 while all is well."""

    @property
    def fired(self) -> bool:
        """Whether the work was interrupted."""
        return self.used > 0


class Watchdog:
    """Watches one piece of work at a time, with a ladder of means to end it; guards may be nested.

    The means are called in order from the watchdog's own thread, ``GRACE`` seconds apart, until
    the work ends. A warden outside this process is told each deadline: it acts where this thread
    cannot.
    """

    def __init__(self, *means: Callable[[], None], warden: Warden | None = None) -> None:
        self._means = means
        self._warden = warden
        self._guard: Guard | None = None
        self._change = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._watch, name="webpilot-watchdog", daemon=True)
        self._thread.start()

    @contextmanager
    def guard(self, seconds: float) -> Iterator[Guard]:
        """Interrupt the body of the ``with`` statement after ``seconds``."""
        guard = Guard(seconds)
        with self._change:
            outer, self._guard = self._guard, guard
            self._tell_warden()
            self._change.notify_all()
        try:
            yield guard
        finally:
            with self._change:
                self._guard = outer
                self._tell_warden()
                self._change.notify_all()

    def stop(self) -> None:
        """End the watching thread."""
        with self._change:
            self._stopped = True
            self._change.notify_all()
        self._thread.join()

    def _tell_warden(self) -> None:
        if self._warden is None:
            return
        if self._guard is None:
            self._warden.disarm()
        else:
            self._warden.arm(self._guard.due)

    def _watch(self) -> None:
        with self._change:
            while not self._stopped:
                guard = self._guard
                left = None if guard is None else guard.due - time.monotonic()
                if guard is None or left is None or guard.used >= len(self._means):
                    self._change.wait()
                elif left > 0:
                    self._change.wait(left)
                else:
                    means = self._means[guard.used]
                    guard.used += 1
                    guard.due = time.monotonic() + GRACE
                    means()
