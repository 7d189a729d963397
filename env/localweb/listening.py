"""What a process listens on, as the kernel sees it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["listening", "members"]

TABLES = (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6))
LISTENS = "0A"
"""State of a listening socket in the kernel's tables."""


def listening(group: int, proc: Path = Path("/proc")) -> set[tuple[str, int]]:
    """Return address and port of all TCP connections that the processes of a group accept."""
    sockets = {one for pid in members(group, proc) for one in held(pid, proc)}
    found: set[tuple[str, int]] = set()
    for table, family in TABLES:
        with suppress(OSError):
            for line in (proc / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENS and fields[9] in sockets:
                    where, _, port = fields[1].partition(":")
                    found.add((address(where, family), int(port, 16)))
    return found


def members(group: int, proc: Path) -> Iterator[int]:
    """Yield the processes of a group."""
    for entry in proc.glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                yield int(entry.name)


def held(pid: int, proc: Path) -> Iterator[str]:
    """Yield the numbers of the sockets a process holds."""
    with suppress(OSError):
        for one in (proc / str(pid) / "fd").iterdir():
            with suppress(OSError):
                target = str(one.readlink())
                if target.startswith("socket:["):
                    yield target[len("socket:[") : -1]


def address(written: str, family: socket.AddressFamily) -> str:
    """Return an address as people write it; the kernel writes words of 32 bits in its own order."""
    raw = bytes.fromhex(written)
    turn = -1 if sys.byteorder == "little" else 1
    words = [raw[at : at + 4][::turn] for at in range(0, len(raw), 4)]
    return socket.inet_ntop(family, b"".join(words))
