"""What the browser draws Arial with: MiniWoB++ asks for Arial, and some pages break without it.

With a wider font the rows of ``daily-calendar`` wrap, so a click on an hour lands on another one.
A result therefore names the font, as it names the browser.
"""

from __future__ import annotations

import subprocess
import sys

__all__ = ["AS_WIDE_AS_ARIAL", "arial"]

AS_WIDE_AS_ARIAL = ("Arial", "Arimo", "Liberation Sans")
"""Families whose letters have Arial's widths."""


def arial() -> str:
    """Return the family that stands in for Arial here, or ``unknown`` without fontconfig."""
    try:
        done = subprocess.run(
            ["fc-match", "--format=%{family[0]}", "Arial"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip() or "unknown"


def main() -> int:
    """Write the family; return 0 if its letters have Arial's widths, else 1."""
    family = arial()
    sys.stdout.write(f"{family}\n")
    return int(family not in AS_WIDE_AS_ARIAL)


if __name__ == "__main__":
    raise SystemExit(main())
