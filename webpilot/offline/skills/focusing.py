"""Putting the focus into a field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.fields import fields_for
from webpilot.offline.memory import Memory
from webpilot.offline.page import PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import Target, read_target

__all__ = ["Focus", "Focusing"]

COMMAND = re.compile(
    r"\b(?:focus|put (?:the )?(?:cursor|caret|focus))\s*(?:in(?:to|side)?|on|to)?\s+(.+?)[.]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus(Clause):
    """A field must have the focus."""

    field: Target


class Focusing:
    """Clicks into the field that must have the focus."""

    name = "focusing"
    clause_types: tuple[type[Clause], ...] = (Focus,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the focus on the described field."""
        match = COMMAND.search(piece.text)
        if match is None:
            return None
        clause = Focus(text=piece.text, field=read_target(match.group(1)))
        return Reading(clauses=(clause,), confidence=0.86)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where the meant field is focused, or was clicked last (focus may move on)."""
        assert isinstance(clause, Focus)
        answers = fields_for(view, clause.field)
        if not answers:
            return 0.0
        field, last = answers[0][1], memory.last
        touched = last is not None and last.target is not None and last.target.bid == field.bid
        return 1.0 if field.bid == view.focused or touched else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks into the fields that the goal may mean."""
        assert isinstance(clause, Focus)
        for mark, field in fields_for(view, clause.field):
            reason = f"puts the focus into '{field.label or field.bid}'"
            yield Proposal(action=click(view, field), score=mark, reason=reason)
