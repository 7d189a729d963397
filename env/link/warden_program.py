"""The program that ends browsers from outside: when their owner is late, and when it is gone.

It runs as ``python -I -S warden_program.py PARENT CLOCK`` and imports the standard library alone.
Standard input tells what it has in charge, a line each, and ends with its owner; ``CLOCK`` is a
descriptor of memory shared with it, which holds the time it is due, so that setting a deadline
costs its owner no call and works whatever else hangs there.
"""

from __future__ import annotations

import mmap
import os
import select
import shutil
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["DUE", "LATE", "SIZE", "removed", "started"]

SIZE = mmap.PAGESIZE
"""Bytes of the shared memory."""
DUE = struct.Struct("d")
"""What stands at its beginning: seconds of the monotonic clock, 0 where nothing is due."""
LATE = 1.0
"""Seconds its owner has for ending by itself what is due."""
POLL = 0.2
PATIENCE = 5.0
"""Seconds the driver has for ending, and for removing its files, once its client is gone."""


def started(pid: int) -> str | None:
    """Return when a process was started, in ticks; ``None`` if it is not there or nobody knows.

    Together with the number it names one process for ever: numbers are used again.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else fields[19]


class Charges:
    """What is to be ended and removed."""

    def __init__(self) -> None:
        self._browsers: dict[int, str] = {}
        self._drivers: dict[int, str] = {}
        self._folders: set[str] = set()

    def take(self, line: str) -> None:
        """Take in one line: ``+`` or ``-``, a kind, and a path or a number with its start."""
        sign, kind, *rest = line.split(" ", 2)
        value = rest[0] if rest else ""
        if kind == "folder":
            (self._folders.add if sign == "+" else self._folders.discard)(value)
            return
        table = self._browsers if kind == "browser" else self._drivers
        pid, _, start = value.partition(" ")
        if sign == "+":
            table[int(pid)] = start
        else:
            table.pop(int(pid), None)

    def end_browsers(self) -> None:
        """Kill every browser with its whole group."""
        for pid, start in self._browsers.items():
            if is_it(pid, start):
                with suppress(OSError):
                    os.killpg(pid, signal.SIGKILL)

    def end_all(self) -> None:
        """Leave no process and no file."""
        self.end_browsers()
        wait_until(lambda: not any(alive(pid, start) for pid, start in self._drivers.items()))
        for pid, start in self._drivers.items():
            if alive(pid, start):
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        for folder in self._folders:
            # Helpers of a browser may still be dying, and writing.
            wait_until(lambda folder=folder: removed(folder))  # type: ignore[misc]


def is_it(pid: int, start: str) -> bool:
    """Return whether this number may still stand for the process it was noted for.

    A group outlives its leader, and keeps the number from being used again.
    """
    now = started(pid)
    return now is None or not start or now == start


def alive(pid: int, start: str) -> bool:
    """Return whether the process runs; without /proc nobody knows, and its pipe ends it."""
    return bool(start) and started(pid) == start


def removed(folder: str) -> bool:
    """Return whether a folder is gone, after trying to remove it."""
    shutil.rmtree(folder, ignore_errors=True)
    return not os.path.lexists(folder)


def wait_until(settled: Callable[[], bool]) -> None:
    """Return when it is so, or when nobody waits any longer."""
    due = time.monotonic() + PATIENCE
    while not settled() and time.monotonic() < due:
        time.sleep(0.05)


def watch(parent: int, clock: mmap.mmap, charges: Charges) -> None:
    """Return when the parent is gone; end its browsers whenever something is long due."""
    rest = b""
    done = 0.0
    while os.getppid() == parent:
        if select.select([0], [], [], POLL)[0]:
            data = os.read(0, 1 << 16)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                charges.take(os.fsdecode(line))
        (due,) = DUE.unpack_from(clock)
        if due and due != done and time.monotonic() > due + LATE:
            done = due
            charges.end_browsers()


def main(arguments: Sequence[str]) -> None:
    """Watch, then leave nothing behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    parent, descriptor = (int(one) for one in arguments)
    charges = Charges()
    watch(parent, mmap.mmap(descriptor, SIZE, prot=mmap.PROT_READ), charges)
    charges.end_all()


if __name__ == "__main__":
    main(sys.argv[1:])
