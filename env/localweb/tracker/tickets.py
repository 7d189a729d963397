"""The tickets of the tracked project and what became of them, with a fixed seed."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["DAYS", "RELEASES", "SEED", "START", "Ticket", "tickets", "vocabulary"]

SEED = 20220301
START = datetime(2022, 3, 1, 8, 0, tzinfo=UTC)
DAYS = 395
"""The project's life; nothing happened after March 2023."""
RELEASES = {
    "0.8.2": datetime(2022, 3, 14, 15, 2, tzinfo=UTC),
    "0.9.0": datetime(2022, 6, 20, 14, 31, tzinfo=UTC),
    "1.0.0": datetime(2022, 10, 3, 9, 47, tzinfo=UTC),
    "1.0.1": datetime(2022, 10, 5, 11, 15, tzinfo=UTC),
    "1.1.0": datetime(2023, 2, 13, 13, 8, tzinfo=UTC),
}
SEVERITIES = ("Critical", "Severe", "Important", "Minor", "Cosmetic")
PRIORITIES = ("Immediate", "High", "Medium", "Low", "Zero")
OUTCOMES = {"Open": 22, "Verified": 16, "Review": 8, "Deferred": 8, "Fixed": 14, "Closed": 32}
RESOLUTIONS = {
    "Fixed": 60,
    "Works_As_Designed": 12,
    "Duplicate": 10,
    "Unable_To_Reproduce": 10,
    "Rejected": 8,
}


def vocabulary() -> dict[str, Any]:
    """Return the project's people, tickets, files and pages."""
    text = (Path(__file__).parent / "vocabulary.json").read_text(encoding="utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


@dataclass(slots=True)
class Ticket:
    """One ticket's life."""

    subsystem: str
    """Whose it is."""
    title: str
    """One line."""
    changes: list[tuple[datetime, str, dict[str, str]]] = field(default_factory=list)
    """When, who, and the new values; the first creates it."""
    fixed: bool = False
    """Whether a check-in fixes it, just before its last change but the closing one."""

    @property
    def uuid(self) -> str:
        """Return its name: 40 hexadecimal digits."""
        return hashlib.sha1(self.title.encode(), usedforsecurity=False).hexdigest()


def tickets(words: Mapping[str, Any]) -> list[Ticket]:
    """Return every ticket, in the order of their creation."""
    draw = random.Random(SEED)
    found = [
        lived(draw, words, subsystem, *entry)
        for subsystem, entries in words["tickets"].items()
        for entry in entries
    ]
    return sorted(found, key=lambda ticket: ticket.changes[0][0])


def lived(
    draw: random.Random, words: Mapping[str, Any], subsystem: str, kind: str, title: str, text: str
) -> Ticket:
    """Return one ticket: reported, looked at, and what became of it."""
    people = list(words["people"])
    maintainer = str(words["maintainers"][subsystem])
    reporter = draw.choice([person for person in people if person != maintainer])
    date = START + timedelta(days=draw.randrange(DAYS - 60), minutes=draw.randrange(600))
    severity = draw.choices(SEVERITIES, (1, 3, 4, 4, 2))[0]
    if kind == "Incident":
        severity = draw.choice(SEVERITIES[:2])
    version = newest(date)
    platform = draw.choice(words["platforms"])
    ticket = Ticket(subsystem, title)
    opening = {
        "title": title,
        "type": kind,
        "status": "Open",
        "severity": severity,
        "foundin": version,
        **remark(reporter, f"{text} Seen with {version} on {platform}."),
    }
    ticket.changes.append((date, reporter, opening))
    outcome = draw.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    if outcome == "Open" and draw.random() < 0.3:
        return ticket
    date += timedelta(minutes=draw.randrange(40, 60 * 90))
    triage = {
        "subsystem": subsystem,
        "priority": draw.choices(PRIORITIES, (1, 3, 5, 4, 1))[0],
        "status": "Open" if outcome == "Open" else "Verified",
    }
    if draw.random() < 0.8:
        said = draw.choice(words["triage"])
        said = said.format(
            platform=draw.choice(words["platforms"]), version=version, maintainer=maintainer
        )
        triage |= remark(maintainer, said)
    ticket.changes.append((date, maintainer, triage))
    if draw.random() < 0.35:
        date += timedelta(minutes=draw.randrange(60, 60 * 200))
        person = draw.choice(people)
        ticket.changes.append((date, person, remark(person, draw.choice(words["triage"][3:]))))
    conclude(draw, words, ticket, outcome, date)
    return ticket


def conclude(
    draw: random.Random, words: Mapping[str, Any], ticket: Ticket, outcome: str, date: datetime
) -> None:
    """Add what became of a ticket."""
    maintainer = str(words["maintainers"][ticket.subsystem])
    date += timedelta(minutes=draw.randrange(60 * 5, 60 * 24 * 21))
    resolution = draw.choices(list(RESOLUTIONS), list(RESOLUTIONS.values()))[0]
    if outcome in ("Review", "Deferred"):
        ticket.changes.append((date, maintainer, {"status": outcome}))
    elif outcome == "Fixed" or (outcome == "Closed" and resolution == "Fixed"):
        ticket.fixed = True
        done = {"status": "Fixed", "resolution": "Fixed"}
        done |= remark(maintainer, draw.choice(words["fixes"]))
        ticket.changes.append((date, maintainer, done))
    if outcome == "Closed":
        date += timedelta(minutes=draw.randrange(60, 60 * 24 * 9))
        reporter = ticket.changes[0][1]
        closed = {"status": "Closed", "resolution": resolution}
        person = reporter if resolution == "Fixed" else maintainer
        closed |= remark(person, words["closings"][resolution])
        ticket.changes.append((date, person, closed))


def remark(person: str, text: str) -> dict[str, str]:
    """Return the fields of a remark on a ticket."""
    return {"icomment": text, "mimetype": "text/x-markdown", "login": person, "username": person}


def newest(date: datetime) -> str:
    """Return the version that was out on a day."""
    out = [version for version, day in RELEASES.items() if day <= date]
    return out[-1] if out else "0.8.2"
