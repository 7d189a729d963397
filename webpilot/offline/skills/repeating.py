"""Pressing a control again and again until what it shows is as wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Repeating", "Until"]

COMMAND = re.compile(
    r"\b(?P<verb>generate|roll|spin|draw|get|create|produce)\b.*?\bnumbers?\b(?P<rest>.*)$",
    re.IGNORECASE,
)
NUMBER = r"(-?\d+(?:\.\d+)?)"
BETWEEN = re.compile(rf"\b(?:between|from)\s+{NUMBER}\s*(?:and|to|-)\s*{NUMBER}", re.IGNORECASE)
BELOW = re.compile(rf"\b(?:less|smaller|lower|under|below)\b(?: than)?\s+{NUMBER}", re.IGNORECASE)
ABOVE = re.compile(
    rf"\b(?:greater|more|larger|higher|bigger|over|above)\b(?: than)?\s+{NUMBER}", re.IGNORECASE
)
PARITY = re.compile(r"\b(odd|even)\b", re.IGNORECASE)
ALMOST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Until(Clause):
    """The shown number must fulfil the condition."""

    verb: str
    low: float = float("-inf")
    high: float = float("inf")
    parity: str = ""

    def admits(self, number: float) -> bool:
        """Return whether a number is as wanted."""
        odd = int(number) % 2 == 1
        fits = not self.parity or (self.parity == "odd") == odd
        return self.low <= number <= self.high and fits


class Repeating:
    """Presses on until the shown number fits."""

    name = "repeating"
    clause_types: tuple[type[Clause], ...] = (Until,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the condition on the number to be generated."""
        match = COMMAND.search(piece.text)
        if match is None or piece.whole:
            return None
        verb, rest = match.group("verb").lower(), match.group("rest")
        between, below, above = BETWEEN.search(rest), BELOW.search(rest), ABOVE.search(rest)
        parity = PARITY.search(piece.text)
        low, high = float("-inf"), float("inf")
        if between:
            low, high = float(between.group(1)), float(between.group(2))
        if below:
            high = float(below.group(1)) - ALMOST
        if above:
            low = float(above.group(1)) + ALMOST
        if not (between or below or above or parity):
            return None
        word = parity.group(1).lower() if parity else ""
        clause = Until(text=piece.text, verb=verb, low=low, high=high, parity=word)
        return Reading(clauses=(clause,), confidence=0.8)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where a number is shown that fits."""
        assert isinstance(clause, Until)
        number = _shown(view, memory)
        return 1.0 if number is not None and clause.admits(number) else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield pressing the control that makes a new number."""
        assert isinstance(clause, Until)
        for node in view.clickable:
            mark = similarity(clause.verb, node.label)
            if mark > 0.3:
                reason = f"'{node.label}' makes another number"
                yield Proposal(action=click(view, node), score=max(0.85, mark), reason=reason)


def _shown(view: PageView, memory: Memory) -> float | None:
    """Return the number that the last press changed, else the first that stands for itself."""
    last = memory.last
    if last is None:
        return None
    old = {n.bid: (n.value or n.text).strip() for n in last.before.visible}
    changed = [n for n in view.visible if old.get(n.bid) != (n.value or n.text).strip()]
    for node in (*changed, *view.visible):
        text = (node.value or node.text).strip()
        if not _control(node) and re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            return float(text)
    return None


def _control(node: Node) -> bool:
    """Return whether the node is there to be pressed."""
    return node.role in ("button", "link", "option", "radio", "checkbox")
