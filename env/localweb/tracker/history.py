"""What happened in the tracked project: its tickets, check-ins and wiki, with a fixed seed."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from env.localweb.tracker.artifacts import checkin, name, tagging, ticket_change, wiki_page

__all__ = ["Ticket", "artifacts", "tickets", "vocabulary"]

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
MANAGERS = {"0.8.2": "timok", "0.9.0": "timok", "1.0.0": "pdubois", "1.0.1": "pdubois"}
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


@dataclass(slots=True)
class Tree:
    """The files of one branch as they grow, and its newest check-in."""

    files: dict[str, bytes]
    """By path."""
    head: str = ""
    """Name of the manifest."""

    def append(self, path: str, line: str) -> None:
        """Add a line to a file."""
        self.files[path] = self.files[path].rstrip(b"\n") + f"\n{line}\n".encode()


def artifacts(words: Mapping[str, Any]) -> list[bytes]:
    """Return everything the repository is made of."""
    made: dict[str, bytes] = {}
    found = tickets(words)
    fixes = history(words, found, made)
    for ticket in found:
        for date, user, fields in ticket.changes:
            changed = dict(fields)
            if ticket.fixed and fields.get("status") == "Fixed":
                fix = fixes[ticket.uuid][:10]
                changed["icomment"] += f" See check-in [{fix}](/info/{fix})."
            keep(made, ticket_change(ticket.uuid, changed, date=date, user=user))
    pages(words, made)
    return list(made.values())


def keep(made: dict[str, bytes], artifact: bytes) -> str:
    """Return the name of an artifact that is kept."""
    called = name(artifact)
    made[called] = artifact
    return called


def history(
    words: Mapping[str, Any], found: list[Ticket], made: dict[str, bytes]
) -> dict[str, str]:
    """Add all check-ins; return those that fix a ticket, by the ticket."""
    draw = random.Random(SEED + 1)
    trunk = Tree({path: text.encode() for path, text in words["files"].items()})
    commit(made, trunk, START, "timok", "Import of Lanternfish as it was", ["*branch * trunk"])
    steps: list[tuple[datetime, str, str, str, str, str]] = []
    for ticket in found:
        if ticket.fixed:
            date = next(day for day, _, new in ticket.changes if new.get("status") == "Fixed")
            path = str(words["paths"][ticket.subsystem])
            comment = f"{ticket.title}: fixed. Ticket [{ticket.uuid[:10]}]."
            line = (
                f"# {ticket.title}" if not path.endswith(".md") else f"\n{ticket.title}: see below."
            )
            user = str(words["maintainers"][ticket.subsystem])
            steps.append((date - timedelta(minutes=11), user, comment, path, line, ticket.uuid))
    for user, comment, path, line in words["chores"]:
        date = START + timedelta(days=draw.randrange(4, DAYS - 70), minutes=draw.randrange(600))
        steps.append((date, user, comment, path, line, ""))
    for version, date in RELEASES.items():
        steps.append((date, MANAGERS.get(version, "ines"), f"Release {version}", "", version, ""))
    return walked(words, made, trunk, sorted(steps))


def walked(
    words: Mapping[str, Any],
    made: dict[str, bytes],
    trunk: Tree,
    steps: list[tuple[datetime, str, str, str, str, str]],
) -> dict[str, str]:
    """Check the steps in, one after another; return the fixes by ticket."""
    fixes: dict[str, str] = {}
    forks = {len(steps) // 2 + 3 * place: each for place, each in enumerate(words["branches"])}
    merges: list[tuple[datetime, str, Tree, Mapping[str, Any]]] = []
    for place, (date, user, comment, path, line, uuid) in enumerate(steps):
        if path:
            trunk.append(path, line)
            if uuid:
                trunk.append("CHANGES.md", f"* {comment}")
        else:
            text = trunk.files["setup.cfg"].decode().splitlines()
            text[2] = f"version = {line}"
            trunk.files["setup.cfg"] = ("\n".join(text) + "\n").encode()
            trunk.append("CHANGES.md", f"\n## {line}\n")
        commit(made, trunk, date, user, comment)
        if not path:
            keep(made, tagging(f"v{line}", trunk.head, date=date + timedelta(minutes=3), user=user))
        if uuid:
            fixes[uuid] = trunk.head
        if place in forks:
            branch = forks[place]
            merges += [(*branched(made, trunk, date, branch), branch)]
    for date, head, tree, branch in merges:
        if branch["merged"]:
            path = branch["path"]
            trunk.append(path, tree.files[path].decode().rstrip("\n").splitlines()[-1])
            last = max(date, steps[-1][0]) + timedelta(hours=2)
            commit(made, trunk, last, branch["user"], f"Merge {branch['name']}", merged=[head])
    return fixes


def branched(
    made: dict[str, bytes], trunk: Tree, date: datetime, branch: Mapping[str, Any]
) -> tuple[datetime, str, Tree]:
    """Return the end of a branch that leaves the trunk here: when, which check-in, which files."""
    tree = Tree(dict(trunk.files), trunk.head)
    title = branch["name"]
    tags = [f"*branch * {title}", f"*sym-{title} *", "-sym-trunk *"]
    for step in branch["steps"]:
        date += timedelta(hours=26, minutes=len(step))
        tree.append(branch["path"], f"# {step}")
        commit(made, tree, date, branch["user"], step, tags)
        tags = []
    return date, tree.head, tree


def commit(
    made: dict[str, bytes],
    tree: Tree,
    date: datetime,
    user: str,
    comment: str,
    tags: list[str] | None = None,
    *,
    merged: list[str] | None = None,
) -> None:
    """Check a tree in; its newest check-in is then this one."""
    for content in tree.files.values():
        keep(made, content)
    parents = [*([tree.head] if tree.head else []), *(merged or [])]
    marks = [*(tags or [])]
    if not tree.head:
        marks.append("*sym-trunk *")
    manifest = checkin(
        comment=comment, date=date, user=user, files=tree.files, parents=parents, tags=marks
    )
    tree.head = keep(made, manifest)


def pages(words: Mapping[str, Any], made: dict[str, bytes]) -> None:
    """Add the wiki: each page as it was first written and, for some, a later version."""
    draw = random.Random(SEED + 2)
    people = list(words["people"])
    for title, plain in words["wiki"].items():
        text = linked(plain, list(words["wiki"]))
        date = START + timedelta(days=draw.randrange(1, 120), minutes=draw.randrange(600))
        user = draw.choice(people)
        first = text if draw.random() < 0.5 else text[: text.rindex("\n", 0, -1) + 1]
        parent = keep(made, wiki_page(title, first, date=date, user=user))
        if first != text:
            date += timedelta(days=draw.randrange(20, 240))
            user = draw.choice(people)
            keep(made, wiki_page(title, text, date=date, user=user, parent=parent))


def linked(text: str, titles: list[str]) -> str:
    """Return a page's text with the names of pages in brackets as links."""
    for title in titles:
        text = text.replace(f"[{title}]", f"[{title}](/wiki?name={quote_plus(title)})")
    return text
