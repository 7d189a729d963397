"""Finding a hidden number by trying and reading the feedback."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from webpilot.offline.actions import click, fill, press
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.fields import holds
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.committing import commit_controls
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Seek", "Seeking"]

COMMAND = re.compile(
    r"\bguess\b.*?\bnumber\b.*?(?P<low>-?\d+)\s*(?:-|–|and|to)\s*(?P<high>\d+)", re.IGNORECASE
)
HIGHER = re.compile(r"\b(?:higher|greater|larger|bigger|too (?:low|small))\b", re.IGNORECASE)
LOWER = re.compile(r"\b(?:lower|less|smaller|too (?:high|large|big))\b", re.IGNORECASE)
RIGHT = re.compile(r"\b(?:correct|right|congratulations|well done|you (?:won|got it))\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seek(Clause):
    """The hidden number must be found."""

    event: ClassVar[bool] = True

    low: int
    high: int


class Seeking:
    """Halves the range with every answer."""

    name = "seeking"
    clause_types: tuple[type[Clause], ...] = (Seek,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the range in which the number hides."""
        match = COMMAND.search(piece.goal)
        if match is None:
            return None
        if "guess" not in piece.lower:
            return Reading(clauses=(), confidence=0.95)
        low, high = int(match.group("low")), int(match.group("high"))
        return Reading(clauses=(Seek(text=match.group(), low=low, high=high),), confidence=0.9)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where the page says so or one number is left and sent, else what is excluded."""
        assert isinstance(clause, Seek)
        if any(RIGHT.search(n.text) for n in view.texts) and memory.steps:
            return 1.0
        low, high = _range(view, clause, memory)
        last = memory.last
        sent = last is not None and last.target is not None and last.target.role == "button"
        if low == high and last is not None and sent and _field_value(last.before) == low:
            return 1.0
        return 0.8 * (1 - (high - low) / max(1, clause.high - clause.low))

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield entering the middle of what is left, then sending it."""
        assert isinstance(clause, Seek)
        low, high = _range(view, clause, memory)
        guess = str((low + high) // 2)
        for field in view.editable[:1]:
            if not holds(field, guess):
                reason = f"halves {low} to {high}"
                yield Proposal(action=fill(field, guess), score=0.92, reason=reason)
                continue
            after = [node for node in commit_controls(view) if node.order > field.order]
            for node in after[:1] or commit_controls(view):
                reason = f"sends the guess {guess}"
                yield Proposal(action=click(view, node), score=0.92, reason=reason)
            yield Proposal(action=press("Enter"), score=0.4, reason=f"sends the guess {guess}")


def _range(view: PageView, clause: Seek, memory: Memory) -> tuple[int, int]:
    """Return the range left after all feedback."""
    low, high = clause.low, clause.high
    for step in memory.steps:
        value = _field_value(step.before)
        if step.action.kind == "fill" or value is None:
            continue
        said = " ".join(n.text for n in step.after.texts if _feedback(n))
        if HIGHER.search(said):
            low = max(low, value + 1)
        elif LOWER.search(said):
            high = min(high, value - 1)
    return (low, high) if low <= high else (clause.low, clause.high)


def _feedback(node: Node) -> bool:
    """Return whether the node's text may be an answer to a guess."""
    return bool(HIGHER.search(node.text)) != bool(LOWER.search(node.text))


def _field_value(view: PageView) -> int | None:
    """Return the number that stands in the first field, or ``None``."""
    for field in view.editable[:1]:
        if re.fullmatch(r"-?\d+", field.value.strip()):
            return int(field.value)
    return None
