"""Looking a thing up by the name the user gave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from webpilot.errors import ConfigError

T = TypeVar("T")

__all__ = ["named"]


def named(kind: str, name: str, table: Mapping[str, T]) -> T:
    """Return ``table[name]``.

    Raises:
        ConfigError: there is no such name; the message lists what there is.
    """
    if name not in table:
        raise ConfigError(f"{kind}={name} is not known; choose one of {', '.join(table)}")
    return table[name]
