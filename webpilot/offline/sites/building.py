"""Builds a :class:`~webpilot.offline.sites.page.SitePage` of an observation.

The document's tree comes from what can be seen (cues), the order of its text from the accessibility
tree: an element's own text alone does not say what stands between its parts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from webpilot.observation import Cue, Element, Observation
from webpilot.offline.sites.page import FIELD_ROLES, Item, SitePage

__all__ = ["build_page"]

LINE = re.compile(
    r"^(\t*)(?:\[(\w+)\] )?(\w+)(?: ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))?", re.MULTILINE
)
FRAMES = frozenset({"nav", "header", "footer", "aside"})
FRAME_WORDS = frozenset(["mainmenu", "navbar", "masthead", "topbar", "sidebar", "topnav"])
FRAME_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary"})
CELLS = frozenset({"cell", "gridcell", "rowheader", "columnheader", "LayoutTableCell"})
SAYING = CELLS | {"StaticText", "heading", "link", "button", "tab", "menuitem", "term", "treeitem"}
"""Roles whose names are text that the page shows."""
ICON = frozenset({"icon", "fa", "glyphicon", "btn", "button", "link", "fas", "far", "js", "item"})
GLYPH = re.compile(r"[\ue000-\uf8ff]")
"""Signs of icon fonts."""
GLYPHS = "\ue000"
START = 60
"""Characters by which a run is found in an element's own text, which is cut off at 200."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the accessibility tree."""

    depth: int
    bid: str
    role: str
    name: str


def build_page(observation: Observation) -> SitePage:
    """Return the page that an observation shows."""
    items = _items(observation)
    places = {item.bid: item.order for item in items if item.bid}
    own = [" ".join(text.split()) for text in _own(observation, items)]
    runs, holders = _runs(_lines(observation.text), items, places, own)
    spans = _spans(items, holders)
    page = SitePage(
        items=tuple(items),
        runs=tuple(runs),
        holders=tuple(holders),
        spans=tuple(spans),
        error=observation.last_error,
        focused=observation.focused,
    )
    named = tuple(replace(item, label=_label(page, item)) for item in items)
    return SitePage(
        items=named,
        runs=page.runs,
        holders=page.holders,
        spans=page.spans,
        error=page.error,
        focused=page.focused,
    )


def _items(observation: Observation) -> list[Item]:
    """Return the drawn elements and the options of lists, without labels."""
    elements: dict[str, Element] = {}
    for element in observation.elements:
        if element.role != "RootWebArea":
            elements.setdefault(element.bid, element)
    cues = [cue for cue in observation.cues if cue.bid and cue.tag not in ("html", "head", "title")]
    drawn = {cue.bid for cue in cues}
    options: dict[str, list[Element]] = {}
    for element in elements.values():
        if element.role == "option" and element.bid not in drawn and element.parent:
            options.setdefault(element.parent, []).append(element)
    items: list[Item] = []
    places: dict[str, int] = {}
    for cue in cues:
        parent = places.get(cue.parent or "")
        framed = parent is not None and items[parent].chrome
        item = _item(len(items), cue, elements.get(cue.bid), parent, framed=framed)
        places[cue.bid] = item.order
        items.append(item)
        items += [
            _option(len(items) + place, option, item)
            for place, option in enumerate(options.get(cue.bid, ()))
        ]
    return _ended(items)


def _item(
    order: int, cue: Cue, element: Element | None, parent: int | None, *, framed: bool
) -> Item:
    role = element.role if element is not None else ""
    return Item(
        order=order,
        bid=cue.bid,
        role=role,
        tag=cue.tag,
        name=" ".join(GLYPH.sub(" ", element.name).split()) if element is not None else "",
        value=(element.value or "") if element is not None else "",
        parent=parent,
        words=frozenset(cue.words),
        attributes=dict(cue.attributes),
        states=dict(element.states) if element is not None else {},
        box=cue.box,
        chrome=framed
        or cue.tag in FRAMES
        or role in FRAME_ROLES
        or bool(FRAME_WORDS & set(cue.words)),
        element=element,
    )


def _option(order: int, element: Element, holder: Item) -> Item:
    return Item(
        order=order,
        bid=element.bid,
        role="option",
        tag="option",
        name=element.name,
        parent=holder.order,
        states=dict(element.states),
        chrome=holder.chrome,
        element=element,
    )


def _ended(items: list[Item]) -> list[Item]:
    """Return the items with the position after their last descendant."""
    ends = [item.order + 1 for item in items]
    for item in reversed(items):
        if item.parent is not None:
            ends[item.parent] = max(ends[item.parent], ends[item.order])
    return [replace(item, end=ends[item.order]) for item in items]


def _own(observation: Observation, items: Sequence[Item]) -> list[str]:
    texts = {cue.bid: cue.text for cue in observation.cues}
    return [texts.get(item.bid, "") for item in items]


def _lines(text: str) -> list[Line]:
    """Return the tree's lines, those of documents (address and title) left out."""
    found = []
    for match in LINE.finditer(text):
        depth, bid, role, name = match.groups()
        said = " ".join(str(ast.literal_eval(name)).split()) if name else ""
        plain = " ".join(GLYPH.sub(" ", said).split())
        if said and not plain and role == "StaticText":
            plain = GLYPHS  # an icon; which one, its class words tell
        if role != "RootWebArea":
            found.append(Line(len(depth), bid or "", role, plain))
    return found


def _runs(
    lines: Sequence[Line], items: Sequence[Item], places: dict[str, int], own: Sequence[str]
) -> tuple[list[str], list[int]]:
    """Return the text run by run, each with the position of the item that shows it."""
    runs: list[str] = []
    holders: list[int] = []
    stack: list[tuple[int, int]] = []
    last, said, icon = 0, -1, 0
    for number, line in enumerate(lines):
        while stack and stack[-1][0] >= line.depth:
            stack.pop()
        outer = stack[-1][1] if stack else 0
        place = places.get(line.bid)
        if place is not None:
            stack.append((line.depth, place))
        if 0 <= said < line.depth:
            continue
        said = line.depth if _whole(lines, number) else -1
        if not line.name or line.role not in SAYING or (said < 0 and line.role != "StaticText"):
            continue
        if place is None:
            if not items:
                continue
            from_ = max(last, icon) if line.name == GLYPHS else last
            place = _holder(line.name, items, own, outer, from_)
        text = line.name
        if text == GLYPHS:
            icon = place
            told = " ".join(sorted(items[place].words - ICON))
            if not told:
                continue
            text = f"{told}:"
        runs.append(text)
        holders.append(place)
        last = place
    return runs, holders


def _whole(lines: Sequence[Line], number: int) -> bool:
    """Return whether a line's name stands for all that is inside it, or nothing inside is text."""
    line = lines[number]
    if line.role in FIELD_ROLES:
        return True
    if line.role not in SAYING or not line.name or line.role == "StaticText":
        return False
    if line.role not in CELLS:
        return True
    for later in lines[number + 1 :]:
        if later.depth <= line.depth:
            break
        if later.role in FIELD_ROLES:
            return False
    return True


def _holder(text: str, items: Sequence[Item], own: Sequence[str], outer: int, last: int) -> int:
    """Return the position of the item inside ``outer`` whose own text the run is."""
    start = text[:START]
    end = items[outer].end
    if text == GLYPHS:
        fresh = (
            p for p in range(max(outer, last) + 1, end) if not own[p] and items[p].words & ICON
        )
        return next((p for p in fresh if items[p].end == p + 1), outer)
    # what goes on after a part of it belongs to the same element
    place: int | None = items[last].parent if last < len(items) else None
    while place is not None and place >= outer:
        if start in own[place]:
            return place
        place = items[place].parent
    after = (p for p in range(max(outer, last), end) if start in own[p])
    before = (p for p in range(min(last, end) - 1, outer - 1, -1) if start in own[p])
    return next(after, next(before, outer))


def _spans(items: Sequence[Item], holders: Sequence[int]) -> list[tuple[int, int]]:
    """Return for each item its first run and the one after its last."""
    spans = [(0, 0)] * len(items)
    for run, holder in enumerate(holders):
        place: int | None = holder
        while place is not None:
            first, last = spans[place]
            spans[place] = (run, run + 1) if first == last else (min(first, run), run + 1)
            place = items[place].parent
    return spans


def _label(page: SitePage, item: Item) -> str:
    """Return what the page calls an item."""
    if item.field:
        return _field_label(page, item)
    for name in (item.name, *(item.attributes.get(key, "") for key in ("aria-label", "title"))):
        if name.strip():
            return " ".join(name.split())
    text = page.text(item)
    if text or not item.link:
        return text if len(text) <= 200 else ""
    icons = set(item.words).union(*(inner.words for inner in page.inside(item)))
    return " ".join(sorted(icons - ICON))


def _field_label(page: SitePage, item: Item) -> str:
    """Return a field's name, else the text right before it, else its placeholder."""
    if item.name.strip() and not (item.drawn_list and item.name.strip() == item.value.strip()):
        return item.name.strip()
    if item.attributes.get("aria-label"):
        return item.attributes["aria-label"]
    before = [
        run
        for run, holder in enumerate(page.holders)
        if holder < item.order and page.runs[run].strip(" :*")
    ]
    wrapped = (
        above for above in page.above(item) if above.tag in ("td", "p", "li", "div", "label")
    )
    nearest = next(iter(wrapped), None)
    if before and nearest is not None:
        text = page.runs[before[-1]]
        between = range(page.holders[before[-1]] + 1, item.order)
        if not any(page.items[p].field for p in between) and len(text) <= 120:
            return text.strip(" :*")
    return item.attributes.get("placeholder", "") or item.attributes.get("name", "")
