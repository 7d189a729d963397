"""Our side of the warden: a small process that outlives us and our mistakes, but not for long."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from env.link import warden_program
from env.link.warden_program import DUE, SIZE, removed, started

__all__ = ["Warden", "remove"]

REMOVALS = 20
"""Times a folder is tried again."""
LEAVING = 15.0
"""Seconds it may take to end and remove what is still in its charge."""


class Warden:
    """Ends browsers by process id when a deadline passes unmet, and when our process is gone.

    It is a process because nothing inside this one can be relied on: a call may hold the
    interpreter's lock, and a kill leaves no time for a last word.
    """

    def __init__(self) -> None:
        self._shared = shared_memory()
        self._clock = mmap.mmap(self._shared, SIZE)
        self._charges: dict[str, None] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the warden, 0 while there is none."""
        return 0 if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it, unless it is there; one that was killed is replaced."""
        if self._process is not None and self._process.poll() is None:
            return
        self._leave()
        program = (sys.executable, "-I", "-S", warden_program.__file__)
        self._process = subprocess.Popen(
            [*program, str(os.getpid()), str(self._shared)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(self._shared,),
            cwd="/",
            # What is sent to our group (Ctrl-C, a kill) must not reach it.
            start_new_session=True,
        )
        for charge in self._charges:
            self._say(f"+ {charge}")

    def arm(self, due: float) -> None:
        """Have our browsers killed soon after ``due``, in seconds of the monotonic clock."""
        DUE.pack_into(self._clock, 0, due)

    def disarm(self) -> None:
        """Lift the deadline."""
        DUE.pack_into(self._clock, 0, 0.0)

    def add_browser(self, pid: int) -> None:
        """Take a browser, and its process group, in charge."""
        self._add(f"browser {pid} {started(pid) or ''}")

    def add_driver(self, pid: int) -> None:
        """Take Playwright's driver in charge; it ends with us by itself unless it hangs."""
        self._add(f"driver {pid} {started(pid) or ''}")

    def add_folder(self, folder: Path) -> None:
        """Take a folder in charge that we remove unless we are killed."""
        self._add(f"folder {folder}")

    def drop(self, *things: int | Path | None) -> None:
        """Forget processes and folders that are gone."""
        for thing in things:
            for charge in tuple(self._charges):
                kind, _, value = charge.partition(" ")
                known = value if kind == "folder" else value.partition(" ")[0]
                if known == str(thing):
                    del self._charges[charge]
                    self._say(f"- {charge}")

    def stop(self) -> None:
        """End it for good; what is still in its charge is ended and removed with it."""
        if not self._clock.closed:
            self.disarm()
            self._leave()
            self._clock.close()
            os.close(self._shared)

    def _add(self, charge: str) -> None:
        self._charges[charge] = None
        self._say(f"+ {charge}")

    def _say(self, line: str) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            with suppress(OSError, ValueError):  # it was killed; the next start repeats it
                process.stdin.write(os.fsencode(line) + b"\n")
                process.stdin.flush()

    def _leave(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        try:
            process.wait(LEAVING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def remove(folder: Path) -> bool:
    """Return whether a folder is gone, tried again while a dying process still writes in it."""
    for _ in range(REMOVALS):
        if removed(str(folder)):
            return True
        time.sleep(0.05)
    return False


def shared_memory() -> int:
    """Return a descriptor of :data:`SIZE` bytes of zeros that a child can be given."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("webpilot-warden")
        os.ftruncate(descriptor, SIZE)
        return descriptor
    with tempfile.TemporaryFile() as file:
        # Written, not only made long: memory that a full disk cannot back ends the process.
        file.write(bytes(SIZE))
        file.flush()
        return os.dup(file.fileno())
