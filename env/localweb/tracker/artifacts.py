"""Fossil's artifacts as text: what a repository is made of, whatever machine made it.

Their names are hashes of their content, so two seedings give the same names. Source: "Fossil File
Formats" of the fossil documentation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

__all__ = ["checkin", "name", "tagging", "ticket_change", "wiki_page"]

ESCAPES = str.maketrans({"\\": "\\\\", " ": "\\s", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def name(artifact: bytes) -> str:
    """Return an artifact's name: its SHA3-256."""
    return hashlib.sha3_256(artifact).hexdigest()


def checkin(
    *,
    comment: str,
    date: datetime,
    user: str,
    files: Mapping[str, bytes],
    parents: Sequence[str],
    tags: Iterable[str] = (),
) -> bytes:
    """Return the manifest of a check-in.

    Args:
        comment: what was done, in fossil's markup.
        date: in UTC.
        user: who checked it in.
        files: the whole tree, by path.
        parents: names of the manifests it follows; the first is the branch's own, others merged.
        tags: as in a ``T`` card, without the letter.
    """
    whole = hashlib.md5(usedforsecurity=False)
    for path in sorted(files):
        whole.update(f"{path} {len(files[path])}\n".encode() + files[path])
    cards = [f"C {escaped(comment)}", f"D {moment(date)}"]
    cards += [f"F {escaped(path)} {name(files[path])}" for path in sorted(files)]
    cards += [f"P {' '.join(parents)}"] if parents else []
    cards += [f"R {whole.hexdigest()}"]
    cards += [f"T {tag}" for tag in tags]
    return closed([*cards, f"U {user}"])


def tagging(tag: str, target: str, *, date: datetime, user: str) -> bytes:
    """Return what gives a check-in a name of its own."""
    return closed([f"D {moment(date)}", f"T +sym-{tag} {target}", f"U {user}"])


def ticket_change(ticket: str, fields: Mapping[str, str], *, date: datetime, user: str) -> bytes:
    """Return a change of a ticket, or its creation.

    Args:
        ticket: its name, 40 hexadecimal digits.
        fields: the new values by column of fossil's ticket tables.
        date: in UTC.
        user: who changes it.
    """
    cards = [f"D {moment(date)}"]
    cards += [f"J {field} {escaped(fields[field])}" for field in sorted(fields)]
    return closed([*cards, f"K {ticket}", f"U {user}"])


def wiki_page(title: str, text: str, *, date: datetime, user: str, parent: str = "") -> bytes:
    """Return a version of a wiki page, in Markdown.

    Args:
        title: of the page.
        text: all of it.
        date: in UTC.
        user: who wrote it.
        parent: name of the version before; empty for a new page.
    """
    content = text.encode()
    cards = [f"D {moment(date)}", f"L {escaped(title)}", "N text/x-markdown"]
    cards += [f"P {parent}"] if parent else []
    return closed([*cards, f"U {user}", f"W {len(content)}\n{text}"])


def closed(cards: Iterable[str]) -> bytes:
    """Return the cards with their checksum behind them."""
    body = "".join(f"{card}\n" for card in cards).encode()
    checksum = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return body + f"Z {checksum}\n".encode()


def escaped(text: str) -> str:
    """Return a text as one word of a card."""
    return text.translate(ESCAPES)


def moment(date: datetime) -> str:
    """Return a date as cards have it."""
    return date.strftime("%Y-%m-%dT%H:%M:%S.000")
