"""Where an errand stands on a trail: what may be done, how near the end is, how to stop."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webpilot.offline.sites.answers import Found, read_answer, record_value
from webpilot.offline.sites.deeds import deeds, done
from webpilot.offline.sites.errand import Errand, TaskKind
from webpilot.offline.sites.moves import Move, click, select
from webpilot.offline.sites.quantities import plain_number
from webpilot.offline.sites.relevance import concerns
from webpilot.offline.sites.resolving import resolved, unfinished
from webpilot.offline.sites.structure import Record, next_link
from webpilot.offline.sites.trail import Trail
from webpilot.offline.sites.ways import ways
from webpilot.offline.sites.wording import akin, content, overlap, terms
from webpilot.types import Answer, Infeasible, JsonItem, Outcome

__all__ = ["Standing", "answer_of", "stand"]

STOP = 0.6
"""Certainty from which the policy stops."""
HOPE = 0.2
"""Score from which a move is worth a try before a task is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an errand stands."""

    moves: tuple[Move, ...]
    """Best first, none twice."""
    outcome: Outcome | None
    """How to stop here, where that is due."""
    sure: float
    """In [0, 1]: how surely stopping here is right, due or not."""
    progress: float
    """In [0, 1]: how near the page is to what is wanted."""
    missing: str
    """What is not so yet, in words."""


def stand(errand: Errand, trail: Trail) -> Standing:
    """Return where the errand stands at the trail's end."""
    named, record = resolved(errand, trail)
    if errand.kind is TaskKind.RETRIEVE:
        return _retrieving(errand, named, record, trail)
    if errand.kind is TaskKind.MUTATE:
        return _mutating(named, trail)
    return _navigating(named, trail)


def _retrieving(errand: Errand, named: Errand, record: Record | None, trail: Trail) -> Standing:
    """Return the standing of a question."""
    found = _from_record(errand, record)
    if (
        found is None
        and named.extreme is None
        and not named.via
        and not (named.when and not named.thing)
    ):
        found = read_answer(named, trail)
    sure = found.sure if found is not None else 0.0
    outcome = answer_of(errand, found) if found is not None and sure >= STOP else None
    moves = _listed([*_onward(named, trail), *ways(named, trail)])
    about = concerns(trail.page, named)
    return Standing(
        moves=moves,
        outcome=outcome or _given_up(named, trail, moves),
        sure=sure,
        progress=max(sure, 0.55 * about),
        missing=f"{errand.counted or errand.asked or 'what is asked for'} is not read yet",
    )


def _from_record(errand: Errand, record: Record | None) -> Found | None:
    """Return the answer that the extreme's own record holds, or ``None``."""
    if record is None or not errand.asked:
        return None
    named = any(akin(word, "name") >= 0.75 for word in content(errand.asked))
    if named or errand.asked in errand.objects:
        return Found(values=(record.title,), sure=0.85, evidence=record.title)
    value = record_value(record, errand.asked)
    return Found(values=(value,), sure=0.85, evidence=value) if value else None


def _mutating(errand: Errand, trail: Trail) -> Standing:
    """Return the standing of a deed."""
    sure = done(errand, trail)
    if sure >= STOP:
        outcome: Outcome = _finished(errand)
        return Standing(moves=(), outcome=outcome, sure=sure, progress=1.0, missing="")
    acts = deeds(errand, trail)
    moves = _listed([*acts, *_onward(errand, trail), *ways(errand, trail)])
    about = concerns(trail.page, errand)
    near = max((move.score for move in acts), default=0.0)
    ready = any(move.deed for move in acts)
    progress = 0.35 * about + 0.3 * near + 0.2 * ready
    return Standing(
        moves=moves,
        outcome=_given_up(errand, trail, moves),
        sure=sure,
        progress=min(0.9, progress),
        missing="what is to be changed is not sent yet",
    )


def _navigating(errand: Errand, trail: Trail) -> Standing:
    """Return the standing of a way to a page."""
    sure = _arrived(errand, trail)
    inner = _sorting(errand, trail) or [*_parts(errand, trail)]
    outcome = _finished(errand) if sure >= 0.75 and not inner else None
    moves = _listed([*inner, *_onward(errand, trail), *ways(errand, trail)])
    return Standing(
        moves=moves,
        outcome=outcome or _given_up(errand, trail, moves),
        sure=sure,
        progress=sure,
        missing=f"the page of {errand.thing or errand.place or 'what is asked for'} is not open",
    )


def _arrived(errand: Errand, trail: Trail) -> float:
    """Return how surely the page at hand is the one that is asked for."""
    page = trail.page
    if errand.extreme is not None or errand.via or page.error:
        return 0.0
    listed = bool({"search", "result"} & set(terms(page.title)))
    if errand.verb in ("search", "look") and trail.typed():
        last = trail.last
        sent = last is not None and last.moved and last.action.kind != "fill"
        return 0.9 if sent else 0.3
    about = concerns(page, errand)
    if errand.thing or errand.person or errand.place:
        return about * 0.4 if listed else about
    wanted = [noun for noun in errand.objects if noun not in ("page", "list")]
    words = [word for item in page.headings[:3] for word in terms(page.text(item))]
    marks = [max((akin(noun, word) for word in words), default=0.0) for noun in wanted]
    sure = sum(marks) / len(marks) if marks else 0.0
    last = trail.last
    if last is not None and last.target is not None and last.moved:
        sure = max(
            sure, 0.8 * max((overlap(n, last.target.label) >= 0.97 for n in wanted), default=0)
        )
    shown = set(terms(page.title))
    if not all(set(content(value)) <= shown for value in errand.values):
        return 0.6 * sure  # the list is here, not yet the part of it that is asked for
    return sure


def _sorting(errand: Errand, trail: Trail) -> list[Move]:
    """Return what puts the list at hand into the order that is asked for."""
    if not errand.sort or _arrived(errand, trail) < 0.7:
        return []
    wanted = SORTS[errand.sort]
    for field in trail.page.fields:
        if field.tag != "select":
            continue
        for item in trail.page.inside(field):
            if item.role == "option" and re.search(wanted, item.name, re.IGNORECASE):
                if field.value.strip() == item.name.strip():
                    return []
                return [Move(action=select(field, item.name), score=0.92, reason="orders the list")]
    links = [item for item in trail.page.links if re.search(wanted, item.label, re.IGNORECASE)]
    fresh = [item for item in links if not trail.followed(trail.page, item) and not item.chrome]
    return [Move(action=click(item), score=0.8, reason="orders the list") for item in fresh[:1]]


SORTS = {
    "price": r"price.*(?:low to high|asc)|low(?:est)?.*price|cheap",
    "-price": r"price.*(?:high to low|desc)|high(?:est)?.*price|expensive",
    "-rating": r"rating|rated",
    "-date": r"new|recent|latest|date.*desc",
    "date": r"old|earliest|date.*asc",
    "name": r"name|title|a.?z",
}
"""What the entry of a list of orders says, by the order."""


def _parts(errand: Errand, trail: Trail) -> list[Move]:
    """Return what opens the part of the thing that is asked for: its reviews, its posts."""
    page = trail.page
    name = errand.thing or errand.person
    if not name and "list" in errand.objects:
        whole = [item for item in page.links if content(item.label) == ("list",)]
        fresh = [item for item in whole if not trail.followed(page, item)]
        return [Move(action=click(item), score=0.85, reason="shows the list") for item in fresh[:1]]
    if not errand.part or not name or concerns(page, errand) < 0.7:
        return []
    found = []
    for item in page.links:
        words = content(item.label)
        if item.chrome or not words or len(words) > 4 or trail.followed(page, item):
            continue
        if item.role == "button" and not item.states.get("expanded"):
            continue
        if any(above.tag == "th" or above.role == "columnheader" for above in page.above(item)):
            continue
        mark = max(akin(errand.part, word) for word in words)
        if mark >= 0.75 and len(words) <= 3:
            found.append(
                Move(action=click(item), score=0.85 * mark, reason=f"shows '{item.label}'")
            )
    followed = any(
        step.target is not None
        and any(akin(errand.part, word) >= 0.75 for word in content(step.target.label))
        and concerns(step.before, errand) >= 0.7
        for step in trail.steps
    )
    return [] if followed else found


def _onward(errand: Errand, trail: Trail) -> list[Move]:
    """Return turning to the next page where the list at hand must be seen whole."""
    onward = next_link(trail.page) if unfinished(errand, trail) else None
    if onward is None:
        return []
    return [Move(action=click(onward), score=0.9, reason="the list goes on")]


def _listed(moves: list[Move]) -> tuple[Move, ...]:
    """Return the moves best first, one for each action."""
    best: dict[str, Move] = {}
    for move in moves:
        raw = move.action.raw
        if raw not in best or best[raw].score < move.score:
            best[raw] = move
    return tuple(sorted(best.values(), key=lambda move: -move.score))


def _given_up(errand: Errand, trail: Trail, moves: tuple[Move, ...]) -> Outcome | None:
    """Return that it cannot be done here, once searches and ways are used up; else ``None``."""
    best = max((move.score for move in moves), default=0.0)
    if best >= HOPE or len(trail.steps) < 3:
        return None
    name = errand.thing or errand.person or errand.place
    if not name and errand.kind is not TaskKind.MUTATE:
        return None
    return Infeasible(reason=f"nothing on the site answers to '{name or errand.goal}'")


def _finished(errand: Errand) -> Answer:
    """Return the stop of a deed or a way that is done."""
    return Answer(text="done", task_type=errand.kind.value, status="SUCCESS")


def answer_of(errand: Errand, found: Found) -> Answer:
    """Return the answer in few words, its items typed: plain numbers as numbers."""
    items: list[JsonItem] = []
    for value in found.values:
        number = plain_number(value)
        items.append(value if number is None else number)
    return Answer(
        text=", ".join(found.values),
        task_type=errand.kind.value,
        status="SUCCESS",
        retrieved_data=tuple(items),
    )
