"""Day calendars: an entry is made by dragging over its hours, then named."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, fill, mouse_move, scroll, wait
from webpilot.offline.clauses import Clause, Piece, Reading, quoted
from webpilot.offline.geometry import Box, LinearScale, Point, center, fitted_scale, holds
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.moments import time_in
from webpilot.offline.page import Node, PageView
from webpilot.offline.pointer import Move, carried, drags, point, under_way
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Agenda", "Entry"]

COMMAND = re.compile(
    r"\b(?:create|add|schedule|make|book|plan)\b.*\b(?:event|meeting|appointment|entry)\b",
    re.IGNORECASE,
)
LENGTH = re.compile(
    r"(?P<count>\d+(?:\.\d+)?|an?|half an)[\s-]*(?P<unit>hours?|hrs?|h|minutes?|mins?)\b",
    re.IGNORECASE,
)
HOUR = r"\d{1,2}(?::\d{2})?\s*(?:[ap]\.?m\.?)|\d{1,2}:\d{2}|noon|midnight"
WINDOW = re.compile(
    rf"\b(?:between|from)\s+(?P<start>{HOUR})\s+(?:and|to|until)\s+(?P<end>{HOUR})", re.IGNORECASE
)
START = re.compile(rf"\b(?:at|starting(?: at)?|from)\s+(?P<start>{HOUR})", re.IGNORECASE)
SLOT = 30
"""Entries start on the half hour, in minutes."""
CONFIRM = ("create", "save", "add", "ok", "done", "submit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Clause):
    """An entry of a length must stand between two times of the day."""

    title: str
    minutes: int
    start: int
    """Minutes after midnight from which it may start."""
    end: int
    """Minutes after midnight at which it must be over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as drawn: hours down a column, entries beside it."""

    scale: LinearScale
    """Minutes after midnight against y."""
    column: float
    """Where to drag, x."""
    frame: Box
    """What of the day is in sight."""
    busy: tuple[tuple[float, float], ...]
    """Start and end of the entries there are, in minutes after midnight."""


class Agenda:
    """Scrolls to the hours, drags over them, names the entry and confirms it."""

    name = "agenda"
    clause_types: tuple[type[Clause], ...] = (Entry,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the entry a command asks for where it says how long or when."""
        length = LENGTH.search(piece.text)
        window = WINDOW.search(piece.text) or START.search(piece.text)
        if COMMAND.search(piece.text) is None or length is None or window is None:
            return None
        start = _minutes(time_in(window.group("start")))
        minutes = _length(length)
        given = window.groupdict().get("end")
        end = (_minutes(time_in(given)) or 24 * 60) if given else start + minutes
        named = quoted(piece.text)
        told = re.search(r"\b(?:named|called|titled)\s+(\w+)", piece.text, re.IGNORECASE)
        title = named[0] if named else (told.group(1) if told else "")
        entry = Entry(text=piece.text, title=title, minutes=minutes, start=start, end=end)
        return Reading(clauses=(entry,), confidence=0.92)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return how many of the steps are done: hours in sight, dragged, named, confirmed."""
        assert isinstance(clause, Entry)
        form = _form(view)
        if form is not None:
            return 0.8 if form.value == clause.title else 0.6
        last = memory.last
        if (
            last is not None
            and drags(memory)
            and any(
                step.action.kind == "click" and step.target and _confirms(step.target)
                for step in memory.steps
            )
        ):
            return 1.0
        day = _day(view)
        slot = _slot(day, clause) if day is not None else None
        if day is None or slot is None:
            return 0.0
        if not _in_sight(day, slot):
            return 0.1
        move = Move(start=slot[0], end=slot[1], reason="over its hours")
        return under_way(0.3, memory, (move,), 0.3)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the next step towards the entry."""
        assert isinstance(clause, Entry)
        form = _form(view)
        if form is not None:
            if clause.title and form.value != clause.title:
                yield Proposal(action=fill(form, clause.title), score=0.9, reason="its name")
                return
            for node in view.clickable:
                if _confirms(node):
                    yield Proposal(action=click(view, node), score=0.9, reason="confirms it")
            return
        day = _day(view)
        slot = _slot(day, clause) if day is not None else None
        if day is None or slot is None:
            return
        if not _in_sight(day, slot):
            yield from _look(view, day, slot, memory)
            return
        move = Move(start=slot[0], end=slot[1], reason="over its hours")
        yield from carried(view, memory, (move,))


def _minutes(moment: dt.time | None) -> int:
    return moment.hour * 60 + moment.minute if moment is not None else 0


def _length(match: re.Match[str]) -> int:
    count = match.group("count").lower()
    number = 0.5 if count.startswith("half") else 1.0 if count[0] == "a" else float(count)
    return round(number * (60 if match.group("unit").lower().startswith("h") else 1))


def _form(view: PageView) -> Node | None:
    """Return the field that takes the entry's name, or ``None`` while none is open."""
    return next(iter(view.editable), None)


def _confirms(node: Node) -> bool:
    return max(similarity(name, node.label) for name in CONFIRM) >= 0.9


def _day(view: PageView) -> Day | None:
    """Return the day's column of hours, or ``None`` where none is drawn."""
    hours = [
        (node, node.box[1], float(_minutes(moment)))
        for node in view.texts
        if node.box is not None
        and len(node.text) <= 8
        and (moment := time_in(node.text)) is not None
    ]
    if len(hours) < 4:
        return None
    left = min(node.box[0] for node, _, _ in hours if node.box is not None)
    column = [entry for entry in hours if entry[0].box and abs(entry[0].box[0] - left) < 5]
    scale = fitted_scale((y, minutes) for _, y, minutes in column)
    if scale is None or len(column) < 4 or scale.per_unit <= 0:
        return None
    frame = _frame(view, column[0][0])
    right = max(node.box[0] + node.box[2] for node, _, _ in column if node.box is not None)
    labels = {node.bid for node, _, _ in column}
    busy = tuple(
        (scale.value(node.box[1]), scale.value(node.box[1] + node.box[3]))
        for node in view.texts
        if node.box is not None
        and node.bid not in labels
        and node.background is not None
        and node.box[0] >= right - 2
        and not node.clickable
    )
    middle = (right + frame[0] + frame[2]) / 2
    return Day(scale=scale, column=middle, frame=frame, busy=busy)


def _frame(view: PageView, node: Node) -> Box:
    """Return the visible part of what a node scrolls in."""
    width, height = view.viewport
    found = next((a for a in view.ancestors(node) if a.scroll is not None and a.box), None)
    if found is None or found.box is None:
        return (0.0, 0.0, float(width or 1e4), float(height or 1e4))
    x, y, wide, tall = found.box
    return (x, y, wide, min(tall, (height or y + tall) - y))


def _slot(day: Day, clause: Entry) -> tuple[Point, Point] | None:
    """Return from where to where to drag: the free hours with most room around them."""
    best: tuple[float, int] | None = None
    for start in range(clause.start, clause.end - clause.minutes + 1, SLOT):
        end = start + clause.minutes
        room = [max(begin - end, start - over) for begin, over in day.busy]
        free = min(room, default=float(SLOT))
        key = (min(free, float(SLOT)), -start)
        if free > -1 and (best is None or key > best):
            best = key
    if best is None:
        return None
    start = -best[1]
    inset = SLOT / 4
    first, last = start + inset, start + clause.minutes - inset
    return ((day.column, day.scale.position(first)), (day.column, day.scale.position(last)))


def _in_sight(day: Day, slot: tuple[Point, Point]) -> bool:
    return all(holds(day.frame, spot, 3) for spot in slot)


def _look(
    view: PageView, day: Day, slot: tuple[Point, Point], memory: Memory
) -> Iterable[Proposal]:
    """Yield the wheel's turn that brings the hours into sight, with the pointer over the day."""
    middle = center(day.frame)
    last = memory.last
    where = point(last) if last is not None else None
    turned = last is not None and last.action.kind == "scroll"
    if (where is None or not holds(day.frame, where)) and not turned:
        yield Proposal(
            action=mouse_move(view, *middle), score=0.85, reason="the wheel turns what is below"
        )
        return
    if turned and last is not None and not last.changed:
        yield Proposal(action=wait(), score=0.86, reason="the wheel's turn may still show")
    # a third of the frame is left below, for the form that opens there
    away = (slot[0][1] + slot[1][1]) / 2 - (day.frame[1] + 0.4 * day.frame[3])
    yield Proposal(
        action=scroll(0, round(away * view.scale)), score=0.85, reason="brings the hours into sight"
    )
