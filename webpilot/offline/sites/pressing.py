"""Controls that do a deed by themselves, in the row or on the page of the thing."""

from __future__ import annotations

from collections.abc import Iterator

from webpilot.offline.sites.errand import Errand
from webpilot.offline.sites.moves import Move, click
from webpilot.offline.sites.page import Item, SitePage
from webpilot.offline.sites.relevance import concerns, names_thing
from webpilot.offline.sites.structure import groups
from webpilot.offline.sites.trail import Trail
from webpilot.offline.sites.ways import opens
from webpilot.offline.sites.wording import akin, content, same_deed

__all__ = ["controls_only", "in_context", "pressing", "unfolded"]


def controls_only(errand: Errand) -> bool:
    """Return whether the deed is a control's: all it takes is how often to press it."""
    return all(slot.name == "quantity" for slot in errand.slots)


def _presses(errand: Errand) -> int:
    """Return how often the control must be pressed: as many as are wanted, few at most."""
    counts = [slot.value for slot in errand.slots if slot.name == "quantity"]
    return min(8, int(counts[0])) if counts and counts[0].isdigit() and counts[0] != "0" else 1


def pressing(errand: Errand, page: SitePage, trail: Trail) -> Iterator[Move]:
    """Yield presses of controls that do the deed to the thing."""
    for item in page.links:
        mark = _does(errand, item)
        if mark < 0.5:
            continue
        about = in_context(errand, page, item)
        if about < 0.3 and item in _nth(errand, page):
            about = 0.9 * concerns(page, errand)
        score = mark * about
        left = _presses(errand) - trail.followed(page, item)
        if left <= 0:
            score *= 0.2
        if score >= 0.3:
            reason = f"'{item.label}' does it"
            final = left <= 1 and not opens(page, item)
            yield Move(action=click(item), score=min(0.95, score), reason=reason, deed=final)


def _nth(errand: Errand, page: SitePage) -> tuple[Item, ...]:
    """Return the one of several like controls that is meant: nth, a person's, else the first."""
    like = [item for item in page.links if _does(errand, item) >= 0.5 and not item.chrome]
    if len(like) < 2:
        return ()
    if errand.person:
        own = [item for item in like if _block(page, item, like, errand.person)]
        return tuple(own[:1])
    place = (errand.number or 1) - 1 if (errand.number or 1) > 0 else -1
    # the first block of a thread is its opening, no comment on it
    answers = {"comment", "reply"} & set(errand.objects)
    opening = 1 if answers and errand.number is not None and errand.number > 0 else 0
    return (like[place + opening],) if -len(like) <= place + opening < len(like) else ()


def _block(page: SitePage, item: Item, like: list[Item], name: str) -> bool:
    """Return whether the stretch that holds this control and none of its like names a person."""
    widest = item
    for above in page.above(item):
        if sum(page.holds(above, other) for other in like) > 1:
            break
        widest = above
    return set(content(name)) <= set(content(page.text(widest)))


def unfolded(errand: Errand, trail: Trail) -> Iterator[Move]:
    """Yield the entries of the menu that the deed's control has just opened."""
    last = trail.last
    if last is None or last.target is None or not opens(last.before, last.target):
        return
    if last.moved and last.before.title != trail.page.title:
        return
    if _does(errand, last.target) < 0.5:
        return
    page = trail.page
    before = {item.label for item in last.before.links}
    opener = next((i for i in page.links if i.label == last.target.label and opens(page, i)), None)
    holder = page.items[opener.parent] if opener is not None and opener.parent is not None else None
    fresh = [
        item
        for item in page.links
        if (holder is None or page.holds(holder, item)) and item.label not in before and item.label
    ]
    for place, item in enumerate(fresh):
        named = max((names_thing(name, item.label) for name in errand.others), default=0.0)
        plain = 0.35 if errand.others else max(0.3, 0.62 - 0.08 * place)
        score = 0.93 if named >= 0.8 else plain
        yield Move(
            action=click(item), score=score, reason=f"'{item.label}' is one of its ways", deed=True
        )


def _does(errand: Errand, item: Item) -> float:
    """Return how surely a control's name says the deed."""
    words = content(item.label)
    if not words or len(words) > 7:
        return 0.0
    verb = float(any(same_deed(errand.verb, word) for word in words))
    nouns = [noun for noun in errand.objects if noun != errand.verb]
    met = max((akin(noun, word) for noun in nouns for word in words), default=0.0)
    wanted_target = errand.objects[-1] if errand.objects else ""
    last = max((akin(wanted_target, word) for word in words), default=0.0) if wanted_target else 0.0
    if verb >= 0.7 and last >= 0.7:
        return 0.98
    if verb >= 0.7 and met >= 0.7:
        return 0.9
    if verb >= 0.7:
        other = [w for w in words if w in ("basket", "wishlist", "review", "comment") and not met]
        return 0.5 if other else 0.85
    return 0.0


def in_context(errand: Errand, page: SitePage, item: Item) -> float:
    """Return how surely a control is about the thing: in its row, or on its page and in no row."""
    holders = [
        (len(record.text), record)
        for group in groups(page)
        for record in group.records
        if page.holds(record.item, item)
    ]
    names = [name for name in (errand.thing, errand.person) if name]
    if not names:
        return 1.0 if not holders else 0.6
    if holders:
        record = min(holders, key=lambda one: one[0])[1]
        rows = [record for _, record in sorted(holders, key=lambda one: one[0])]
        row = max(
            max(names_thing(name, text) for text in (record.title, *record.cells))
            for record in rows[:2]
            for name in names
        )
        if row >= 0.75:
            return row
        if any(set(content(name)) <= set(content(record.text)) for name in names):
            return 0.8
        if len(record.text) < 400:
            return 0.15
    return concerns(page, errand)
