"""The local suite of real applications: installed, started, reset, stopped.

::

    python -m experiments.localweb install
    python -m experiments.localweb start
    python -m experiments.localweb reset
    python -m experiments.localweb stop
    python -m experiments.localweb check [--all] [--json FILE] [TASK ...]

``check`` plays scripted solutions and near-misses under every judge their tasks name: of twelve
tasks, of all, or of those named.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from env.environments import home
from env.localweb import background
from env.localweb.applications import APPLICATIONS
from env.localweb.installing import install
from env.localweb.memory import resident
from env.localweb.replica import Replica
from env.localweb.seeds import manifest
from experiments.localweb_check import check
from webpilot.errors import WebPilotError

MEGABYTE = 1e6


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit status of one command: 0 where it did what it was asked for."""
    commands: Mapping[str, Callable[[], None]] = {
        "install": installed,
        "start": started,
        "reset": put_back,
        "stop": stopped,
        "keep": kept,
    }
    parser = argparse.ArgumentParser(prog="experiments.localweb", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    # `keep` is what `start` runs in the background.
    names = [*commands, "check"]
    parser.add_argument("command", choices=names, metavar="install|start|reset|stop|check")
    parser.add_argument("tasks", nargs="*", help="tasks to check, e.g. localweb.1003")
    parser.add_argument("--all", action="store_true", help="check every task")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what check found here")
    chosen = parser.parse_args(argv)
    try:
        if chosen.command == "check":
            return check(everything=chosen.all, named=chosen.tasks, file=chosen.json)
        commands[chosen.command]()
    except WebPilotError as error:
        print(f"localweb: {error}", file=sys.stderr)
        return 1
    return 0


def installed() -> None:
    """Install and seed what is missing; print what is there."""
    began = time.monotonic()
    install(APPLICATIONS, tell=lambda line: print(f"{line} ...", flush=True))
    for one in APPLICATIONS:
        known = manifest(one)
        sites = ", ".join(site.name for site in one.sites)
        print(f"{one.name:8} {known['bytes'] / MEGABYTE:6.1f} MB of data   serves {sites}")
    print(f"{size(home()) / MEGABYTE:.0f} MB installed, {time.monotonic() - began:.1f} s")


def started() -> None:
    """Start the sites in the background; print their addresses."""
    began = time.monotonic()
    known = background.start(["-m", "experiments.localweb", "keep"])
    for name, url in known["urls"].items():
        print(f"{name:15} {url}")
    memory = sum(resident(pid) for pid in known["servers"])
    print(f"{memory / MEGABYTE:.0f} MB resident, {time.monotonic() - began:.1f} s")


def put_back() -> None:
    """Put the sites that are running back to the seed."""
    known: Mapping[str, Any] = background.reset()
    print(f"back to the seed, hash {known['hash'][:12]}")


def stopped() -> None:
    """Stop the sites."""
    print("stopped" if background.stop() else "nothing was running")


def kept() -> None:
    """Run the sites in this process until it is told to end."""
    background.keep(Replica(ports=background.PORTS))


def size(folder: Path) -> int:
    """Return the bytes of the files in a folder; linked files count once."""
    seen = {
        (known.st_dev, known.st_ino): known.st_size
        for known in (one.lstat() for one in folder.rglob("*"))
    }
    return sum(seen.values())


if __name__ == "__main__":
    sys.exit(main())
