"""Lists whose items can be moved, and where an item must be dropped to take a place."""

from __future__ import annotations

from collections.abc import Sequence

from webpilot.offline.geometry import Box, Point, center
from webpilot.offline.page import Node, PageView

__all__ = ["in_reading_order", "landing", "sortable"]


def sortable(view: PageView) -> tuple[Node, ...]:
    """Return the list that can be sorted, in reading order: the longest run of like siblings.

    Lists named sortable or draggable come first, then lists of items, then any like siblings.
    """
    groups: list[tuple[tuple[int, int], tuple[Node, ...]]] = []
    for parent in view.visible:
        children = [c for c in view.children(parent) if c.visible and not c.instruction]
        by_tag: dict[str, list[Node]] = {}
        for child in children:
            if child.content and child.tag not in ("button", "input", "label", "br"):
                by_tag.setdefault(child.tag, []).append(child)
        for tag, items in by_tag.items():
            if len(items) < 2:
                continue
            said = {"sortable", "draggable", "sort", "handle"} & (parent.words | items[0].words)
            rank = 2 if said or items[0].attributes.get("draggable") == "true" else int(tag == "li")
            groups.append(((rank, len(items)), tuple(items)))
    best = max(groups, key=lambda group: group[0], default=None)
    return in_reading_order(best[1]) if best is not None else ()


def in_reading_order(items: Sequence[Node]) -> tuple[Node, ...]:
    """Return the items along the way the list runs."""
    axis = _axis(items)
    return tuple(sorted(items, key=lambda node: node.center[axis]))


def _axis(items: Sequence[Node]) -> int:
    """Return 1 for a list that runs down, 0 for one that runs across."""
    spread = [
        max(node.center[side] for node in items) - min(node.center[side] for node in items)
        for side in (0, 1)
    ]
    return 0 if spread[0] > spread[1] else 1


def landing(items: Sequence[Node], source: int, goal: int) -> Point:
    """Return where an item must be dropped to take another's position.

    Past the middle of the item that stands there, so that the list makes room on the right side.
    """
    axis = _axis(items)
    box: Box = items[goal].box or (0.0, 0.0, 0.0, 0.0)
    spot = list(center(box))
    spot[axis] += (0.3 if goal > source else -0.3) * box[2 + axis]
    return (spot[0], spot[1])
