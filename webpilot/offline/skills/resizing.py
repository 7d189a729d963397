"""Elements made larger or smaller by dragging their corner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.pointer import Move, carried, under_way
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Resize", "Resizing"]

SHOWN = 4.0
"""Change that counts, in CSS pixels."""


RESIZE = re.compile(
    r"\b(?:resize|stretch|enlarge|shrink)\b.*?\b(?P<what>textarea|text ?box|text area|box|window|"
    r"panel|element|area)\b.*?(?:\b(?P<side>width|height)\b.*?)?"
    r"(?:\b(?P<way>smaller|larger|bigger|wider|taller|narrower|shorter|less|greater|more)\b|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize(Clause):
    """An element's width or height must change in a direction."""

    across: float
    """1 wider, -1 narrower, 0 not asked."""
    down: float


class Resizing:
    """Pulls the corner of an element that can be resized."""

    name = "resizing"
    clause_types: tuple[type[Clause], ...] = (Resize,)

    def read(self, piece: Piece) -> Reading | None:
        """Return which way an element's size must change."""
        clause = _resize(piece.text)
        return None if clause is None else Reading(clauses=(clause,), confidence=0.86)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the asked changes that are seen."""
        assert isinstance(clause, Resize)
        degree = _resized(view, clause, memory)
        return under_way(degree, memory, _resize_moves(view, clause), 1.0)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the next pointer action of the pull."""
        assert isinstance(clause, Resize)
        yield from carried(view, memory, _resize_moves(view, clause))


def _resize(text: str) -> Resize | None:
    match = RESIZE.search(text)
    if match is None:
        return None
    way, side = (match.group("way") or "larger").lower(), (match.group("side") or "").lower()
    grows = -1.0 if way in ("smaller", "narrower", "shorter", "less") else 1.0
    if way in ("wider", "narrower"):
        side = "width"
    elif way in ("taller", "shorter"):
        side = "height"
    return Resize(
        text=text,
        across=0.0 if side == "height" else grows,
        down=0.0 if side == "width" else grows,
    )


def _resizable(view: PageView) -> Node | None:
    areas = [node for node in view.visible if node.tag == "textarea"]
    marked = [node for node in view.visible if "resizable" in node.words]
    return next(iter(areas or marked), None)


def _resized(view: PageView, clause: Resize, memory: Memory) -> float:
    before, now = _resizable(memory.views(view)[0]), _resizable(view)
    if before is None or now is None or before.box is None or now.box is None:
        return 0.0
    grown = (now.box[2] - before.box[2]) * clause.across
    risen = (now.box[3] - before.box[3]) * clause.down
    asked = [change for change, way in ((grown, clause.across), (risen, clause.down)) if way]
    return sum(1 for change in asked if change >= SHOWN) / len(asked) if asked else 0.0


def _resize_moves(view: PageView, clause: Resize) -> Iterable[Move]:
    node = _resizable(view)
    if node is None or node.box is None:
        return
    x, y, width, height = node.box
    corner = (x + width - 4, y + height - 4)
    end = (
        corner[0] + clause.across * max(12.0, 0.25 * width),
        corner[1] + clause.down * max(8.0, 0.35 * height),
    )
    yield Move(start=corner, end=end, reason="the corner resizes it")
