"""Dates and times: native fields, text fields, and calendars that page through months."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webpilot.offline.actions import click, fill
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.memory import Memory
from webpilot.offline.moments import date_in, formatted, time_in
from webpilot.offline.monthly import Calendar, calendar_of, months_between
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Dates", "EnterDate", "EnterTime", "calendar_of", "date_moves", "shows_date"]

ASKED = re.compile(
    r"^(?:please\s+)?(?:enter|select|choose|pick|set|type|input|fill|use|change|click)\b",
    re.IGNORECASE,
)
CLOSERS = r"\s*,?\s*(?:(?:and\s+)?(?:then\s+)?(?:hit|press|click)\b.*|and\s+submit\b.*)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterDate(Clause):
    """A date must stand in a field or be chosen in a calendar."""

    date: dt.date
    literal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterTime(Clause):
    """A time of day must stand in a field."""

    time: dt.time
    literal: str


class Dates:
    """Fills native fields, pages calendars month by month, types where nothing else is offered."""

    name = "dates"
    clause_types: tuple[type[Clause], ...] = (EnterDate, EnterTime)

    def read(self, piece: Piece) -> Reading | None:
        """Return the date or time that a command asks to enter."""
        if ASKED.match(piece.text) is None:
            return None
        text = re.sub(CLOSERS, "", piece.text, flags=re.IGNORECASE)
        found = date_in(text)
        said = re.search(r"\b(?:date|day|calendar)\b", text, re.IGNORECASE)
        if found is not None:
            rest = text.replace(found.literal, "")
            sure = 0.92 if said or len(re.findall(r"[a-z]+", rest.lower())) <= 4 else 0.5
            day = EnterDate(text=piece.text, date=found.date, literal=found.literal)
            return Reading(clauses=(day,), confidence=sure)
        moment = time_in(text)
        if moment is None or not re.search(r"\btime\b|\bclock\b|[ap]\.?m\b", text, re.IGNORECASE):
            return None
        literal = re.search(r"\d[\d:]*(?:[\s\u202f]*[ap]\.?m)?", text, re.IGNORECASE)
        shown = literal.group().strip() if literal else moment.strftime("%H:%M")
        clause = EnterTime(text=piece.text, time=moment, literal=shown)
        sure = 0.92 if re.search(r"\btime\b", text, re.IGNORECASE) else 0.5
        return Reading(clauses=(clause,), confidence=sure)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where a field shows it or its day was chosen, in part by months away."""
        if isinstance(clause, EnterTime):
            return 1.0 if any(_time_of(node) == clause.time for node in view.visible) else 0.0
        assert isinstance(clause, EnterDate)
        if any(shows_date(node, clause.date) for node in view.visible):
            return 1.0
        if _picked(clause.date, memory):
            return 1.0
        calendar = calendar_of(view)
        if calendar is None:
            return 0.0
        away = abs(months_between(calendar, clause.date))
        return 0.2 + 0.5 / (1.0 + away)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the next step: fill, open the calendar, turn a month, choose the day."""
        if isinstance(clause, EnterTime):
            yield from _time_moves(view, clause)
            return
        assert isinstance(clause, EnterDate)
        fields = [node for node in view.visible if is_date_field(node)]
        yield from date_moves(view, fields, clause.date, clause.literal, memory)


def is_date_field(node: Node) -> bool:
    """Return whether a field looks made for a date."""
    if node.tag != "input" and node.role not in ("textbox", "combobox", "Date"):
        return False
    if node.attributes.get("type") in ("date", "datetime-local", "month", "week"):
        return True
    if node.attributes.get("type") in ("checkbox", "radio", "button", "submit", "time", "range"):
        return False
    hints = node.words | set(re.findall(r"[a-z]+", node.label.lower()))
    return bool(hints & {"date", "datepicker", "calendar", "day", "when", "departure", "birthday"})


def shows_date(node: Node, day: dt.date) -> bool:
    """Return whether a field holds a date, in whatever format."""
    if node.tag not in ("input", "textarea", "") or not node.value:
        return False
    found = date_in(node.value, day.year)
    return found is not None and found.date == day


def date_moves(
    view: PageView, fields: Sequence[Node], day: dt.date, literal: str, memory: Memory
) -> Iterable[Proposal]:
    """Yield steps that bring a date into one of the fields, or into the calendar on the page."""
    native = [n for n in fields if n.attributes.get("type") in ("date", "datetime-local")]
    for node in native:
        suffix = "T12:00" if node.attributes["type"] == "datetime-local" else ""
        text = day.isoformat() + suffix
        yield Proposal(action=fill(node, text), score=0.95, reason="a native date field")
    if native:
        return
    calendar = calendar_of(view)
    if calendar is not None:
        yield from _calendar_moves(view, calendar, day)
    inputs = list(fields) or [n for n in view.visible if n.tag == "input" and n.role == "textbox"]
    for node in inputs[:3]:
        readonly = "readonly" in node.attributes
        opened = memory.clicked(node.bid)
        if calendar is None and (opened < 2 or readonly):
            score = 0.8 if not opened else 0.2
            yield Proposal(action=click(view, node), score=score, reason="opens a calendar")
        if node.editable:
            text = formatted(day, node.attributes.get("placeholder", "")) or literal
            score = 0.6 if opened and calendar is None else 0.35
            if calendar is not None and _too_far(calendar, day, memory):
                score = 0.93
            yield Proposal(action=fill(node, text), score=score, reason="types the date")
    if calendar is None:
        for node in view.clickable:
            if node.words & {"calendar", "datepicker"} and node.tag != "input":
                yield Proposal(action=click(view, node), score=0.6, reason="opens a calendar")


def _too_far(calendar: Calendar, day: dt.date, memory: Memory) -> bool:
    """Return whether the months to turn, the day and the closing control exceed what is left."""
    needed = abs(months_between(calendar, day)) + 2
    return memory.remaining is not None and needed > memory.remaining


def _calendar_moves(view: PageView, calendar: Calendar, day: dt.date) -> Iterable[Proposal]:
    away = months_between(calendar, day)
    if away == 0:
        if day.day <= len(calendar.days):
            cell = calendar.days[day.day - 1]
            yield Proposal(action=click(view, cell), score=0.95, reason=f"day {day.day}")
        return
    turn = calendar.next if away > 0 else calendar.previous
    if turn is not None:
        reason = f"{abs(away)} months away"
        yield Proposal(action=click(view, turn), score=0.9, reason=reason)


def _picked(day: dt.date, memory: Memory) -> bool:
    """Return whether the day was clicked in the calendar of its month."""
    for step in memory.steps:
        node = step.target
        if step.action.kind != "click" or node is None or step.failed:
            continue
        calendar = calendar_of(step.before)
        if calendar is None or months_between(calendar, day) != 0:
            continue
        if day.day <= len(calendar.days) and calendar.days[day.day - 1].bid == node.bid:
            return True
    return False


def _time_of(node: Node) -> dt.time | None:
    if node.tag not in ("input", "textarea") or not node.value:
        return None
    return time_in(node.value)


def _time_moves(view: PageView, clause: EnterTime) -> Iterable[Proposal]:
    native = [n for n in view.visible if n.attributes.get("type") == "time"]
    for node in native:
        text = clause.time.strftime("%H:%M")
        yield Proposal(action=fill(node, text), score=0.95, reason="a native time field")
    if native:
        return
    for node in view.editable:
        told = bool((node.words | set(node.label.lower().split())) & {"time", "clock", "hour"})
        score = 0.85 if told else 0.5
        yield Proposal(action=fill(node, clause.literal), score=score, reason="types the time")
