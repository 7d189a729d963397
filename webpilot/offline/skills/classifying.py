"""Rows that show a number and offer a word for each property it may have (odd, even ...)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.matching import fold
from webpilot.offline.memory import Memory
from webpilot.offline.options import CHOSEN_WORDS
from webpilot.offline.page import Node, PageView
from webpilot.offline.repetition import container
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Classify", "Classifying"]

PROPERTIES: Mapping[str, Callable[[int], bool]] = {
    "odd": lambda n: n % 2 == 1,
    "even": lambda n: n % 2 == 0,
    "positive": lambda n: n > 0,
    "negative": lambda n: n < 0,
    "zero": lambda n: n == 0,
    "prime": lambda n: n > 1 and all(n % d for d in range(2, int(n**0.5) + 1)),
}
WORD = re.compile(rf"\b({'|'.join(PROPERTIES)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(Clause):
    """Every number on the page must be marked with its property."""

    properties: tuple[str, ...]


class Classifying:
    """Marks every number with the property it has."""

    name = "classifying"
    clause_types: tuple[type[Clause], ...] = (Classify,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the marking of numbers with the named properties."""
        named = tuple(dict.fromkeys(word.lower() for word in WORD.findall(piece.text)))
        if (
            not named
            or piece.whole
            or not re.search(r"\b(?:mark|label|classify|sort|decide)\b", piece.lower)
        ):
            return None
        return Reading(clauses=(Classify(text=piece.text, properties=named),), confidence=0.72)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the numbers whose right control was taken last."""
        assert isinstance(clause, Classify)
        right = _right(view, clause)
        if not right:
            return 0.0
        taken = _taken(view, memory)
        return sum(node.bid in taken for node in right) / len(right)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on the right controls that were not taken yet."""
        assert isinstance(clause, Classify)
        taken = _taken(view, memory)
        for node in _right(view, clause):
            if node.bid not in taken:
                reason = f"'{node.label}' is true of the number in its row"
                yield Proposal(action=click(view, node), score=0.92, reason=reason)


def _right(view: PageView, clause: Classify) -> list[Node]:
    """Return the right control of every row that shows one number."""
    controls = [n for n in view.clickable if fold(n.label) in clause.properties]
    right = []
    for node in controls:
        same = [other for other in controls if fold(other.label) == fold(node.label)]
        row = container(view, node, same)
        shown = re.findall(r"-?\d+", row.content)
        if len(shown) == 1 and PROPERTIES[fold(node.label)](int(shown[0])):
            right.append(node)
    return right


def _taken(view: PageView, memory: Memory) -> set[str]:
    """Return the controls that look chosen, or were clicked where looks tell nothing."""
    shown = {n.bid for n in view.clickable if n.checked or n.words & CHOSEN_WORDS}
    if shown:
        return shown
    return {n.bid for n in view.clickable if memory.clicked(n.bid)}
