"""Numbers, sums of money, dates and ratings as pages write them."""

from __future__ import annotations

import datetime as dt
import re

__all__ = [
    "DATE",
    "MONEY",
    "EMAIL",
    "PHONE",
    "first_date",
    "first_money",
    "moment",
    "number_in",
    "plain_number",
]

MONEY = re.compile(
    r"(?:[\u00a3$\u20ac]\s?\d[\d,]*(?:\.\d{1,2})?|\b\d[\d,]*(?:\.\d{2})?\s?(?:USD|EUR|GBP"
    r"|[\u00a3$\u20ac]))"
)
EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
PHONE = re.compile(r"(?:\+\d[\d\s().-]{6,}\d|\b\d{3,5}[\s-]\d{3,}[\s-]?\d{2,}\b)")
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        start=1,
    )
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:,?\s+(?:at\s+)?(?:\d{1,2}(?::\d{2}){0,2}\s*(?:[ap]\.?m\.?)?|noon|midnight))?"
DATE = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?)?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?:\d{{4}}|'\d{{2}}){_CLOCK}"
    rf"|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}{_CLOCK}"
    r"|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
    rf"|(?<![\w.,$])\d{{1,2}}\s+{_MONTH}(?!\w)"
    r"|\b(?:an?|\d+)\s*(?:second|minute|min|hour|day|week|month|year"
    r"|[smhdwy])s?(?:,?\s+\d+\s+\w+)?\s+ago\b|\byesterday\b|\bjust now\b|\btoday\b",
    re.IGNORECASE,
)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31557600}


def plain_number(text: str) -> int | float | None:
    """Return the number that a text consists of, or ``None`` where it is anything else."""
    bare = text.strip()
    if not re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?", bare):
        return None
    value = float(bare.replace(",", ""))
    return int(value) if value.is_integer() and "." not in bare else value


def number_in(text: str) -> float | None:
    """Return the first number in a text, or ``None``."""
    match = NUMBER.search(text)
    return float(match.group().replace(",", "")) if match else None


def first_money(text: str) -> str | None:
    """Return the first sum of money in a text as it is written, or ``None``."""
    match = MONEY.search(text)
    return match.group().strip() if match else None


def first_date(text: str) -> str | None:
    """Return the first date in a text as it is written, or ``None``."""
    match = DATE.search(text)
    return match.group().strip() if match else None


def moment(text: str) -> float | None:
    """Return when a text's first date is, in seconds; later is larger; ``None`` without a date.

    Times that count back from now (``3 hours ago``) are compared with one another only.
    """
    said = first_date(text)
    if said is None:
        return None
    lower = said.lower()
    back = re.match(r"(an?|\d+)\s*(month|[a-z])", lower) if "ago" in lower else None
    if back:
        count = 1 if back.group(1).startswith("a") else int(back.group(1))
        unit = 2629800 if back.group(2) == "month" else UNITS.get(back.group(2)[0], 60)
        return -float(count * unit)
    if lower in ("yesterday", "today", "just now"):
        return {"yesterday": -86400.0, "today": -1.0, "just now": 0.0}[lower]
    day = _day(lower)
    return None if day is None else day + _clock(lower)


def _day(text: str) -> float | None:
    """Return the day that a text names in seconds, or ``None``."""
    iso = re.match(r"(\d{4})-(\d{2})-(\d{2})", text)
    slashed = re.match(r"(\d{1,2})/(\d{1,2})/(\d{2,4})", text)
    named = re.search(rf"({'|'.join(MONTHS)})", text)
    try:
        if iso:
            day = dt.date(*(int(part) for part in iso.groups()))
        elif slashed:
            first, second, year = (int(part) for part in slashed.groups())
            month, number = (first, second) if second > 12 else (second, first)
            day = dt.date(year + 2000 if year < 100 else year, min(month, 12), number)
        elif named:
            numbers = [int(n) for n in re.findall(r"\d+", text)]
            short = re.search(r"'(\d{2})\b", text)
            year = next((n for n in numbers if n > 31), 2000 + int(short.group(1)) if short else 1)
            number = next((n for n in numbers if 0 < n <= 31), 1)
            day = dt.date(year, MONTHS[named.group(1)], number)
        else:
            return None
    except ValueError:
        return None
    return float(day.toordinal() * 86400)


def _clock(text: str) -> float:
    """Return the time of day that a text names, in seconds."""
    match = re.search(r"\b(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?", text)
    bare = re.search(r"\b(\d{1,2})\s*([ap])\.?m", text)
    if match:
        hours, minutes, seconds = int(match.group(1)), int(match.group(2)), int(match.group(3) or 0)
        half = match.group(4)
    elif bare:
        hours, minutes, seconds, half = int(bare.group(1)), 0, 0, bare.group(2)
    else:
        return 43200.0 if "noon" in text else 0.0
    if half == "p" and hours < 12:
        hours += 12
    if half == "a" and hours == 12:
        hours = 0
    return float(hours * 3600 + minutes * 60 + seconds)
