"""Scrolling something to its beginning or its end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import mouse_move, scroll
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["ScrollTo", "Scrolling"]

COMMAND = re.compile(r"\bscroll\b(?P<rest>.*)$", re.IGNORECASE)
END = re.compile(r"\b(?:bottom|end|down|last line)\b", re.IGNORECASE)
START = re.compile(r"\b(?:top|start|beginning|up|first line)\b", re.IGNORECASE)
FAR = 10000.0
"""CSS pixels, more than any text is long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrollTo(Clause):
    """What scrolls must stand at one of its ends."""

    end: bool
    """At its bottom, else at its top."""


class Scrolling:
    """Turns the wheel over what scrolls."""

    name = "scrolling"
    clause_types: tuple[type[Clause], ...] = (ScrollTo,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the end to scroll to; scrolling in order to find something is no demand."""
        match = COMMAND.search(piece.text)
        if match is None or re.search(r"\bto (?:find|see|look)\b|\buntil\b", piece.lower):
            return None
        end, start = END.search(match.group("rest")), START.search(match.group("rest"))
        if end is None and start is None:
            return None
        clause = ScrollTo(text=piece.text, end=end is not None)
        return Reading(clauses=(clause,), confidence=0.8)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return how near the scrolled part is to the wanted end."""
        assert isinstance(clause, ScrollTo)
        area = _area(view)
        if area is None or area.scroll is None:
            return 0.0
        top, height, shown, _ = area.scroll
        room = max(1.0, height - shown)
        way = (room - top) / room if clause.end else top / room
        return 1.0 if way * room <= 2 else 1.0 - way

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield moving the pointer over what scrolls, then turning the wheel."""
        assert isinstance(clause, ScrollTo)
        area = _area(view)
        if area is None:
            return
        over = mouse_move(view, *area.center)
        last = memory.last
        if last is not None and (last.action == over or last.action.kind == "scroll"):
            turn = scroll(0.0, FAR if clause.end else -FAR)
            yield Proposal(action=turn, score=0.95, reason="scrolls all the way")
        else:
            yield Proposal(action=over, score=0.95, reason="the wheel turns what is below it")


def _area(view: PageView) -> Node | None:
    """Return the largest thing that scrolls."""
    areas = [n for n in view.visible if n.scroll is not None and n.scroll[1] > n.scroll[2] + 1]
    return max(areas, key=lambda n: n.box[2] * n.box[3] if n.box else 0.0, default=None)
