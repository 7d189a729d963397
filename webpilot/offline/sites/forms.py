"""Forms of any length: which field takes which value, what it holds, what sends the form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from webpilot.offline.sites.errand import Slot
from webpilot.offline.sites.moves import click, fill, select
from webpilot.offline.sites.page import Item, SitePage, searches
from webpilot.offline.sites.quantities import number_in
from webpilot.offline.sites.wording import akin, content, covered, overlap, same_words, terms
from webpilot.types import Action

__all__ = [
    "LIST",
    "STAR",
    "Form",
    "Match",
    "filters",
    "finds",
    "forms",
    "holds",
    "matched",
    "setting",
    "submits",
]

SENDING = [
    "save",
    "submit",
    "send",
    "post",
    "create",
    "add",
    "update",
    "confirm",
    "apply",
    "change",
    "ok",
    "publish",
    "place",
    "reply",
    "comment",
    "continue",
    "yes",
    "accept",
    "rename",
    "move",
    "upload",
    "set",
    "edit",
]
NEVER = re.compile(
    r"\b(?:cancel|search|reset|delete|remove|log ?out|login|back|clear|close|discard|filter|go|browse)\b",
    re.IGNORECASE,
)
FINDING = re.compile(r"\b(?:search|filter|find|go|show)\b", re.IGNORECASE)
PREVIEW = re.compile(r"\bpreview\b", re.IGNORECASE)
TEXTUAL = frozenset({"textbox", "searchbox", "spinbutton", "combobox"})
STAR = "star"
"""Stands for the option of a match with a row of stars, which show no value of their own."""
LIST = "list"
"""Stands for the option of a match with a list that is drawn by a script, not open yet."""
STATED = frozenset(["status", "state", "resolution"])
LONG = frozenset(
    [
        "body",
        "text",
        "description",
        "comment",
        "message",
        "content",
        "review",
        "detail",
        "note",
        "reply",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """Fields that are sent together."""

    item: Item
    fields: tuple[Item, ...]
    buttons: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A value and the field that it belongs into."""

    slot: Slot
    field: Item
    mark: float
    option: str = ""
    """The option or the box that stands for the value, where it is chosen."""


@lru_cache(maxsize=256)
def filters(page: SitePage) -> tuple[Form, ...]:
    """Return the forms that only narrow a list down: all they can be sent with is a search."""
    found = []
    for form in _all_forms(page):
        labels = [item.label for item in form.buttons]
        named = [label for label in labels if FINDING.search(label)]
        if named and all(FINDING.search(label) or NEVER.search(label) for label in labels):
            found.append(form)
    return tuple(found)


def finds(page: SitePage, item: Item) -> bool:
    """Return whether a field is a search's, be it the site's or a list's."""
    return searches(item) or any(item in form.fields for form in filters(page))


def forms(page: SitePage) -> tuple[Form, ...]:
    """Return the page's forms that change something, those of its frame left out."""
    narrowing = filters(page)
    return tuple(form for form in _all_forms(page) if form not in narrowing)


@lru_cache(maxsize=256)
def _all_forms(page: SitePage) -> tuple[Form, ...]:
    """Return the page's forms, the site's search and those of its frame left out."""
    found = []
    for item in page.items:
        if item.tag != "form" and item.role != "form":
            continue
        if any(above.tag == "form" for above in page.above(item)):
            continue
        inside = page.inside(item)
        fields = tuple(one for one in inside if one.field)
        buttons = tuple(one for one in inside if one.role == "button" and one.active)
        only_search = fields and all(searches(one) for one in fields)
        if (fields or buttons) and not only_search and not item.chrome:
            found.append(Form(item=item, fields=fields, buttons=buttons))
    loose = tuple(
        one
        for one in page.fields
        if not one.chrome
        and not searches(one)
        and not any(page.holds(form.item, one) for form in found)
        and not any(above.tag == "form" for above in page.above(one))
    )
    if loose and page.items:
        buttons = tuple(one for one in page.links if one.role == "button" and not one.chrome)
        found.append(Form(item=page.items[0], fields=loose, buttons=buttons))
    return tuple(found)


def matched(page: SitePage, form: Form, slots: Sequence[Slot]) -> tuple[Match, ...]:
    """Return the best field for each value, no field twice; values without one are left out."""
    options = [
        (match.mark, -place, match)
        for slot in slots
        for place, field in enumerate(form.fields)
        if (match := _match(page, form, slot, field)) is not None
    ]
    options += [(match.mark, 0, match) for slot in slots for match in _stars(page, form, slot)]
    taken: set[str] = set()
    done: set[Slot] = set()
    found = []
    for _, _, match in sorted(options, key=lambda one: one[:2], reverse=True):
        if match.slot in done or match.field.bid in taken:
            continue
        done.add(match.slot)
        taken.add(match.field.bid)
        found.append(match)
    return tuple(sorted(found, key=lambda match: match.field.order))


def _stars(page: SitePage, form: Form, slot: Slot) -> list[Match]:
    """Return the nth of a row of stars for a rating, where the form has such a row."""
    if akin(terms(slot.name)[0] if slot.name else "", "rating") < 0.75 or not slot.value.isdigit():
        return []
    for holder in page.inside(form.item):
        if not holder.words & {"rating", "stars", "rate"} and not holder.words >= {"star"}:
            continue
        below = page.children(holder)
        like = [item for item in below if item.element is not None and not item.field]
        if 3 <= len(like) <= 10 and len({item.tag for item in like}) == 1 and not page.text(holder):
            count = int(slot.value)
            if 1 <= count <= len(like):
                return [Match(slot=slot, field=like[count - 1], mark=0.7, option=STAR)]
    return []


def _match(page: SitePage, form: Form, slot: Slot, field: Item) -> Match | None:
    """Return how a field answers to a value, or ``None`` where it does not."""
    called = _called(slot.name, field)
    if field.role in ("checkbox", "radio", "switch"):
        return _choice(page, slot, field)
    if field.drawn_list:
        stated = not slot.name and any(word in STATED for word in terms(field.label))
        mark = 0.55 if stated else called
        return Match(slot=slot, field=field, mark=mark, option=LIST) if mark >= 0.45 else None
    if field.tag == "select" or field.role == "listbox":
        option = _option(page, field, slot.value)
        if option is None or (slot.name and called < 0.45):
            return None
        return Match(slot=slot, field=field, mark=called if slot.name else 0.6, option=option)
    if field.role not in TEXTUAL and field.tag != "textarea":
        return None
    mark = called
    wanted = set(terms(slot.name))
    long_field = field.tag == "textarea" or field.states.get("multiline") == "true"
    if long_field and wanted & LONG:
        mark = max(mark, 0.62)
    if not long_field and "title" in wanted and called < 0.45:
        texts = [one for one in form.fields if one.role == "textbox" and one.tag == "input"]
        mark = max(mark, 0.46 if texts and texts[0].bid == field.bid else 0.0)
    if field.role == "spinbutton" and number_in(slot.value) is None:
        return None
    return Match(slot=slot, field=field, mark=mark) if mark >= 0.45 else None


def _called(name: str, field: Item) -> float:
    """Return how well a field's label or identifier answers to a name."""
    if not name:
        return 0.0
    shown = (field.label, field.attributes.get("placeholder", ""))
    own = " ".join(re.findall(r"[a-z]+|\d+", field.attributes.get("name", "").lower()))
    best = max((overlap(name, text) for text in shown if text), default=0.0)
    if own:
        best = max(best, 0.9 * overlap(name, own))
    label = field.label
    if label and set(content(name)) <= set(content(label)) and len(content(label)) <= 6:
        best = max(best, 0.72)
    if label and set(content(label)) <= set(content(name)):
        best = max(best, 0.6)
    return best


def _choice(page: SitePage, slot: Slot, field: Item) -> Match | None:
    """Return the match of a box or radio button: by its own label, in a group of the name."""
    said = slot.value.lower()
    if field.role == "radio":
        if not _same_value(slot.value, field.label):
            return None
        return Match(slot=slot, field=field, mark=0.75, option=field.label)
    mark = max(_called(slot.name, field), 0.0)
    if mark >= 0.6 and said in ("yes", "on", "true", "checked", "enabled", "no", "off", "false"):
        return Match(slot=slot, field=field, mark=mark, option=said)
    if same_words(slot.value, field.label):
        return Match(slot=slot, field=field, mark=0.7, option="yes")
    return None


def _option(page: SitePage, field: Item, value: str) -> str | None:
    """Return what the option says that stands for a value, or ``None``."""
    names = [item.name for item in page.inside(field) if item.role == "option" and item.name]
    exact = next((name for name in names if name.strip().lower() == value.strip().lower()), None)
    if exact is not None:
        return exact
    marks = [(_like(value, name), -place, name) for place, name in enumerate(names)]
    best = max(marks, default=(0.0, 0, ""))
    return best[2] if best[0] >= 0.6 else None


def _like(value: str, name: str) -> float:
    """Return how well an option's name answers to a value: ``4`` to ``4 stars``."""
    if _same_value(value, name):
        return 0.95
    wanted, shown = terms(value), terms(name.replace("_", " "))
    if wanted and shown[: len(wanted)] == wanted:
        return 0.85
    return max(overlap(value, name), 0.7 * (covered(value, name) == 1.0))


def _same_value(value: str, name: str) -> bool:
    plain = terms(value.replace("_", " "))
    return bool(plain) and plain == terms(name.replace("_", " "))


def holds(page: SitePage, match: Match) -> bool:
    """Return whether the field has its value already."""
    field, value = match.field, match.slot.value
    if field.role in ("checkbox", "switch"):
        return field.checked != (match.option in ("no", "off", "false"))
    if field.role == "radio":
        return field.checked
    if match.option == STAR:
        return False
    if match.option == LIST:
        return _like(value, field.value or page.text(field)) >= 0.85
    if match.option:
        return field.value.strip() == match.option.strip()
    shown = field.value
    if shown.split() == _typed(match).split():
        return True
    if field.role == "spinbutton" or field.attributes.get("type") == "number":
        return number_in(shown) is not None and number_in(shown) == number_in(value)
    return False


def setting(page: SitePage, match: Match) -> Action:
    """Return the action that gives a field its value, or the first of the two it takes."""
    if match.option == LIST:
        marks = [
            (_like(match.slot.value, page.text(one)), -one.order, one) for one in entries(page)
        ]
        best = max(marks, default=None, key=lambda one: one[:2])
        return click(best[2]) if best is not None and best[0] >= 0.6 else click(match.field)
    if match.field.role in ("checkbox", "radio", "switch") or match.option == STAR:
        return click(match.field)
    if match.option:
        return select(match.field, match.option)
    return fill(match.field, _typed(match))


def entries(page: SitePage) -> tuple[Item, ...]:
    """Return the entries of a list that a script has drawn and opened."""
    roles = ("option", "treeitem")
    return tuple(
        i for i in page.items if i.role in roles and i.tag != "option" and i.box is not None
    )


def _typed(match: Match) -> str:
    """Return a value as its field takes it: bare numbers into fields for numbers."""
    value, field = match.slot.value, match.field
    numeric = field.role == "spinbutton" or field.attributes.get("type") == "number"
    wanted = set(terms(f"{match.slot.name} {field.label}"))
    if numeric or (wanted & {"price", "cost", "amount", "discount", "stock", "value"}):
        found = re.search(r"-?\d[\d,]*(?:\.\d+)?", value)
        if found and re.fullmatch(r"[\u00a3$\u20ac]?\s*-?\d[\d,.]*\s*%?", value.strip()):
            return found.group().replace(",", "")
    return value


def submits(form: Form, verb: str, objects: Sequence[str]) -> list[tuple[float, Item]]:
    """Return the buttons that send a form with scores, best first; a preview comes last."""
    found = []
    for item in form.buttons:
        label = item.label or item.attributes.get("value", "")
        if NEVER.search(label) and not (
            verb in ("delete", "remove") and re.search(r"delete|remove", label, re.I)
        ):
            continue
        words = terms(label)
        if PREVIEW.search(label):
            found.append((0.6, item))
            continue
        sent = any(akin(word, other) == 1.0 for word in words for other in SENDING)
        told = any(akin(word, verb) >= 0.75 for word in words)
        about = any(akin(word, noun) >= 0.75 for word in words for noun in objects)
        typed = item.attributes.get("type") == "submit" or item.tag == "input"
        mark = 0.5 + 0.2 * sent + 0.12 * told + 0.08 * about + 0.08 * typed
        if re.search(r"\b(?:continue|another|draft)\b", label, re.I) and len(words) > 1:
            mark -= 0.15
        if sent or told or typed:
            found.append((min(0.95, mark), item))
    return sorted(found, key=lambda one: (-one[0], one[1].order))
