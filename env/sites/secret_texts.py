"""Texts that are secret themselves, whatever they are called, taken out of plain data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from env.sites.secret_names import REDACTED

__all__ = ["without"]

SHORTEST = 6
"""Letters of a secret from which on it is looked for: a shorter one stands everywhere."""


def without(data: Any, secrets: Iterable[str]) -> Any:
    """Return plain data in which none of some texts stands, however it is written there.

    Texts of less than :data:`SHORTEST` letters are not looked for.
    """
    longest = sorted({one for one in secrets if len(one) >= SHORTEST}, key=lambda one: -len(one))
    if not longest:
        return data
    return _replaced(data, re.compile("|".join(map(_pattern, longest))))


def _pattern(secret: str) -> str:
    """Return an expression for a text as such, percent-encoded, or escaped as JSON does it."""
    return "".join(
        f"(?:{re.escape(letter)}|(?i:{_percent(letter)})|{re.escape(json.dumps(letter)[1:-1])})"
        for letter in secret
    )


def _percent(letter: str) -> str:
    """Return a letter percent-encoded, whether or not it must be; a space also as plus."""
    coded = "".join(f"%{byte:02X}" for byte in letter.encode())
    return f"{coded}|\\+" if letter == " " else coded


def _replaced(data: Any, secret: re.Pattern[str]) -> Any:
    if isinstance(data, Mapping):
        return {_replaced(key, secret): _replaced(one, secret) for key, one in data.items()}
    if isinstance(data, (list, tuple)):
        return [_replaced(one, secret) for one in data]
    return secret.sub(REDACTED, data) if isinstance(data, str) else data
