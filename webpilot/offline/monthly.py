"""Month calendars as drawn: their title, their days, the controls that turn the month."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from webpilot.offline.matching import similarity
from webpilot.offline.moments import MONTHS, month_in
from webpilot.offline.page import Node, PageView

__all__ = ["Calendar", "calendar_of", "months_between"]


FORWARD = frozenset({"next", "right", "forward", "later"})


BACKWARD = frozenset({"prev", "previous", "left", "back", "backward", "earlier"})


FORWARD_SIGNS = frozenset({">", "»", "›", "→", "▶", "►"})


BACKWARD_SIGNS = frozenset({"<", "«", "‹", "←", "◀", "◄"})


LEAST_DAYS = 20
"""Day cells from which a group of numbers is a calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One month as drawn."""

    year: int
    month: int
    days: tuple[Node, ...]
    """What to click for the 1st, the 2nd, ... of the month, as far as offered."""
    previous: Node | None
    next: Node | None


def months_between(calendar: Calendar, day: dt.date) -> int:
    """Return how many months on a day is, negative for earlier ones."""
    return (day.year - calendar.year) * 12 + day.month - calendar.month


def calendar_of(view: PageView) -> Calendar | None:
    """Return the month calendar on the page, or ``None``."""
    cells = [
        node for node in view.visible if _day_number(node) is not None and _innermost(view, node)
    ]
    title = _title(view)
    if title is None or len({_day_number(node) for node in cells}) < LEAST_DAYS:
        return None
    days: list[Node] = []
    for node in cells:
        # days of the month before come first, those of the month after last
        if _day_number(node) == len(days) + 1:
            days.append(node)
    return Calendar(
        year=title[0],
        month=title[1],
        days=tuple(_clickable(view, node) for node in days),
        previous=_turner(view, BACKWARD, BACKWARD_SIGNS),
        next=_turner(view, FORWARD, FORWARD_SIGNS),
    )


def _day_number(node: Node) -> int | None:
    text = node.text.strip()
    if node.tag == "option" or not re.fullmatch(r"[1-9]|[12]\d|3[01]", text):
        return None
    return int(text)


def _innermost(view: PageView, node: Node) -> bool:
    return not any(child.text.strip() == node.text.strip() for child in view.children(node))


def _clickable(view: PageView, node: Node) -> Node:
    """Return the node itself or the enclosing one that is made to be clicked."""
    if node.clickable:
        return node
    above = next(iter(view.ancestors(node)), None)
    return above if above is not None and above.clickable and above.role != "table" else node


def _title(view: PageView) -> tuple[int, int] | None:
    """Return (year, month) from a heading, from neighbouring texts, or from two select boxes."""
    for node in view.visible:
        if len(node.content) <= 40:
            found = month_in(node.content)
            if found is not None:
                return found
    chosen = [node.value or node.content for node in view.visible if node.tag == "select"]
    month = next((text for text in chosen if text.lower()[:3] in {m[:3] for m in MONTHS}), None)
    year = next((text for text in chosen if re.fullmatch(r"\d{4}", text.strip())), None)
    return month_in(f"{month} {year}") if month and year else None


def _turner(view: PageView, names: frozenset[str], signs: frozenset[str]) -> Node | None:
    """Return the control that turns the calendar's month, or ``None``."""
    for node in view.visible:
        if not (node.clickable or node.tag in ("a", "button", "th", "span", "div")):
            continue
        label = node.label.strip()
        short = len(label) <= 20
        told = label in signs or (
            short and any(similarity(name, label) >= 0.7 for name in names if len(name) > 3)
        )
        if (told and (node.clickable or label in signs)) or (node.words & names and node.clickable):
            return node
    return None
