"""Where a text to be typed comes from: the goal, a table, a label, another field, a sum."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from webpilot.offline.arithmetic import solve
from webpilot.offline.matching import similarity
from webpilot.offline.page import Node, PageView
from webpilot.offline.targets import Target

__all__ = ["Case", "Origin", "Source", "look_up", "resolve"]


class Origin(StrEnum):
    """Kinds of sources."""

    LITERAL = "literal"
    LABEL = "label"
    SHOWN = "shown"
    FIELD = "field"
    SUM = "sum"
    WORD = "word"


class Case(StrEnum):
    """What happens to the text before it is typed."""

    SAME = "same"
    UPPER = "upper"
    LOWER = "lower"
    TITLE = "title"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One text to be typed, to be resolved on the page."""

    origin: Origin
    text: str = ""
    """The literal, or the label to look up."""
    case: Case = Case.SAME
    field: Target | None = None
    """The field to copy from."""
    number: int | None = None
    """Place of the wanted word in its text, from 1; -1 is the last."""


def resolve(source: Source, view: PageView, field: Node) -> str | None:
    """Return the text to type into ``field``, or ``None`` where the page does not show it."""
    match source.origin:
        case Origin.LITERAL:
            text: str | None = source.text
        case Origin.LABEL:
            label = source.text or field.label
            text = look_up(view, label) or _crossing(view, label)
        case Origin.SHOWN:
            text = _shown(view)
        case Origin.FIELD:
            text = _copied(view, field, source.field)
        case Origin.WORD:
            text = _word(view, source.number)
        case Origin.SUM:
            text = next(
                (found for n in view.texts if (found := solve(n.content)) is not None), None
            ) or solve(" ".join(n.text for n in view.texts if n.tag not in ("button", "a")))
    return None if text is None else _cased(text, source.case)


def _cased(text: str, case: Case) -> str:
    """Return the text in the asked case."""
    changed = {
        Case.UPPER: text.upper(),
        Case.LOWER: text.lower(),
        Case.TITLE: text.title(),
        Case.REVERSED: text[::-1],
    }
    return changed.get(case, text)


def look_up(view: PageView, label: str) -> str | None:
    """Return the value that the page shows for a label: beside it in a row, or after a colon."""
    best: tuple[float, str | None] = (0.6, None)
    for node in view.texts:
        if node.tag == "label" or node.clickable:
            continue
        after = re.match(r"^([^:]{1,60}):\s+(.+)$", node.text)
        if after:
            mark = similarity(label, after.group(1))
            if mark > best[0]:
                best = (mark, after.group(2))
        mark = similarity(label, node.text.rstrip(" :"))
        if mark > best[0]:
            value = _next_in_row(view, node)
            best = (mark, value) if value else best
    return best[1]


def _next_in_row(view: PageView, node: Node) -> str | None:
    """Return the text that the node holds beside its own, or that of the sibling after it."""
    inner = [child.content for child in view.children(node) if child.content]
    if inner:
        return inner[0]
    if node.parent is None:
        return None
    parent = view.node(node.parent)
    siblings = view.children(parent) if parent is not None else ()
    later = [other for other in siblings if other.order > node.order and other.content]
    return later[0].content if later and not later[0].clickable else None


def _crossing(view: PageView, label: str) -> str | None:
    """Return the table cell of a label such as ``age of Ada``: first the column, then the row."""
    column, _, row = label.replace(" for ", " of ", 1).partition(" of ")
    heads = [n for n in view.visible if n.role == "columnheader" or n.tag == "th"]
    head = max(heads, key=lambda n: similarity(column, n.content), default=None)
    if not row or head is None or similarity(column, head.content) < 0.6:
        return None
    for line in view.visible:
        cells = [c for c in view.children(line) if c.tag in ("td", "th") or c.role == "cell"]
        if not any(similarity(row, cell.content) > 0.9 for cell in cells):
            continue
        wide = head.box[2] / 2 if head.box is not None else 0.0
        below = [c for c in cells if abs(c.center[0] - head.center[0]) <= wide]
        return below[0].content if below else None
    return None


def _shown(view: PageView) -> str | None:
    """Return the text the page shows for copying: what belongs to no control."""
    words = ("button", "label", "a", "option", "input", "textarea", "select", "th", "td")
    parts = [n for n in view.texts if n.tag not in words and not n.clickable]
    if not parts:
        return None
    by_parent: dict[str | None, list[str]] = {}
    for node in parts:
        by_parent.setdefault(node.parent, []).append(node.text)
    group = max(by_parent.values(), key=len)
    return "".join(group) if all(len(text) == 1 for text in group) else parts[0].text


def _word(view: PageView, number: int | None) -> str | None:
    """Return the nth word of the longest text on the page, without punctuation around it."""
    longest = max((n.text for n in view.texts if not n.clickable), key=len, default="")
    found = longest.split()
    if number is None or not found or number > len(found):
        return None
    return found[number - 1 if number > 0 else -1].strip(".,;:!?\"'()")


def _copied(view: PageView, field: Node, wanted: Target | None) -> str | None:
    """Return the value of another field than ``field``."""
    others = [n for n in view.visible if (n.role == "textbox" or n.tag == "textarea")]
    others = [n for n in others if n.bid != field.bid and n.value]
    if wanted is not None and wanted.number is not None:
        areas = [n for n in view.visible if n.role == "textbox" or n.tag == "textarea"]
        place = wanted.number - 1 if wanted.number > 0 else -1
        return areas[place].value if -len(areas) <= place < len(areas) else None
    return others[0].value if others else None
