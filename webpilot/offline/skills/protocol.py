"""What a skill is: it reads clauses out of the goal, judges them on the page and serves them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.memory import Memory
from webpilot.offline.page import PageView
from webpilot.types import Action

__all__ = ["Proposal", "Skill"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One action a skill would take now."""

    action: Action
    score: float
    """In [0, 1]: how likely it serves its clause (0.9 certain, 0.5 one of two, 0.2 a look)."""
    reason: str
    closing: bool = False
    """The action commits what was entered (Submit, OK, Search); taken when all else holds."""


class Skill(Protocol):
    """One family of widgets. Pure: equal arguments, equal results; no state of its own."""

    @property
    def name(self) -> str:
        """Short name of the family, for reasons and records."""
        ...

    @property
    def clause_types(self) -> tuple[type[Clause], ...]:
        """The clause types this skill serves; no two skills share one."""
        ...

    def read(self, piece: Piece) -> Reading | None:
        """Return what the skill makes of a piece of the goal, or ``None``."""
        ...

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return in [0, 1] how far the clause holds on the observed page; 1 is done.

        This is the predicate behind proposals, stop test and self-reward. It may look at the
        executed steps where the page shows no trace (a click that must have been made).
        """
        ...

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Return actions that bring the clause nearer to holding, in any order.

        Where the target is not visible, ways to look for it, with lower scores.
        """
        ...
