"""Memory of a process group."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from env.localweb.listening import members

__all__ = ["resident"]


def resident(group: int, proc: Path = Path("/proc")) -> int:
    """Return the resident bytes of all processes of a group together; 0 without ``/proc``.

    Pages they share count for each.
    """
    pages = 0
    for pid in members(group, proc):
        with suppress(OSError, ValueError, IndexError):
            pages += int((proc / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
