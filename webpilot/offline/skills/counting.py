"""Counting: figures of a description, sides and corners of a figure, blocks of a picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, fill
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.descriptions import Description, described
from webpilot.offline.figures import figures, matching
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Count", "Counting"]

HOW_MANY = re.compile(
    r"(?:how many|count(?: all)?(?: the)?|(?:what is |type |enter )?the (?:total )?number of)\s+"
    r"(?P<what>[\w' #]+?)(?=\s+(?:are|is|do|does|can|has|have|there|in|on|into|and)\b|[?.,!]|$)",
    re.IGNORECASE,
)
SIDES = frozenset({"side", "sides", "corner", "corners", "edge", "edges", "vertices", "angles"})
BLOCKS = re.compile(r"\b(?:blocks?|boxes|squares?|cells|tiles|bars|tallies)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Clause):
    """A number must be found by counting and given as the answer."""

    what: str
    """``sides``, ``blocks`` or ``figures``."""
    description: Description


class Counting:
    """Counts what is drawn and gives the number: by a button that shows it, or in a field."""

    name = "counting"
    clause_types: tuple[type[Clause], ...] = (Count,)

    def read(self, piece: Piece) -> Reading | None:
        """Return a count for a question that starts with ``how many`` or asks for a number."""
        match = HOW_MANY.search(piece.text)
        if match is None:
            return None
        noun = match.group("what").strip()
        last = noun.split()[-1].lower() if noun else ""
        wanted = described(noun)
        if last in SIDES:
            clause = Count(text=piece.text, what="sides", description=Description())
        elif BLOCKS.search(noun):
            clause = Count(text=piece.text, what="blocks", description=wanted or Description())
        elif wanted is not None:
            clause = Count(text=piece.text, what="figures", description=wanted)
        else:
            return None
        return Reading(clauses=(clause,), confidence=0.9)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the counted number was clicked or stands in a field."""
        assert isinstance(clause, Count)
        first = memory.views(view)[0]
        number = counted(first, clause)
        if number is None:
            return 0.0
        clicked = any(
            step.action.kind == "click" and step.target and step.target.label == str(number)
            for step in memory.steps
        )
        typed = any(node.value.strip() == str(number) for node in view.editable)
        return 1.0 if clicked or typed else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the button that shows the number, or the number typed into the field."""
        assert isinstance(clause, Count)
        number = counted(memory.views(view)[0], clause)
        if number is None:
            return
        reason = f"counted {number}"
        for node in view.clickable:
            if node.shape is None and node.label == str(number):
                yield Proposal(action=click(view, node), score=0.9, reason=reason)
        for node in view.editable:
            yield Proposal(action=fill(node, str(number)), score=0.85, reason=reason)


def counted(view: PageView, clause: Count) -> int | None:
    """Return the number the clause asks for, or ``None`` where nothing countable is drawn."""
    if clause.what == "blocks" and not figures(view, html=False):
        groups = repeated(view)
        if groups:
            return sum(len(group) for group in groups)
    if clause.what == "sides":
        return _sides(view)
    drawn = figures(view)
    return len(matching(drawn, clause.description)) if drawn else None


def _sides(view: PageView) -> int | None:
    """Return the corners of the figure with the largest box, or ``None``."""
    drawn = [figure for figure in figures(view, html=False) if not figure.is_text]
    if not drawn:
        return None
    figure = max(drawn, key=lambda one: one.box[2] * one.box[3])
    if figure.node.sides:
        return figure.node.sides
    known = {"triangle": 3, "rectangle": 4, "square": 4, "circle": 0, "ellipse": 0}
    if figure.kind in known:
        return known[figure.kind]
    lines = [one for one in drawn if one.kind == "line"]
    return len(lines) or None


def repeated(view: PageView) -> tuple[tuple[Node, ...], ...]:
    """Return the groups of like childless boxes: same tag and size, no text, painted.

    Groups of the same look under different parents are listed apart; only the look with most
    members is kept, the picture's unit.
    """
    looks: dict[tuple[str, int, int, str | None], list[Node]] = {}
    for node in view.visible:
        if node.box is None or node.content or view.below.get(node.bid) or node.role == "textbox":
            continue
        if node.background is None and node.shape is None:
            continue
        paint = node.background or node.color
        key = (node.tag, round(node.box[2]), round(node.box[3]), paint)
        looks.setdefault(key, []).append(node)
    if not looks:
        return ()
    members = max(looks.values(), key=len)
    parents = dict.fromkeys(node.parent for node in members)
    return tuple(tuple(n for n in members if n.parent == parent) for parent in parents)
