"""Reads a goal on a site: the kind of task, what it is about, what is asked for or to be set."""

from __future__ import annotations

import re
from functools import lru_cache

from webpilot.offline.clauses import QUOTED
from webpilot.offline.sites.chunks import chunks
from webpilot.offline.sites.commands import bare, commands_of, quoted_rest, task_kind
from webpilot.offline.sites.errand import Errand, Slot, TaskKind
from webpilot.offline.sites.naming import person_in, place_in, step_noun, things_in
from webpilot.offline.sites.questions import (
    STATES,
    read_asked,
    read_bounds,
    read_columns,
    read_counted,
    read_day,
    read_extreme,
    read_sort,
    read_values,
    without_extreme,
)
from webpilot.offline.sites.slots import NUMBERS, read_slots
from webpilot.offline.sites.wording import OBJECTS, terms
from webpilot.offline.targets import ordinal

__all__ = ["read_errand"]

AMOUNT = re.compile(
    rf"^(?:please\s+)?(?:add|buy|order|put|get|purchase)\s+(?P<count>\d{{1,3}}"
    rf"|{'|'.join(NUMBERS)})\s+(?!stars?\b|%|percent)",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def read_errand(goal: str) -> Errand:
    """Return the goal read in parts; what it does not say stays empty."""
    said = quoted_rest(goal)
    commands = commands_of(said)
    kind = task_kind(said)
    main = next((c for c in reversed(commands) if c.kind is kind), commands[-1])
    slots: list[Slot] = []
    rest = []
    for command in commands:
        found, left = read_slots(command.text) if kind is TaskKind.MUTATE else ((), command.text)
        slots += found
        amount = AMOUNT.match(command.text) if kind is TaskKind.MUTATE else None
        if amount:
            count = amount.group("count").lower()
            slots.append(Slot(name="quantity", value=str(NUMBERS.get(count, count))))
        rest.append(left)
    text = ". ".join(rest)
    question = main.text if kind is TaskKind.RETRIEVE else ""
    extreme = None if read_sort(text) else read_extreme(text)
    if kind is TaskKind.MUTATE and re.search(
        r"\b(?:first|last)\s+(?:comment|reply|post|message)", text
    ):
        extreme = None  # a place on the page, no date
    parts = [part for left in rest for part in chunks(bare(without_extreme(left)))]
    place, person = place_in(parts), person_in(parts)
    values = read_values(text)
    states = {*STATES, *(word for value in values for word in terms(value))}
    things = tuple(
        name
        for name in things_in(parts, place, person, kind)
        if not set(terms(name)) <= states and not any(name == slot.value for slot in slots)
    )
    counted = read_counted(question)
    several = _several(question)
    if (counted or several) and things and not re.search(r"[A-Z0-9]", things[0]):
        values, things = (*values, things[0]), ()  # a description of what counts, no name
    objects = tuple(dict.fromkeys(word for word in terms(_unquoted(text)) if word in OBJECTS))
    via = step_noun(question or text) if kind is not TaskKind.MUTATE else ""
    things = tuple(name for name in things if not via or terms(name) != (via,))
    objects = tuple(word for word in objects if word != main.verb or kind is not TaskKind.MUTATE)
    own = bool(re.search(r"\b(?:my|i|mine)\b", goal, re.IGNORECASE))
    if own and not objects and not things:
        objects = ("profile", "account")
    if counted and not place and not things and not objects:
        place = counted.split()[-1]  # what is counted names where it is listed
    verb = main.verb
    if verb in ("put", "place", "throw") and {"basket", "wishlist"} & set(objects):
        verb = "add"
    return Errand(
        goal=goal,
        kind=kind,
        verb=verb,
        thing=things[0] if things else "",
        others=things[1:],
        place=place,
        person=person,
        objects=objects,
        part=_part(text, objects),
        slots=tuple(slots),
        asked="" if counted else read_asked(question),
        counted=counted,
        several=several,
        extreme=extreme,
        bounds=read_bounds(text),
        values=values,
        columns=read_columns(text),
        sort=read_sort(text),
        when=read_day(text) if kind is not TaskKind.MUTATE else "",
        via=via,
        number=ordinal(_unquoted(text)) if kind is TaskKind.MUTATE else None,
        own=own,
    )


def _unquoted(text: str) -> str:
    return QUOTED.sub(" ", text)


def _part(text: str, objects: tuple[str, ...]) -> str:
    """Return the noun of what belongs to the thing: ``posts by X``, ``X's orders``."""
    owned = re.compile(
        r"\b(?P<noun>[a-z]+)\s+(?:(?:posted|written|made|started|submitted|created|left"
        r"|opened)\s+)?"
        r"(?:by|of|from|on|for)\s|(?:'s|\u2019s)\s+(?P<owned>[a-z]+)\b",
        re.IGNORECASE,
    )
    for match in owned.finditer(_unquoted(text)):
        for word in terms(match.group("noun") or match.group("owned") or ""):
            if word in objects:
                return word
    return ""


def _several(question: str) -> bool:
    """Return whether the question asks for a list."""
    return bool(
        re.match(
            r"^(?:list|name|which\s+\w+s\s+(?:are|have|were|do|did)|what\s+(?:are|were)\s+the"
            r"|who\s+are)\b",
            question,
            re.I,
        )
        or re.search(
            r"\b(?:all|names|titles|list) (?:of )?(?:the |products|topics|tickets|orders|users"
            r"|customers)",
            question,
            re.I,
        )
    )
