"""Dates and times as people write them, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

__all__ = ["MONTHS", "Found", "date_in", "formatted", "month_in", "time_in"]

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_PATTERNS = (
    re.compile(r"\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b"),
    re.compile(r"\b(?P<m>\d{1,2})[-/](?P<d>\d{1,2})[-/](?P<y>\d{4})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})\b"),
    re.compile(
        rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>\d{{4}}))?", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<y>\d{{4}}))?",
        re.IGNORECASE,
    ),
)
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?::(?P<m>\d{2}))?(?::\d{2})?[\s\u202f]*(?P<half>[ap])\.?m\b\.?"
    r"|\b(?P<h24>[01]?\d|2[0-3]):(?P<m24>\d{2})\b|\b(?P<word>noon|midnight)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(rf"\b{_MONTH}\s*,?\s*(?P<y>\d{{4}})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A date in a text."""

    date: date
    literal: str
    """As the text writes it."""


def _number(word: str) -> int:
    return next(i for i, name in enumerate(MONTHS, start=1) if name.startswith(word.lower()[:3]))


def date_in(text: str, year: int | None = None) -> Found | None:
    """Return the first date of a text, or ``None``.

    ``year`` is taken where the text gives none; slashes mean month first, unless impossible.
    """
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = int(groups["m"]) if groups.get("m") else _number(groups["month"])
            day = int(groups["d"])
            stated = int(groups["y"]) if groups.get("y") else year
            if month > 12 >= day:
                month, day = day, month
            if stated is None or not 1 <= month <= 12:
                continue
            try:
                return Found(date=date(stated, month, day), literal=match.group())
            except ValueError:
                continue
    return None


def time_in(text: str) -> time | None:
    """Return the first time of day of a text, or ``None``."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    if match.group("word"):
        return time(12 if match.group("word").lower() == "noon" else 0)
    if match.group("h24"):
        return time(int(match.group("h24")), int(match.group("m24")))
    hour, minute = int(match.group("h")), int(match.group("m") or 0)
    if not 1 <= hour <= 12 or minute > 59:
        return None
    return time(hour % 12 + (12 if match.group("half").lower() == "p" else 0), minute)


def month_in(text: str) -> tuple[int, int] | None:
    """Return (year, month) of a calendar's title such as ``December 2016``, or ``None``."""
    match = _TITLE.search(text)
    return (int(match.group("y")), _number(match.group("month"))) if match else None


def formatted(day: date, pattern: str) -> str | None:
    """Return a date in a field's pattern such as ``mm/dd/yyyy``, or ``None`` if it is none."""
    parts = {
        "yyyy": f"{day.year:04d}",
        "yy": f"{day.year:04d}",
        "mm": f"{day.month:02d}",
        "m": str(day.month),
        "dd": f"{day.day:02d}",
        "d": str(day.day),
    }
    if not re.fullmatch(r"\s*(?:[dmy]{1,4}[-/. ]){2}[dmy]{1,4}\s*", pattern, re.IGNORECASE):
        return None
    return re.sub(
        r"[dmy]+", lambda match: parts.get(match.group().lower(), ""), pattern.strip(), flags=re.I
    )
