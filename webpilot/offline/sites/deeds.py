"""What changes a site: controls and forms for a deed, in the context of what the goal names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webpilot.offline.sites.errand import Errand, Slot
from webpilot.offline.sites.forms import STAR, Form, Match, forms, holds, matched, setting, submits
from webpilot.offline.sites.moves import Move, click
from webpilot.offline.sites.page import Item, SitePage
from webpilot.offline.sites.relevance import concerns, fits_place, names_thing
from webpilot.offline.sites.structure import groups, messages
from webpilot.offline.sites.trail import Step, Trail
from webpilot.offline.sites.ways import opens
from webpilot.offline.sites.wording import akin, content, same_deed, terms

__all__ = ["deeds", "done"]

MAKING = frozenset(
    [
        "create",
        "post",
        "write",
        "add",
        "open",
        "start",
        "make",
        "submit",
        "file",
        "report",
        "publish",
        "register",
        "raise",
        "leave",
        "compose",
        "rate",
        "review",
        "reply",
        "comment",
        "log",
        "ask",
    ]
)
STATES_OF = {
    "approve": "Approved",
    "reject": "Rejected",
    "close": "Closed",
    "reopen": "Open",
    "resolve": "Resolved",
    "cancel": "Cancelled",
    "publish": "Published",
    "complete": "Complete",
    "fix": "Fixed",
    "ship": "Shipped",
}
"""What stands in a list of states once the deed is done."""
BUYING = frozenset(["buy", "order", "purchase", "checkout", "place"])
TOWARDS_ORDER = (
    r"place (?:the |my )?order|complete (?:the )?order|pay now|confirm order",
    r"preview(?: order)?",
    r"(?:ship|deliver|send) to (?:this|your|the|my)\b.*|use this address",
    r"(?:select|choose|use)(?: this| option| method| address| this method| shipping method)*",
    r"continue(?: to .*)?|proceed(?: to .*)?|next",
    r"checkout|check out",
    r"view basket|view cart|go to basket|basket|cart",
)
AFFIRM = re.compile(
    r"^(?:yes\b.*|ok|confirm\b.*|continue|delete\b.*|remove\b.*|i'?m sure|accept|agree)$",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"\b(?:thank you|order (?:has been |was )?(?:placed|confirmed|received)|order number)\b", re.I
)


def deeds(errand: Errand, trail: Trail) -> list[Move]:
    """Return what may be done on the page at hand, in no order; empty where nothing fits."""
    page = trail.page
    if errand.verb in BUYING:
        moves = [*_buying(errand, trail)]
        if moves:
            return moves
    confirm = [*_confirming(errand, trail)]
    if confirm:
        return confirm
    unfolded = [*_unfolded(errand, trail)]
    if unfolded:
        return unfolded
    found = [*_filling(errand, trail)]
    if _controls_only(errand) and not found:
        found += _pressing(errand, page, trail)
    found += _opening(errand, page, trail)
    return found


def done(errand: Errand, trail: Trail) -> float:
    """Return in [0, 1] how surely the deed is done: sent, and the page does not complain."""
    best = 0.0
    for place, step in enumerate(trail.steps):
        past = Trail(page=step.before, steps=trail.steps[:place])
        mark = _closing(errand, past, step)
        if mark <= 0 or step.failed:
            continue
        if not step.changed:
            continue
        told = messages(step.after)
        old = {text for text, _ in messages(step.before)}
        bad = any(complaint for text, complaint in told if text not in old)
        good = any(not complaint for text, complaint in told if text not in old)
        if bad and not good:
            best = min(best, 0.3)
            continue
        if [*_confirming(errand, Trail(page=step.after, steps=trail.steps[: place + 1]))]:
            continue
        best = max(best, min(1.0, mark + 0.1 * good))
    return best


def _closing(errand: Errand, past: Trail, step: Step) -> float:
    """Return how surely a step was the one that does the deed."""
    target = step.target
    if step.action.kind == "keyboard_press" or target is None or step.action.kind != "click":
        return 0.0
    if errand.verb in BUYING:
        final = re.search(TOWARDS_ORDER[0], target.label, re.IGNORECASE)
        return (
            0.95 if final or (THANKS.search(step.after.body) and target.role == "button") else 0.0
        )
    moves = [move for move in deeds(errand, past) if move.deed]
    own = [move.score for move in moves if move.action == step.action]
    return max(own, default=0.0)


# ---------------------------------------------------------------- forms


def _filling(errand: Errand, trail: Trail) -> Iterator[Move]:
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
        if not own or not submits(form, errand.verb, errand.objects):
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


# ---------------------------------------------------------------- controls


def _controls_only(errand: Errand) -> bool:
    """Return whether the deed is a control's: all it takes is how often to press it."""
    return all(slot.name == "quantity" for slot in errand.slots)


def _presses(errand: Errand) -> int:
    """Return how often the control must be pressed: as many as are wanted, few at most."""
    counts = [slot.value for slot in errand.slots if slot.name == "quantity"]
    return min(8, int(counts[0])) if counts and counts[0].isdigit() and counts[0] != "0" else 1


def _pressing(errand: Errand, page: SitePage, trail: Trail) -> Iterator[Move]:
    """Yield presses of controls that do the deed to the thing."""
    for item in page.links:
        mark = _does(errand, item)
        if mark < 0.5:
            continue
        about = _in_context(errand, page, item)
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
    """Return the one of several like controls that is meant: the nth, that of a person, the first."""
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


def _unfolded(errand: Errand, trail: Trail) -> Iterator[Move]:
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


def _in_context(errand: Errand, page: SitePage, item: Item) -> float:
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
        if len(rows) and len(record.text) < 400 and _rivals(page, record.item):
            return 0.15
    return concerns(page, errand)


def _rivals(page: SitePage, row: Item) -> bool:
    """Return whether other rows beside this one have controls too."""
    del page, row
    return True


# ---------------------------------------------------------------- what leads to forms


def _opening(errand: Errand, page: SitePage, trail: Trail) -> Iterator[Move]:
    """Yield links and buttons that open the form for the deed."""
    slots = [slot.name for slot in errand.slots if slot.name]
    for item in page.links:
        words = content(item.label)
        if not words or len(words) > 6 or _sends(page, item):
            continue
        if item.states.get("expanded", "false") not in ("false", "False"):
            continue
        if not any(same_deed(other, word) for word in words for other in _verbs(errand)):
            continue
        nouns = [noun for noun in errand.objects if noun not in _verbs(errand)]
        made = nouns[:1] if errand.verb in MAKING and errand.thing else nouns
        other = any(akin(n, w) >= 0.75 for n in nouns if n not in made for w in words)
        nouns = made
        met = max((akin(noun, word) for noun in nouns for word in words), default=0.0)
        named = max(
            (akin(part, word) for name in slots for part in terms(name) for word in words),
            default=0.0,
        )
        score = 0.5 + 0.3 * max(met, named)
        unknown = [w for w in words if not _known(w, errand, slots)]
        score -= 0.12 * len(unknown)
        anew = {"new", "create"} & set(words)
        if errand.thing and anew and not any("title" in terms(name) for name in slots):
            score *= 0.4  # another one would need a title
        if other and met < 0.7:
            score *= 0.4  # it makes another of what the goal only names
        if errand.thing:
            score *= 0.4 + 0.6 * _in_context(errand, page, item)
        elif errand.place and errand.verb in MAKING:
            score *= 0.75 + 0.25 * (concerns(page, errand) >= 0.6)
        if trail.followed(page, item):
            score *= 0.25
        if score >= 0.2:
            yield Move(
                action=click(item),
                score=min(0.9, score),
                reason=f"'{item.label}' may open the form",
            )


def _sends(page: SitePage, item: Item) -> bool:
    """Return whether an item sends a form instead of opening one."""
    typed = item.attributes.get("type") == "submit" or item.tag == "input"
    return item.role == "button" and (
        typed or any(above.tag == "form" for above in page.above(item))
    )


def _known(word: str, errand: Errand, slots: list[str]) -> bool:
    wanted = [*_verbs(errand), *errand.objects, *(part for name in slots for part in terms(name))]
    wanted += [*terms(errand.thing), "new", "details", "detail", "form", "full"]
    return any(akin(word, other) >= 0.7 for other in wanted)


def _verbs(errand: Errand) -> tuple[str, ...]:
    """Return the words by which a site names the way to the deed."""
    verb = errand.verb
    if verb in (
        "create",
        "post",
        "start",
        "make",
        "open",
        "file",
        "report",
        "publish",
        "register",
        "compose",
        "submit",
        "raise",
        "log",
    ):
        return ("new", "create", "add", "post", "submit", "start", "write", verb)
    if verb in ("write", "leave", "rate", "review"):
        return ("write", "add", "leave", "rate", "review")
    if verb in ("reply", "comment", "respond", "answer"):
        return ("reply", "comment", "respond", "answer")
    if verb in STATES_OF:
        return ("edit", "change", "update", "modify", verb)
    if verb in (
        "change",
        "set",
        "update",
        "edit",
        "modify",
        "rename",
        "mark",
        "correct",
        "increase",
        "reduce",
        "move",
        "assign",
        "close",
        "reopen",
        "retitle",
        "replace",
        "append",
        "insert",
        "disable",
        "enable",
        "turn",
        "switch",
        "lower",
        "make",
        "raise",
    ):
        return ("edit", "change", "update", "modify", verb)
    if verb in ("add", "append"):
        return ("add", "new", "create", "append", "edit")
    return (verb,)


# ---------------------------------------------------------------- confirming and buying


def _confirming(errand: Errand, trail: Trail) -> Iterator[Move]:
    """Yield the button by which a page asks to be sure, right after the deed's control."""
    last = trail.last
    if last is None or last.target is None or last.failed or last.action.kind != "click":
        return
    page = trail.page
    asked = re.search(
        r"\b(?:are you sure|do you (?:really )?want|confirm|permanently)\b", page.body, re.I
    )
    heads = page.headings[:1]
    titled = heads and any(same_deed(errand.verb, word) for word in terms(page.text(heads[0])))
    if titled and not errand.slots and errand.verb not in MAKING:
        asked = asked or re.search(r".", page.title)
    if not asked or re.search(r"\b(?:are you sure|permanently)\b", last.before.body, re.I):
        return
    for item in page.links:
        words = terms(item.label)
        own = any(same_deed(errand.verb, word) for word in words)
        if item.role == "button" and not item.chrome and (AFFIRM.match(item.label) or own):
            yield Move(
                action=click(item), score=0.92, reason=f"'{item.label}' confirms it", deed=True
            )


def _buying(errand: Errand, trail: Trail) -> Iterator[Move]:
    """Yield the next step of a purchase: into the basket, then along the checkout."""
    page = trail.page
    chosen = not errand.thing or any(
        step.target is not None
        and re.search(r"\badd to (?:basket|cart|bag)\b", step.target.label, re.I)
        for step in trail.steps
    )
    if not chosen:
        yield from _pressing(_adding(errand), page, trail)
        return
    for rank, pattern in enumerate(TOWARDS_ORDER):
        named = re.compile(rf"(?:{pattern})\W*", re.IGNORECASE)
        items = [item for item in page.links if named.fullmatch(item.label.strip())]
        if not items:
            continue
        item = max(items, key=lambda one: (_told(errand, page, one, items), -one.order))
        score = max(0.7, 0.95 - 0.06 * rank) * (0.3 if trail.followed(page, item) else 1.0)
        reason = f"'{item.label}' leads to the order"
        yield Move(action=click(item), score=score, reason=reason, deed=rank == 0)
        return


def _told(errand: Errand, page: SitePage, item: Item, like: list[Item]) -> int:
    """Return how many of the goal's words stand with one of several like items, and no other."""
    around = item
    for above in page.above(item):
        if sum(page.holds(above, other) for other in like) > 1:
            break
        around = above
    shown = set(content(page.text(around))) | set(content(item.label))
    if page.text(around) == page.text(item):  # what belongs to it stands before it
        first = page.spans[item.order][0]
        shown |= set(content(" ".join(page.runs[max(0, first - 4) : first])))
    return len(set(content(errand.goal)) & shown)


def _adding(errand: Errand) -> Errand:
    from dataclasses import replace

    return replace(errand, verb="add", objects=("basket",), slots=())
