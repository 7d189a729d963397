"""Making the environment of WebArena-Verified: ``make verified``. It brings no site with it."""

from __future__ import annotations

from pathlib import Path

from env.environments import environment, installed

__all__ = ["MEND", "NAME", "install", "python"]

NAME = "verified"
"""Name of the environment, and of its requirements file."""
MEND = "make verified"
"""The command that makes it."""


def install() -> Path:
    """Return the Python of the environment, made or brought up to date first.

    Raises:
        ConfigError: it cannot be made; the message names the mend.
    """
    return environment(NAME, mend=MEND)


def python() -> Path:
    """Return the Python of the environment that was made before.

    Raises:
        ConfigError: it is not there; the message names the mend.
    """
    return installed(NAME, mend=MEND)
