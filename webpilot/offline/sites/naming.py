"""Finds the names in a goal: the thing, the place to look in, the person."""

from __future__ import annotations

import re

from webpilot.offline.sites.chunks import Chunk
from webpilot.offline.sites.errand import TaskKind
from webpilot.offline.sites.quantities import first_date
from webpilot.offline.sites.questions import ATTRIBUTES, STATES
from webpilot.offline.sites.wording import OBJECTS, STOPS, terms

__all__ = ["person_in", "place_in", "step_noun", "things_in"]

CONTAINERS = (
    r"category|section|forum|subforum|subreddit|board|department|report|page|menu|tab|list|range"
)
CONTAINER = re.compile(rf"\b(?:{CONTAINERS})\b", re.IGNORECASE)
AROUND = re.compile(rf"^\s*(?:the\s+)?(?:{CONTAINERS})\s+|\s+(?:{CONTAINERS})\s*$", re.IGNORECASE)
"""The noun of a place, before or after its name."""
COLUMN_NOUNS = frozenset(["subsystem", "severity", "component", "priority"])
ABOUT_WORDS = """
of for about on titled named called entitled regarding from in to
"""
ABOUT = frozenset(ABOUT_WORDS.split())
AUXILIARY_WORDS = """
was were is are has have did do does
"""
AUXILIARY = frozenset(AUXILIARY_WORDS.split())
UNNAMING_WORDS = """
with as by saying under over below above between since during before after
"""
UNNAMING = frozenset(UNNAMING_WORDS.split())
ASKING_WORDS = """
how what who which when where whose whom what's who's
"""
ASKING = frozenset(ASKING_WORDS.split())
EMPTY_WORDS = """
latest newest recent oldest first last new all every total number name count full current copy
copies unit piece quantity detail result information link open show most least one two three
four five six many much what what's how who which when where something bought ordered purchased
started posted written created made submitted placed anything everything today yesterday default
same other
"""
EMPTY = frozenset(EMPTY_WORDS.split())
STEPPING_WORDS = """
capital mayor engineer architect author founder owner designer builder director president
country province region county town river sea lake manufacturer publisher composer leader
"""
STEPPING = frozenset(STEPPING_WORDS.split())
"""Nouns that name another thing by way of one."""
COLUMN_NOUNS = frozenset(["subsystem", "severity", "component", "priority"])


def place_in(parts: list[Chunk]) -> str:
    """Return the name of the category, forum or list that the goal names."""
    for part in parts:
        if part.lead in ("in", "from", "under", "within", "into", "on", "of") and CONTAINER.search(
            part.text
        ):
            name = re.split(r",|\sand\b(?=\s[a-z])", part.text)[0]
            name = AROUND.sub(" ", name)
            name = re.sub(
                r"\b(?:the|a|an|my|all|products?|topics?|items?|new|named|called)\b",
                " ",
                name,
                flags=re.I,
            )
            name = " ".join(name.split()).strip("\"' ")
            if name and not set(terms(name)) <= (OBJECTS | STOPS):
                return name
    return ""


def person_in(parts: list[Chunk]) -> str:
    """Return who the goal says made or owns what is looked for."""
    for position, part in enumerate(parts):
        owner = re.match(
            r"^(?:the\s+)?(?P<name>(?:[A-Z][\w.-]+\s?)+)(?:'s|\u2019s)\s+(?P<rest>.*)$", part.text
        )
        if owner and set(terms(owner.group("rest"))) <= OBJECTS | STATES | STOPS:
            return owner.group("name").strip()
        told = re.match(r"^(?:the\s+)?(?:user|member|customer|author)\s+(\S.*)$", part.text, re.I)
        if told:
            return told.group(1).strip("\"' ")
        if part.lead == "by" and position and part.text and not _measure(part.text):
            return part.text.strip("\"' ")
    return ""


def _measure(text: str) -> bool:
    return bool(
        re.search(r"\b(?:price|date|rating|name|order|ascending|descending|\d+)\b", text, re.I)
    )


def things_in(parts: list[Chunk], place: str, person: str, kind: TaskKind) -> tuple[str, ...]:
    """Return the names of what the goal is about, surest first."""
    ranked: list[tuple[float, int, str]] = []
    asking = kind is TaskKind.RETRIEVE
    for position, part in enumerate(parts):
        mark, name = _named(part, asking=asking)
        if person and name.startswith(person):
            continue
        told = terms(name)
        if told and (told[-1] in COLUMN_NOUNS or first_date(name) == name):
            continue
        if not name or name == person or (place and name.lower() in f"{place} category".lower()):
            continue
        ranked.append((mark, -position, name))
    return tuple(name for _, _, name in sorted(ranked, reverse=True))


def _named(part: Chunk, *, asking: bool) -> tuple[float, str]:
    """Return how surely a stretch names a thing, and the name."""
    if part.quotes:
        before = terms(part.text.split(part.quotes[0])[0])
        held = part.lead in ("to", "in", "into", "from") and bool(set(before) & OBJECTS)
        return (2.9 if held else 3.0 + 0.1 * (part.lead in ABOUT), part.quotes[0])
    words = re.split(r"\s+and\s+(?=[a-z])", part.text)[0].split()
    while words and _empty(words[0]):
        words = words[1:]
    while words and _empty(words[-1]):
        words = words[:-1]
    if part.lead in AUXILIARY and asking:
        while words and not re.search(r"[A-Z0-9]", words[-1]):
            words = words[:-1]
    name = " ".join(words).strip("\"'.,:;?! ")
    if not name or part.lead in UNNAMING:
        return (0.0, "")
    capital = bool(re.search(r"(?:^|\s)[A-Z0-9#]", name))
    mark = (2.0 if capital else 1.0) + 0.2 * (part.lead in ABOUT) + 0.05 * min(len(words), 4)
    return (mark, name)


def _empty(word: str) -> bool:
    """Return whether a word names nothing by itself."""
    plain = terms(word)
    if not plain or plain[0] in ASKING:
        return True
    if word[:1].isupper() and plain[0] not in STOPS and plain[0] not in OBJECTS:
        return False
    return all(
        part in STOPS or part in OBJECTS or part in EMPTY or part in ATTRIBUTES for part in plain
    )


def step_noun(text: str) -> str:
    """Return the noun by which the goal goes on from the thing to another: ``the capital of X``."""
    told = re.search(r"\b(?:of|in|on|by|about)\s+(?:the\s+)?(?P<noun>[a-z]+)\s+of\s+", text)
    if told is None:
        return ""
    word = terms(told.group("noun"))[0]
    return word if word in STEPPING else ""
