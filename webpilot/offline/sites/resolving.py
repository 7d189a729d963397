"""Turns ``the cheapest lamp`` into its name, once the whole list of lamps was seen."""

from __future__ import annotations

from dataclasses import replace

from webpilot.offline.sites.answers import read_answer
from webpilot.offline.sites.errand import Errand, TaskKind
from webpilot.offline.sites.lists import best_of, fitting, listing, whole
from webpilot.offline.sites.quantities import moment
from webpilot.offline.sites.relevance import concerns
from webpilot.offline.sites.structure import Record, groups, next_link
from webpilot.offline.sites.trail import Trail

__all__ = ["chosen", "resolved"]


def chosen(errand: Errand, trail: Trail) -> Record | None:
    """Return the record with the extreme, where the page at hand ends a list that tells it."""
    if errand.extreme is None or concerns(trail.page, errand) < 0.6 or not whole(errand, trail):
        return None
    records = fitting(listing(errand, trail), errand)
    if not records:
        return None
    return best_of(trail.page, records, errand.extreme)


def resolved(errand: Errand, trail: Trail) -> tuple[Errand, Record | None]:
    """Return the errand with the extreme's name as its thing, and its record, once it is known.

    Until then the errand is returned as it is.
    """
    if errand.extreme is None:
        return _stepped(_dated(errand, trail), trail), None
    for count in range(len(trail.steps) + 1):
        page = trail.steps[count].before if count < len(trail.steps) else trail.page
        past = Trail(page=page, steps=trail.steps[:count])
        record = chosen(errand, past)
        if record is not None and record.title:
            named = replace(
                errand,
                thing=record.title,
                others=tuple(name for name in (errand.thing, *errand.others) if name),
                place=errand.place,
                extreme=None,
                bounds=(),
                values=(),
                part="",
            )
            return _stepped(named, trail), record
    return errand, None


def _dated(errand: Errand, trail: Trail) -> Errand:
    """Return the errand with the record of the day that the goal names as its thing."""
    wanted = moment(errand.when) if errand.when and not errand.thing else None
    if wanted is None:
        return errand
    for page in trail.pages:
        for group in groups(page):
            for record in group.records:
                day = moment(record.text)
                if day is not None and record.title and day // 86400 == wanted // 86400:
                    return replace(errand, thing=record.title, when="", place="")
    return errand


def _stepped(errand: Errand, trail: Trail) -> Errand:
    """Return the errand with what the thing's page names as its thing: the capital of a country."""
    if not errand.via or not errand.thing:
        return errand
    for count, page in enumerate(trail.pages):
        asked = replace(errand, kind=TaskKind.RETRIEVE, asked=errand.via, via="", counted="")
        found = read_answer(asked, Trail(page=page, steps=trail.steps[:count]))
        if found is not None and found.sure >= 0.6:
            return replace(errand, thing=found.values[0], others=(errand.thing,), via="")
    return errand


def unfinished(errand: Errand, trail: Trail) -> bool:
    """Return whether the list that the errand needs goes on over further pages."""
    needs = errand.extreme is not None or bool(errand.counted) or errand.several
    if not needs or next_link(trail.page) is None:
        return False
    return concerns(trail.page, errand) >= 0.6 and bool(listing(errand, trail))
