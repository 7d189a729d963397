"""Whether an action's id and its words name the same element (method.md, section 5)."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

__all__ = ["conflict"]

ALIKE = 0.9
"""Similarity above which two lines count as the same element's."""

_ID = re.compile(r"\[\w+\]")


def conflict(info: str, bid: str, page: str) -> tuple[str, str] | None:
    """Return the id's line and the line that ``info`` means, or ``None`` where they agree.

    They agree where the id's line holds ``info`` or is much like the line that fits it best. Where
    no line holds ``info``, the id is trusted.
    """
    wanted = _plain(info)
    lines = [line for line in page.splitlines() if line.strip()]
    own = next((line for line in lines if line.lstrip().startswith(f"[{bid}]")), None)
    if own is None or wanted in _plain(own) or not any(wanted in _plain(line) for line in lines):
        return None
    best = max(lines, key=lambda line: _similarity(wanted, _plain(line)))
    if _similarity(_plain(own), _plain(best)) > ALIKE:
        return None
    return own.strip(), best.strip()


def _plain(line: str) -> str:
    return " ".join(_ID.sub(" ", line).split()).casefold()


def _similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
