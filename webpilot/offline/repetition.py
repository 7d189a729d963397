"""Repeated structure: rows, cards and result lists, and the nth of them."""

from __future__ import annotations

from collections.abc import Sequence

from webpilot.offline.matching import stem, words
from webpilot.offline.page import Node, PageView

__all__ = ["alike", "container", "group_named"]


def alike(nodes: Sequence[Node]) -> list[tuple[Node, ...]]:
    """Return the nodes grouped by tag, role and class words, largest group first."""
    groups: dict[tuple[str, str, frozenset[str]], list[Node]] = {}
    for node in nodes:
        plain = frozenset(word for word in node.words if not any(c.isdigit() for c in word))
        groups.setdefault((node.tag, node.role, plain), []).append(node)
    return sorted((tuple(group) for group in groups.values()), key=lambda group: -len(group))


def container(view: PageView, node: Node, others: Sequence[Node]) -> Node:
    """Return the widest enclosing node that holds none of ``others``: the node's row or card.

    What encloses the node, or lies inside it, is no rival of its.
    """
    own = {node.bid, *(a.bid for a in view.ancestors(node))}
    own |= {inner.bid for inner in view.descendants(node)}
    taken: set[str] = set()
    for other in others:
        if other.bid not in own:
            taken |= {other.bid, *(ancestor.bid for ancestor in view.ancestors(other))}
    widest = node
    for ancestor in view.ancestors(node):
        if ancestor.bid in taken:
            break
        widest = ancestor
    return widest


def group_named(view: PageView, noun: str) -> tuple[Node, ...]:
    """Return the group of like clickable nodes that the noun names best, in document order.

    Page numbers and form controls are no results; where the noun names no class, the largest
    group of links or pointers is taken.
    """
    wanted = set(words(noun))
    nodes = [
        node
        for node in view.clickable
        if node.label and not node.label.strip().isdigit() and not node.editable
    ]
    best: tuple[float, tuple[Node, ...]] = (0.0, ())
    for group in alike(nodes):
        around = set(group[0].words)
        for ancestor in list(view.ancestors(group[0]))[:2]:
            around |= ancestor.words
        named = len(wanted & {stem(word) for word in around})
        linked = 0.5 if group[0].role in ("link", "listitem") else 0.0
        mark = named + linked + min(len(group), 10) / 20
        if mark > best[0]:
            best = (mark, group)
    return best[1]
