"""What a goal asks for, piece by piece.

A :class:`Clause` is one requirement. Each family of widgets has clause types of its own, subclasses
defined beside its skill; the type decides which skill serves it. Everything a clause says is read
from the goal alone; which element it means is settled on the page, by the skill.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["Clause", "Commit", "Piece", "Reading", "quoted"]

QUOTED = re.compile(r"\"([^\"]*)\"|“([^”]*)”|(?<![\w'])'([^']+)'(?![\w'])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One requirement of the goal."""

    event: ClassVar[bool] = False
    """It is about a deed, not a state: later clauses count only steps after it."""

    text: str
    """The words of the goal it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Clause):
    """The control that closes the form; due once every earlier clause holds."""

    event: ClassVar[bool] = True

    name: str
    """What the goal calls the control, e.g. ``Submit``."""
    implied: bool = False
    """The goal does not name it; it is taken only where the page offers one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the goal offered to the skills for reading."""

    text: str
    """Whole goal, a sentence or a part of one, white space folded."""
    goal: str
    """The whole goal, verbatim."""
    lead: str = ""
    """Words before it that only say where to look."""
    whole: bool = False
    """The piece is the whole goal although the goal could be cut into several."""

    @property
    def lower(self) -> str:
        """The text in lower case (same offsets)."""
        return self.text.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one skill makes of a piece."""

    clauses: tuple[Clause, ...]
    confidence: float
    """In (0, 1]: 0.9 for a pattern of its own words, 0.5 for a guess; the highest is taken."""


def quoted(text: str) -> tuple[str, ...]:
    """Return the quoted strings of the text in order, verbatim."""
    found = (match.groups() for match in QUOTED.finditer(text))
    return tuple(next(group for group in groups if group is not None) for groups in found)
