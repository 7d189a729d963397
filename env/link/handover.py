"""How the browser's pipes come into our hands while Playwright believes it holds them.

Playwright is given a small generated program as its browser. That program passes its pipes to us
over a socket only this user can reach, and becomes the browser (:mod:`env.link.wrapper`). There is
no debugging port. What was generated is removed as soon as the pipes have arrived.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from env.link import wrapper
from env.link.mux import Mux
from webpilot.errors import BrowserLost

__all__ = ["Handover", "handover"]

LONGEST_SOCKET_PATH = 90
"""Bytes; the kernel's limit is 104 on some systems."""


class Handover:
    """The waiting side of one launch: accepts the pipes in a thread of its own."""

    def __init__(self, browser: Path) -> None:
        parent = tempfile.gettempdir()
        if len(os.fsencode(parent)) > LONGEST_SOCKET_PATH - 30:
            parent = "/tmp"
        self.folder = Path(tempfile.mkdtemp(prefix="webpilot-", dir=parent))
        self.executable = self.folder / "browser"
        address = self.folder / "link"
        command = (sys.executable, "-I", "-S", wrapper.__file__, str(address), str(browser))
        self.executable.touch(mode=0o700)
        # A shell line, because the kernel limits the length of an interpreter's path.
        self.executable.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(address))
        address.chmod(0o600)
        self._listener.listen(1)
        self._mux: Mux | None = None
        self.profile: Path | None = None
        """Folder Playwright made for the browser, known once the pipes have arrived."""
        self._thread = threading.Thread(target=self._accept, name="webpilot-handover", daemon=True)
        self._thread.start()

    def mux(self) -> Mux:
        """Return the running mux; call it once Playwright reports the browser as launched."""
        self._thread.join(timeout=1.0)
        if self._mux is None:
            raise BrowserLost("the browser started without handing over its pipes")
        return self._mux

    def close(self) -> None:
        """Remove what is left of the generated files and stop waiting."""
        # shutdown wakes the accepting thread; closing alone would not.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self) -> None:
        try:
            link, _ = self._listener.accept()
        except OSError:
            return
        with link:
            introduction, received, _, _ = socket.recv_fds(link, 4096 + 32, 2)
            if len(received) != 2:
                return
            from_client, to_client = received
            browser_reads, to_browser = os.pipe()
            from_browser, browser_writes = os.pipe()
            for descriptor in (from_client, to_client):
                os.set_inheritable(descriptor, False)
                os.set_blocking(descriptor, True)
            socket.send_fds(link, [b"."], [browser_reads, browser_writes])
            # Only the browser may hold its ends, or neither side would ever see the other's end.
            os.close(browser_reads)
            os.close(browser_writes)
        shutil.rmtree(self.folder, ignore_errors=True)
        pid, _, profile = os.fsdecode(introduction).partition(" ")
        self.profile = Path(profile) if profile else None
        self._mux = Mux(
            pid=int(pid),
            from_client=from_client,
            to_client=to_client,
            from_browser=from_browser,
            to_browser=to_browser,
        )
        self._mux.start()


@contextmanager
def handover(browser: Path) -> Iterator[Handover]:
    """Yield a handover for one launch of ``browser``; its files are gone afterwards."""
    waiting = Handover(browser)
    try:
        yield waiting
    finally:
        waiting.close()
