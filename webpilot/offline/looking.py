"""Ways to look for what is not in sight: sections, tabs, menus, tree nodes, pages, scrolling."""

from __future__ import annotations

from collections.abc import Iterable

from webpilot.offline.actions import click, mouse_move, scroll
from webpilot.offline.matching import fold
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["collapsed", "next_page", "ways_to_look"]

CLOSED_WORDS = frozenset({"collapsed", "expandable", "closed", "collapsible", "accordion"})
OPEN_WORDS = frozenset({"expanded", "open", "opened", "collapsable"})
MENU_WORDS = frozenset(
    {"menu", "hamburger", "more", "ellipsis", "dropdown", "caret", "toggle", "options", "kebab"}
)
ONWARD = frozenset({"next", "more", "load more", "show more", "older", "next page", "see more"})
ARROWS = frozenset({">", "»", "›", "→", ">>"})


def ways_to_look(view: PageView, memory: Memory) -> Iterable[Proposal]:
    """Yield actions that may bring something new into sight, the likeliest scored highest."""
    fresh = _fresh(view, memory)
    for node in collapsed(view):
        if not memory.clicked(node.bid):
            mark = 0.5 if node.bid in fresh else 0.45
            yield Proposal(action=click(view, node), score=mark, reason=f"opens '{node.label}'")
    for node in view.clickable:
        if memory.clicked(node.bid) or node.role in ("checkbox", "radio", "textbox"):
            continue
        if node.role == "tab" and not node.checked and node.expanded is None:
            yield Proposal(action=click(view, node), score=0.44, reason=f"shows '{node.label}'")
        elif node.states.get("hasPopup", "false") != "false" or (
            node.words & MENU_WORDS and node.role in ("button", "link", "generic", "")
        ):
            yield Proposal(action=click(view, node), score=0.35, reason=f"opens '{node.label}'")
    onward = next_page(view, memory)
    if onward is not None:
        yield Proposal(action=click(view, onward), score=0.4, reason="turns to the next page")
    yield from _wheel(view, memory)


def collapsed(view: PageView) -> tuple[Node, ...]:
    """Return the drawn controls of sections, branches and details that are closed."""
    return tuple(node for node in view.visible if node.enabled and _closed(view, node))


def _closed(view: PageView, node: Node) -> bool:
    """Return whether a click on the node opens something that is closed now."""
    if node.role == "combobox" or node.tag in ("select", "input"):
        return False
    if node.expanded is not None:
        return not node.expanded
    parent = view.node(node.parent)
    if parent is None or parent.tag != "li" or not node.text or node.tag == "ul":
        return False
    return bool(parent.words & CLOSED_WORDS) and not parent.words & OPEN_WORDS


def next_page(view: PageView, memory: Memory) -> Node | None:
    """Return the control that turns to the next page of a list, or ``None``."""
    numbers: list[Node] = []
    for node in view.clickable:
        name = node.label.strip()
        if name in ARROWS or fold(name) in ONWARD or (not name and "next" in node.words):
            last = memory.last
            stuck = last is not None and last.target is not None and last.target.bid == node.bid
            if not (stuck and last is not None and not last.changed):
                return node
        if name.isdigit() and node.role in ("link", "button"):
            numbers.append(node)
    return next((node for node in numbers[1:] if not memory.clicked(node.bid)), None)


def _fresh(view: PageView, memory: Memory) -> frozenset[str]:
    """Return the bids that the last action brought into sight."""
    last = memory.last
    if last is None:
        return frozenset()
    return frozenset(n.bid for n in view.visible) - {n.bid for n in last.before.visible}


def _wheel(view: PageView, memory: Memory) -> Iterable[Proposal]:
    """Yield scrolling of what can still be scrolled down."""
    for node in view.visible:
        if node.scroll is None or node.scroll[0] + node.scroll[2] >= node.scroll[1] - 1:
            continue
        last = memory.last
        hovering = last is not None and last.action.kind in ("mouse_move", "scroll")
        action = scroll(0, node.scroll[2] * 0.8) if hovering else mouse_move(view, *node.center)
        yield Proposal(action=action, score=0.25, reason="scrolls on to look further down")
        return
