"""What no skill understands: act on what the goal's words and the page have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, fill
from webpilot.offline.clauses import QUOTED, Clause, Piece, Reading, quoted
from webpilot.offline.fields import holds
from webpilot.offline.matching import similarity, words
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Guessing", "Unread"]

CEILING = 0.6
"""Degree that a clause nobody understands reaches at most: it is never known to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Clause):
    """A piece of the goal that no skill could read."""


class Guessing:
    """Tries what the goal mentions: quoted texts into fields, shared words by clicks."""

    name = "guessing"
    clause_types: tuple[type[Clause], ...] = (Unread,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the piece itself, at the lowest confidence."""
        if piece.whole or len(words(piece.text)) < 2:
            return None
        return Reading(clauses=(Unread(text=piece.text),), confidence=0.05)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the clause's words that acted-on elements bear, below 1."""
        wanted = set(words(clause.text))
        met: set[str] = set()
        for step in memory.steps:
            if step.target is not None and step.changed and not step.failed:
                met |= wanted & set(words(f"{step.target.label} {' '.join(step.action.raw)}"))
        return CEILING * len(met) / max(1, len(wanted))

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield fills with quoted texts and clicks on what shares words with the clause."""
        texts = quoted(clause.text)
        for text in texts:
            for field in view.editable[:4]:
                named = similarity(QUOTED.sub(" ", clause.text), field.label)
                if not holds(field, text):
                    reason = f"'{text}' is quoted and '{field.label}' takes text"
                    score = min(0.6, 0.35 + 0.3 * named)
                    yield Proposal(action=fill(field, text), score=score, reason=reason)
        for node in view.clickable:
            if node.editable or memory.clicked(node.bid):
                continue
            mark = max([_overlap(clause.text, node), *(similarity(t, node.label) for t in texts)])
            if mark > 0.2:
                reason = f"'{node.label}' is mentioned"
                yield Proposal(action=click(view, node), score=0.55 * mark, reason=reason)


def _overlap(text: str, node: Node) -> float:
    """Return the share of the node's words that the text mentions."""
    shown = words(node.label)
    if not shown:
        return 0.0
    wanted = set(words(text))
    return sum(word in wanted for word in shown) / len(shown)
