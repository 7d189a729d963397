"""A replica that stays up between commands: started, reset and stopped from outside.

A keeper process holds it. What others need to know of it stands in one file, which is there as
long as the keeper is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from env.environments import home
from env.link.warden_program import started
from env.localweb.replica import Replica
from webpilot.errors import ConfigError, SiteDown

__all__ = ["PORTS", "keep", "reset", "running", "start", "stop"]

PORTS = {
    "shopping": 7770,
    "shopping_admin": 7780,
    "reddit": 9999,
    "gitlab": 8023,
    "wikipedia": 8888,
}
"""The ports WebArena's own sites have."""
STARTING = 90.0
"""Seconds the keeper has."""
ANSWERING = 20.0
STEP = 0.05


def note() -> Path:
    """Return the file that says what is running."""
    return home() / "running.json"


def running() -> Mapping[str, Any] | None:
    """Return what is running, ``None`` if nothing is.

    ``pid`` of the keeper, ``urls`` by site, ``resets`` so far, ``hash`` of the data after the last.
    """
    try:
        known: dict[str, Any] = json.loads(note().read_text())
    except (OSError, ValueError):
        return None
    return known if started(int(known["pid"])) == known["started"] else None


def start(program: Sequence[str]) -> Mapping[str, Any]:
    """Start a keeper in the background, unless there is one; return what is running.

    Args:
        program: arguments to Python that end up in :func:`keep`.

    Raises:
        SiteDown: a site does not start; the message is the keeper's.
    """
    known = running()
    if known is not None:
        return known
    log = home() / "keeper.log"
    with log.open("wb") as out:
        keeper = subprocess.Popen(
            [sys.executable, *program],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    due = time.monotonic() + STARTING
    while time.monotonic() < due and keeper.poll() is None:
        known = running()
        if known is not None and known["pid"] == keeper.pid:
            return known
        time.sleep(STEP)
    if keeper.poll() is None:
        keeper.terminate()
    raise SiteDown(" ".join(log.read_text(errors="replace").split())[-400:] or "nothing started")


def stop() -> bool:
    """Stop what is running; return whether anything was.

    Raises:
        SiteDown: it does not end.
    """
    known = running()
    if known is None:
        note().unlink(missing_ok=True)
        return False
    os.kill(int(known["pid"]), signal.SIGTERM)
    wait(lambda: running() is None, "the keeper does not end")
    return True


def reset() -> Mapping[str, Any]:
    """Put what is running back to the seed; return what is running.

    Raises:
        ConfigError: nothing is running.
        SiteDown: the keeper does not answer.
    """
    known = running()
    if known is None:
        raise ConfigError("nothing is running: `python -m experiments.localweb start`")
    os.kill(int(known["pid"]), signal.SIGUSR1)

    def done() -> bool:
        now = running()
        return now is not None and now["resets"] > known["resets"]

    wait(done, "the keeper does not answer")
    return running() or known


def wait(settled: Callable[[], bool], otherwise: str) -> None:
    """Return when it is so.

    Raises:
        SiteDown: it is not, in time.
    """
    due = time.monotonic() + ANSWERING
    while not settled():
        if time.monotonic() > due:
            raise SiteDown(otherwise)
        time.sleep(STEP)


def keep(replica: Replica) -> None:
    """Run a replica until this process is told to end (SIGTERM, SIGINT); SIGUSR1 resets it.

    Raises:
        SiteDown: a site does not start.
    """
    wanted: list[int] = []

    def heard(number: int, frame: FrameType | None) -> None:
        wanted.append(number)

    kinds = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1}
    for kind in kinds:
        signal.signal(kind, heard)
    resets = 0
    try:
        with replica.start():
            while not {signal.SIGTERM, signal.SIGINT} & set(wanted):
                tell(replica, resets)
                # A signal that comes just before the wait is not lost, it only waits a little.
                while not wanted:
                    time.sleep(STEP)
                if wanted[0] == signal.SIGUSR1:
                    wanted.pop(0)
                    replica.reset()
                    resets += 1
    finally:
        note().unlink(missing_ok=True)


def tell(replica: Replica, resets: int) -> None:
    """Write down what is running."""
    known = {
        "pid": os.getpid(),
        "started": started(os.getpid()),
        "urls": dict(replica.urls),
        "servers": list(replica.pids),
        "folder": str(replica.folder),
        "resets": resets,
        "hash": replica.hash(),
    }
    fresh = note().with_suffix(".new")
    fresh.write_text(json.dumps(known, indent=1) + "\n")
    fresh.replace(note())
