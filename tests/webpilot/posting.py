"""A process that commits steps which post to a ledger, and can be told where to die.

Run as ``python -m tests.webpilot.posting JOURNAL URL POSITION``: at the POSITION-th point where
anything is written or sent it kills itself as ``kill -9`` does; 0 is never. It prints what became
of the episode.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from webpilot.errors import SiteUnknown
from webpilot.observation import Fingerprint, Observation
from webpilot.once import CommitOnce
from webpilot.steps import StepJournal
from webpilot.types import Action

STEPS = ("click('1')", "click('2')", "hover('3')", "click('1')")
"""What is committed: the third only reads, the last is the first again, elsewhere."""


class Mortal:
    """Counts the points passed, and dies at one of them."""

    def __init__(self, position: int) -> None:
        self._left = position
        self.passed = 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self._left:
            os.kill(os.getpid(), signal.SIGKILL)


class Posting:
    """An episode whose clicks post a line that names the click and its place."""

    def __init__(self, url: str, mortal: Mortal) -> None:
        self._url = urlsplit(url)
        self._mortal = mortal
        self.shown = 0
        """How many steps lead to the page shown."""
        self.committed: tuple[Action, ...] = ()

    async def commit(self, actions: Sequence[Action]) -> Observation:
        for action in actions:
            if action.kind == "click":
                self._post(f"{self.shown} {action.raw}")
            self.shown += 1
            self.committed += (action,)
        return observed(f"{self._url.geturl()}#{self.shown}")

    async def arrive(self, url: str) -> Observation:
        self.shown = int(url.rpartition("#")[2])
        return observed(url)

    def _post(self, line: str) -> None:
        body = urlencode({"line": line}).encode()
        head = f"POST /ledger HTTP/1.0\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n"
        self._mortal.point()
        with socket.create_connection((self._url.hostname or "", self._url.port or 0), 20) as link:
            link.sendall(head.encode())
            self._mortal.point()  # half of a request is none
            link.sendall(body)
            self._mortal.point()
            while link.recv(65_536):
                pass
        self._mortal.point()


def observed(url: str) -> Observation:
    return Observation(
        url=url, title="", text="", elements=(), fingerprint=Fingerprint(exact=url, interactive=url)
    )


def mortal_disk(mortal: Mortal) -> None:
    """Make every write to a file and every wait for the disk a point, also half a write."""
    write, fsync = os.write, os.fsync

    def dying_write(descriptor: int, data: bytes | memoryview) -> int:
        mortal.point()
        half = len(data) // 2
        done = write(descriptor, data[:half])
        mortal.point()
        return done + write(descriptor, data[half:])

    def dying_fsync(descriptor: int) -> None:
        mortal.point()
        fsync(descriptor)
        mortal.point()

    os.write, os.fsync = dying_write, dying_fsync  # type: ignore[assignment]


async def play(file: Path, url: str, mortal: Mortal) -> str:
    episode = Posting(url, mortal)
    with StepJournal(file) as journal:
        careful = CommitOnce(
            episode,
            journal,
            task="shop.1",
            seed=0,
            unsafe=lambda action: action.kind == "click",
            arrive=episode.arrive,
        )
        try:
            for step in STEPS:
                kind, _, rest = step.partition("(")
                await careful.commit([Action(kind=kind, args=(rest.strip("')"),))])
        except SiteUnknown as error:
            return f"unknown {len(careful.committed)} {error}"
    return f"done {len(careful.committed)} of {mortal.passed} points"


if __name__ == "__main__":
    own = Mortal(int(sys.argv[3]))
    mortal_disk(own)
    sys.stdout.write(asyncio.run(play(Path(sys.argv[1]), sys.argv[2], own)))
