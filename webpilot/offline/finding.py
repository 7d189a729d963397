"""Finds the nodes that answer to a description: by name, kind, row and place among its like."""

from __future__ import annotations

from webpilot.offline.looking import next_page
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.repetition import container, group_named
from webpilot.offline.targets import KINDS, Target, fit, score

__all__ = ["FOUND", "near", "ranked"]

FOUND = 0.55
"""Score from which a node on the page is taken to be the target, so that no looking is due."""


def ranked(view: PageView, target: Target, memory: Memory) -> list[tuple[float, Node]]:
    """Return the nodes that answer to the target with their scores, best first."""
    if target.number is not None:
        return _numbered(view, target, memory)
    scored = [(score(target, node), node) for node in view.clickable]
    plain = [
        (0.8 * score(target, node), node)
        for node in view.texts
        if not node.clickable and target.name and node.tag not in ("body", "label", "option")
    ]
    answers = [(mark, node) for mark, node in scored + plain if mark > 0.2]
    if target.within:
        answers = [(mark * _beside(view, node, target, answers), node) for mark, node in answers]
    best: dict[str, tuple[float, Node]] = {}
    for mark, node in answers:
        actual = _actionable(view, node)
        if actual.bid not in best or best[actual.bid][0] < mark:
            best[actual.bid] = (mark, actual)
    return sorted(best.values(), key=lambda pair: (-round(pair[0], 4), -pair[1].order))


def _actionable(view: PageView, node: Node) -> Node:
    """Return what a click on plain text is meant for: a control inside it or right after it."""
    if node.clickable:
        return node
    inner = [n for n in view.descendants(node) if n.clickable and n.visible]
    if inner:
        return inner[0]
    parent = view.node(node.parent)
    after = [n for n in view.children(parent) if n.order > node.order] if parent else []
    controls = [n for n in after[:1] if n.clickable and n.role in ("link", "button")]
    return controls[0] if controls and node.text.rstrip().endswith(":") else node


def near(view: PageView, node: Node | None, within: str) -> float:
    """Return 1 where the node stands in the innermost part of the page that shows the words."""
    if node is None:
        return 0.0
    holders = [n for n in view.visible if within.lower() in n.content.lower()]
    smallest = min(holders, key=lambda n: len(n.content), default=None)
    if smallest is None:
        return 0.0
    like = [n for n in view.visible if n.words == node.words and n.bid != node.bid]
    row = container(view, smallest, like)
    return float(any(above.bid == row.bid for above in view.ancestors(node)))


def _beside(view: PageView, node: Node, target: Target, answers: list[tuple[float, Node]]) -> float:
    """Return 1 where the node's row shows what the goal says of it, else a weak weight."""
    row = container(view, node, [other for _, other in answers if other.order != node.order])
    return 1.0 if target.within.lower() in row.content.lower() else 0.4


def _numbered(view: PageView, target: Target, memory: Memory) -> list[tuple[float, Node]]:
    """Return the nth of its like; the control to the next page where it lies further on."""
    assert target.number is not None
    if target.kind in KINDS:
        group = tuple(
            node
            for node in view.visible
            if node.enabled and fit(target, node) == 1.0 and score(target, node) > 0.2
        )
    else:
        group = group_named(view, target.name)
    if not group:
        return []
    if target.number == -1:
        return [(0.6, group[-1])]
    seen = _seen_before(view, memory, group)
    place = target.number - seen - 1
    if 0 <= place < len(group):
        return [(0.9, group[place])]
    onward = next_page(view, memory)
    return [(0.5, onward)] if onward is not None and place >= 0 else []


def _seen_before(view: PageView, memory: Memory, group: tuple[Node, ...]) -> int:
    """Return how many items of the group earlier pages of the same list showed."""
    if not group:
        return 0
    like, pages = (group[0].tag, group[0].role, group[0].words), {_names(group): len(group)}
    count = 0
    for earlier in memory.views(view)[:-1]:
        found = tuple(n for n in earlier.clickable if n.label and (n.tag, n.role, n.words) == like)
        if found and _names(found) not in pages and next_page(earlier, Memory()) is not None:
            pages[_names(found)] = len(found)
            count += len(found)
    return count


def _names(group: tuple[Node, ...]) -> tuple[str, ...]:
    """Return the labels of a group, to tell pages apart."""
    return tuple(node.label for node in group)
