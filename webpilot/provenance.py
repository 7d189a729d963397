"""Which code played: the commit it was checked out at."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

__all__ = ["commit"]


@cache
def commit() -> str | None:
    """Return the commit of this code, with a plus if it was changed since; ``None`` if unknown."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=Path(__file__).resolve().parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
