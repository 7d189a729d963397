"""Forms whose values stand in plain prose: each field takes what the goal says beside its label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, fill, wait
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.fields import holds
from webpilot.offline.matching import fold
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.slots import slots
from webpilot.offline.suggestions import suggestions

__all__ = ["FillIn", "Prose"]

COMMAND = re.compile(
    r"\b(?:search|find|look|order|book|create|add|register|fill|submit|post|request|plan|schedule)\b",
    re.IGNORECASE,
)
DETAIL = re.compile(r"\b(?:from|to|by|in|on|at|with|of|named|called|year|date)\b|:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillIn(Clause):
    """The form's fields must hold what the text says."""


class Prose:
    """Fills forms from prose."""

    name = "prose"
    clause_types: tuple[type[Clause], ...] = (FillIn,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the piece as a description of a form's content, below any surer reading."""
        detail = len(DETAIL.findall(piece.text))
        if piece.whole or not COMMAND.search(piece.text) or detail < 2:
            return None
        return Reading(clauses=(FillIn(text=piece.text),), confidence=0.45)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the described fields that hold their value, nothing pending."""
        due = slots(view, clause.text)
        if not due:
            return 0.0
        kept = sum(_kept(view, field, value) for field, value in due)
        return kept / len(due)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield suggestions that fit, then fills of what is still to fill."""
        for field, value in slots(view, clause.text):
            for option in _offers(view, value)[:2]:
                reason = f"takes the suggestion '{option.label}'"
                yield Proposal(action=click(view, option), score=0.9, reason=reason)
            if not _holds(field, value):
                reason = f"the goal gives '{value}' for '{field.label}'"
                yield Proposal(action=fill(field, value), score=0.8, reason=reason)
            elif not _kept(view, field, value):
                yield Proposal(action=wait(), score=0.3, reason="suggestions may take a moment")


def _holds(field: Node, value: str) -> bool:
    """Return whether the field shows the value, perhaps written out by a suggestion."""
    return holds(field, value) or fold(value) in fold(field.value)


def _offers(view: PageView, value: str) -> list[Node]:
    """Return the suggestions in sight that contain the value, the shortest first."""
    fitting = [node for node in suggestions(view) if fold(value) in fold(node.label)]
    return sorted(fitting, key=lambda node: len(node.label))


def _kept(view: PageView, field: Node, value: str) -> bool:
    """Return whether the field holds the value and no suggestion for it is pending."""
    return _holds(field, value) and not _offers(view, value)
