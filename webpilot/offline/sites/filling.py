"""Filling in the form that serves a deed, and sending it."""

from __future__ import annotations

from collections.abc import Iterator

from webpilot.offline.sites.errand import Errand, Slot
from webpilot.offline.sites.forms import STAR, Form, Match, forms, holds, matched, setting, submits
from webpilot.offline.sites.moves import Move, click
from webpilot.offline.sites.page import Item, SitePage
from webpilot.offline.sites.relevance import concerns, fits_place, names_thing
from webpilot.offline.sites.structure import groups
from webpilot.offline.sites.trail import Trail
from webpilot.offline.sites.verbs import MAKING, STATES_OF

__all__ = ["filling"]


def filling(errand: Errand, trail: Trail) -> Iterator[Move]:
    """Yield the next values for a form that serves the errand, or sending it."""
    page = trail.page
    wanted = errand.slots
    if not wanted and errand.verb in STATES_OF:
        wanted = (Slot(name="", value=STATES_OF[errand.verb]),)
    slots = list(wanted)
    if errand.place and errand.thing == "":
        slots.append(Slot(name="category", value=errand.place))
    if not slots:
        return
    best: tuple[float, Form, tuple[Match, ...]] | None = None
    for form in forms(page):
        found = matched(page, form, slots)
        own = [match for match in found if match.slot in wanted]
        if not own or _bulk(page, form) or not submits(form, errand.verb, errand.objects):
            continue
        fit = _serves(errand, page, form, own)
        share = len(own) / max(1, len(wanted))
        mark = fit * (0.35 + 0.65 * share)
        if mark >= 0.4 and (best is None or mark > best[0]):
            best = (mark, form, found)
    if best is None:
        return
    mark, form, found = best
    due = [
        match
        for match in found
        if not holds(page, match)
        and not (match.option == STAR and trail.followed(page, match.field))
    ]
    for match in due[:1]:
        reason = f"'{match.slot.value[:40]}' belongs into '{match.field.label}'"
        yield Move(action=setting(page, match), score=0.6 + 0.36 * mark, reason=reason)
    if due:
        return
    for sure, button in submits(form, errand.verb, errand.objects)[:3]:
        final = "preview" not in button.label.lower()
        if trail.followed(page, button) and _unchanged(trail, button):
            sure *= 0.2
        reason = f"'{button.label}' sends the form"
        yield Move(
            action=click(button),
            score=min(0.95, sure * (0.7 + 0.3 * mark)),
            reason=reason,
            deed=final,
        )


def _bulk(page: SitePage, form: Form) -> bool:
    """Return whether a form is a whole list's: what it sets, it sets for what is ticked there."""
    return any(
        sum(page.holds(form.item, record.item) for record in group.records) > 2
        for group in groups(page)
        if group.table
    ) and any(field.role == "checkbox" for field in form.fields)


def _unchanged(trail: Trail, button: Item) -> bool:
    last = trail.last
    return last is not None and last.target is not None and last.target.label == button.label


def _serves(errand: Errand, page: SitePage, form: Form, own: list[Match]) -> float:
    """Return how surely a form is the one for the errand: new, or that of the thing."""
    strength = sum(match.mark for match in own) / len(own)
    making = errand.verb in MAKING
    if errand.thing:
        about = max(
            concerns(page, errand), _row_of(page, form.item, errand), _holding(form, errand)
        )
        if making and not errand.person:
            # a review or a reply is made on the page of what it is about
            return about * min(1.0, strength + 0.3)
        return about * min(1.0, strength + 0.25)
    if errand.place and making:
        placed = max(concerns(page, errand), _offers(page, form, errand.place))
        return min(1.0, strength + 0.25) * (1.0 if placed >= 0.6 else 0.35)
    return min(1.0, strength + 0.25)


def _offers(page: SitePage, form: Form, place: str) -> float:
    """Return whether a list of the form offers the place."""
    names = [
        item.name
        for field in form.fields
        if field.tag == "select"
        for item in page.inside(field)
        if item.role == "option"
    ]
    return max((fits_place(place, name.strip(" -\u2014>")) for name in names), default=0.0)


def _holding(form: Form, errand: Errand) -> float:
    """Return whether a field of the form holds the thing's name already."""
    return max(
        (
            0.9 * names_thing(errand.thing or errand.person, field.value)
            for field in form.fields
            if field.value and field.role == "textbox"
        ),
        default=0.0,
    )


def _row_of(page: SitePage, item: Item, errand: Errand) -> float:
    """Return whether an item stands in, or holds nothing but, the record of the thing."""
    best = 0.0
    for group in groups(page):
        held = sum(page.holds(item, record.item) for record in group.records)
        for record in group.records:
            if page.holds(record.item, item) or (held == 1 and page.holds(item, record.item)):
                cells = record.cells or ("",)
                mark = max(
                    names_thing(errand.thing or errand.person, record.title),
                    *(names_thing(errand.thing or errand.person, c) for c in cells),
                )
                best = max(best, mark)
    return best
