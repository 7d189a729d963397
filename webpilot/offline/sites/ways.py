"""Ways to what a goal names: links, menus, category trees, searches, further pages of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webpilot.offline.sites.errand import Errand, TaskKind
from webpilot.offline.sites.forms import filters, finds
from webpilot.offline.sites.moves import Move, back, click, fill, press
from webpilot.offline.sites.page import Item, SitePage, searches
from webpilot.offline.sites.relevance import fits_place, names_thing, nouns
from webpilot.offline.sites.structure import groups, next_link
from webpilot.offline.sites.trail import Trail
from webpilot.offline.sites.wording import akin, content, covered, nearness, overlap, related

__all__ = ["TRIED", "opens", "queries", "search_box", "submit_of", "ways"]

TRIED = 0.12
"""What is left of a way that was taken before."""
LEAVING = re.compile(
    r"\b(?:log ?out|sign ?out|logout|delete|remove|unsubscribe|cancel|report abuse|reset|flag)\b",
    re.I,
)
DOING = re.compile(
    r"^(?:add|buy|like|upvote|downvote|subscribe|follow|approve|reject|submit|save|post|send|write|new|create|edit|reply|update|confirm|apply|mark)\b",
    re.IGNORECASE,
)
NAMING = ["keyword", "name", "title", "product", "search"]
ARROW = frozenset(["chevron", "caret", "angle", "arrow"])
OPENERS = frozenset(["edit", "view", "detail", "manage", "change", "open"])
CLOSING = frozenset(["close", "dismiss"])
OPENING = frozenset(
    ["dropdown", "toggle", "menu", "hamburger", "navbar", "toggler", "collapse", "accordion"]
)


def ways(errand: Errand, trail: Trail) -> list[Move]:
    """Return the ways to go on from the page at hand, in no order; none of them changes anything."""
    page = trail.page
    found = [*_searching(errand, trail)]
    here = _rows_about(page, errand)
    menu = related(nouns(errand), own=errand.own)
    for item in page.links:
        sorts = any(above.tag == "th" or above.role == "columnheader" for above in page.above(item))
        if sorts or item.states.get("expanded", "false") not in ("false", "False"):
            continue  # a click would close what is open
        score, why = _score(page, item, errand, here, menu)
        if score < 0.1 or not _harmless(page, item):
            continue
        if trail.followed(page, item):
            score *= TRIED
        found.append(Move(action=click(item), score=min(0.97, score), reason=why))
    onward = next_link(page)
    named = errand.thing or errand.person
    if onward is not None and named and groups(page):
        placed = errand.place and fits_place(errand.place, page.title) >= 0.7
        score = 0.5 if placed or trail.typed() else 0.22
        found.append(Move(action=click(onward), score=score, reason="turns to the next page"))
    backs = sum(step.action.kind == "go_back" for step in trail.steps)
    if any(step.moved for step in trail.steps) and backs < 3 and not trail.page.error:
        found.append(Move(action=back(), score=0.21, reason="nothing here leads on"))
    return found


def _harmless(page: SitePage, item: Item) -> bool:
    """Return whether a click on an item only shows something."""
    if LEAVING.search(item.label) or item.words & CLOSING or item.label.strip() in ("\u00d7", "x"):
        return False
    if item.role != "button":
        return not DOING.match(item.label)
    return opens(page, item)


def opens(page: SitePage, item: Item) -> bool:
    """Return whether an item opens a menu or a section."""
    arrow = any({"down"} & inner.words and ARROW & inner.words for inner in page.inside(item))
    popup = item.states.get("hasPopup", "false") != "false" or "expanded" in item.states
    return popup or arrow or bool(item.words & OPENING) or item.role in ("tab", "menuitem")


def _score(
    page: SitePage, item: Item, errand: Errand, here: list[Item], menu: dict[str, float]
) -> tuple[float, str]:
    """Return how likely an item leads to what the errand names, and why."""
    label = item.label
    shut = item.states.get("expanded", "") == "false"
    options: list[tuple[float, str]] = [(0.0, "")]
    if errand.thing:
        mark = names_thing(errand.thing, label)
        if item.chrome:  # what frames the pages names hardly any one thing, and then in full
            mark = overlap(errand.thing, label) * (
                1.0 if covered(label, errand.thing) > 0.5 else 0.4
            )
        options.append((mark * 0.97, f"'{label}' is '{errand.thing}'"))
    if errand.person:
        options.append(
            (
                names_thing(errand.person, label) * (0.45 if errand.thing else 0.9),
                f"'{label}' is {errand.person}",
            )
        )
    if errand.place:
        weight = 0.72 if errand.thing else 0.95
        options.append((fits_place(errand.place, label) * weight, f"'{label}' is the place"))
    for name in errand.others:
        options.append((names_thing(name, label) * 0.5, f"'{label}' is '{name}'"))
    if any(page.holds(row, item) for row in here) and item.role == "link":
        both = bool(errand.thing and errand.person)
        if errand.kind is TaskKind.MUTATE and set(content(label)) & OPENERS:
            options.append((0.88, f"'{label}' opens what is to be changed"))
        options.append(
            (
                0.8 if both else 0.62,
                f"'{label}' stands in the row of '{errand.thing or errand.person}'",
            )
        )
    words = content(label)
    if words and menu:
        met = sum(nearness(word, menu) for word in words) / len(words)
        best_word = max(nearness(word, menu) for word in words)
        why = f"'{label}' is where such things are"
        named = sum(set(content(value)) <= set(words) for value in errand.values)
        options.append((0.42 * met + 0.12 * best_word + 0.15 * min(1, named), why))
    if opens(page, item) and (shut or not item.states.get("expanded")):
        account = errand.own and bool({"account", "profile"} & menu.keys()) and item.chrome
        options.append((0.4 if account else 0.24, f"opens '{label}'"))
    if (errand.thing or errand.person) and content(label) == ("search",):
        options.append((0.5, "leads to the search"))
    best = max(options, key=lambda option: option[0])
    column = errand.extreme.column if errand.extreme is not None else ""
    if column and any(akin(column, word) >= 0.85 for word in words):
        best = (best[0] + 0.15, best[1])
    return (best[0] * (0.98 if item.chrome else 1.0), best[1])


def _rows_about(page: SitePage, errand: Errand) -> list[Item]:
    """Return the rows and cards that bear the thing's name."""
    name = errand.thing or errand.person
    if not name:
        return []
    rows = [
        record
        for group in groups(page)
        for record in group.records
        if names_thing(name, record.title) >= 0.8
        or any(names_thing(name, cell) >= 0.85 for cell in record.cells)
    ]
    words = (*errand.values, errand.person if errand.thing else "")
    near = [r for r in rows if all(covered(word, r.text) >= 0.7 for word in words if word)]
    return [record.item for record in (near or rows)]


def search_box(page: SitePage, errand: Errand) -> Item | None:
    """Return the field that finds what the errand names, or ``None``.

    That is the site's own search, else the field of a filter whose label fits best.
    """
    boxes = [item for item in page.fields if searches(item)]
    # the site's own search stands in its frame; others narrow a list down
    own = min(boxes, key=lambda item: (not item.chrome, item.order), default=None)
    if own is not None:
        return own
    name = errand.thing or errand.person
    kinds = ["number"] if re.fullmatch(r"#?\d+", name) else ["email"] if "@" in name else NAMING
    best: tuple[float, Item] | None = None
    for form in filters(page):
        for field in form.fields:
            if errand.person and _for_people(field):
                return field
            if field.role not in ("textbox", "searchbox") or field.tag == "select":
                continue
            mark = max(overlap(kind, field.label) for kind in kinds)
            if best is None or mark > best[0]:
                best = (mark, field)
    return None if best is None else best[1]


def _for_people(field: Item) -> bool:
    """Return whether a filter's field takes the name of a person."""
    people = ("customer", "user", "author", "reviewer", "member")
    return field.role == "textbox" and any(overlap(word, field.label) >= 0.45 for word in people)


def queries(errand: Errand) -> tuple[str, ...]:
    """Return what to search for, narrowest first."""
    name = errand.thing or errand.person or errand.place
    if not name:
        return ()
    words = [word for word in re.findall(r"[^\s\"',;:()]+", name) if content(word)]
    longest = max(words, key=len, default="")
    tries = [name, " ".join(words[:3]), longest]
    return tuple(dict.fromkeys(text for text in tries if text))


def _searching(errand: Errand, trail: Trail) -> Iterator[Move]:
    """Yield filling in the site's search, then sending it; a wider query where one found nothing."""
    page = trail.page
    box = search_box(page, errand)
    if box is None:
        return
    typed = trail.typed()
    last = trail.last
    if last is not None and last.action.kind == "fill" and last.target is not None:
        if finds(last.before, last.target) and not last.failed:
            button = submit_of(page, box)
            if button is not None:
                yield Move(action=click(button), score=0.93, reason="sends the search")
            sure = 0.6 if button is not None else 0.93
            yield Move(action=press("Enter"), score=sure, reason="Enter sends the search")
            return
    tries = (errand.person,) if errand.person and _for_people(box) else queries(errand)
    fresh = [query for query in tries if query not in typed]
    if fresh:
        worth = 0.6 if errand.thing else 0.5
        if re.fullmatch(r"#?\d+", fresh[0]):
            worth = 0.35  # a number is found in lists, hardly ever by words
        score = worth - 0.12 * len(typed)
        yield Move(action=fill(box, fresh[0]), score=score, reason=f"searches for '{fresh[0]}'")


def submit_of(page: SitePage, box: Item) -> Item | None:
    """Return the button that sends a search, or ``None``."""
    form = next((above for above in page.above(box) if above.tag == "form"), None)
    if form is None:
        return None
    buttons = [item for item in page.inside(form) if item.role == "button" and item.active]
    after = [item for item in buttons if item.order > box.order]
    return next(iter(after or buttons), None)
