"""What the tracked project's repository is made of: check-ins, tickets and wiki."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from env.localweb.tracker.artifacts import checkin, name, tagging, ticket_change, wiki_page
from env.localweb.tracker.tickets import DAYS, RELEASES, SEED, START, Ticket, tickets

__all__ = ["artifacts"]

MANAGERS = {"0.8.2": "timok", "0.9.0": "timok", "1.0.0": "pdubois", "1.0.1": "pdubois"}


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
