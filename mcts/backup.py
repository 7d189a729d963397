"""Maximal Value Backpropagation and its variant: what one evaluated node does to its ancestors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcts.node import Node, Status
from mcts.tree import Tree

if TYPE_CHECKING:
    from mcts.config import SearchConfig

__all__ = ["exclude", "maximal_value_backup", "mean_backup"]


def _visit(node: Node) -> None:
    node.visits += 1
    if node.reward is not None:
        node.value = node.mean = node.reward
        node.scored += 1


def _average(node: Node, addition: float) -> None:
    node.scored += 1
    mean = node.mean or 0.0
    node.mean = mean + (addition - mean) / node.scored


def maximal_value_backup(tree: Tree, node: Node, config: SearchConfig) -> None:
    """Return ``None`` after ``M := max(M, M_child)`` up to the root.

    A parent's M keeps its own reward. Q is bookkeeping, discounted by ``config.discount`` a level.
    Unscored nodes count as visits and change no value.
    """
    _visit(node)
    below = node
    for parent in tree.ancestors(node):
        parent.visits += 1
        if below.value is not None and node.reward is not None:
            _average(parent, config.discount * below.value)
            parent.value = below.value if parent.value is None else max(parent.value, below.value)
        below = parent


def mean_backup(tree: Tree, node: Node, config: SearchConfig) -> None:
    """Return ``None`` after M and Q became the plain mean of all rewards at and below each node."""
    del config
    _visit(node)
    for parent in tree.ancestors(node):
        parent.visits += 1
        if node.reward is not None:
            _average(parent, node.reward)
            parent.value = parent.mean


def exclude(tree: Tree, node: Node, config: SearchConfig) -> list[int]:
    """Return the ids of ``node`` and all below it, now drifted and counted nowhere.

    The remaining backups are replayed in creation order, so every value is what it would be had
    the excluded nodes never been scored, whatever the backup function.
    """
    lost = [node, *tree.descendants(node)]
    for each in lost:
        each.status = Status.DRIFTED
        each.closed = True
        each.accepted = False
    own = {
        each.id: each.visits - sum(child.visits for child in tree.children(each)) for each in tree
    }
    for each in tree:
        each.visits = each.scored = 0
        each.value = each.mean = None
    for each in tree:
        if own[each.id] and each.status is not Status.DRIFTED:
            config.backup(tree, each, config)
    return [each.id for each in lost]
