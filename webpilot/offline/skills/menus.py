"""Menus in levels: hover or click along a path such as ``File > Export > PDF``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from webpilot.offline.actions import click, mouse_move
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.looking import ways_to_look
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Menus", "Walk"]

ARROW = r"\s*(?:>+|→|»|->|›)\s*"
PATH = re.compile(
    rf"\b(?:select|choose|click|open|go|navigate|pick)\b(?:\s+(?:on|to|the\s+menu))*\s+"
    rf"(?P<path>[^>→»›]+(?:{ARROW}[^>→»›]+)+)",
    re.IGNORECASE,
)
SAME = 0.75
"""Similarity from which an entry is the one the path names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk(Clause):
    """The last entry of the path must be clicked; those before lead to it."""

    event: ClassVar[bool] = True

    path: tuple[str, ...]


class Menus:
    """Opens one level after the other."""

    name = "menus"
    clause_types: tuple[type[Clause], ...] = (Walk,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the path that the arrows spell out."""
        match = PATH.search(piece.text)
        if match is None:
            return None
        path = tuple(part.strip(" \"'.") for part in re.split(ARROW, match.group("path")))
        return Reading(clauses=(Walk(text=piece.text, path=path),), confidence=0.85)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the last entry was clicked, else the share of the path that is open."""
        assert isinstance(clause, Walk)
        for step in memory.steps:
            target = step.target
            if step.action.kind != "click" or target is None or step.failed:
                continue
            if similarity(clause.path[-1], target.label) >= SAME:
                return 1.0
        reached, _ = _deepest(view, clause.path)
        return 0.9 * max(0, reached) / len(clause.path)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield hovering over the deepest entry in sight, or clicking it where that did nothing."""
        assert isinstance(clause, Walk)
        reached, node = _deepest(view, clause.path)
        if node is None:
            yield from ways_to_look(view, memory)
            return
        reason = f"'{node.label}' is on the path"
        if reached == len(clause.path) - 1:
            yield Proposal(action=click(view, node), score=0.95, reason=reason)
            return
        hover = mouse_move(view, *node.center)
        tried = memory.did(hover)
        yield Proposal(action=hover, score=0.4 if tried else 0.9, reason=f"{reason}: hover")
        if not memory.clicked(node.bid):
            score = 0.9 if tried else 0.6
            yield Proposal(action=click(view, node), score=score, reason=f"{reason}: click")


def _deepest(view: PageView, path: tuple[str, ...]) -> tuple[int, Node | None]:
    """Return position and node of the last entry of the path that is in sight."""
    for position in range(len(path) - 1, -1, -1):
        marks = [
            (max(similarity(path[position], name) for name in (node.text, node.label)), node)
            for node in view.visible
            if node.text or node.name
        ]
        fitting = [(mark, node.order, node) for mark, node in marks if mark >= SAME]
        if fitting:
            return position, max(fitting, key=lambda triple: triple[:2])[2]
    return -1, None
