"""Which path is taken when the search has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcts.node import Node
from mcts.tree import Tree

if TYPE_CHECKING:
    from mcts.config import SearchConfig

__all__ = ["best_leaf", "choose", "first_line"]


def choose(tree: Tree, config: SearchConfig) -> Node:
    """Return the accepted node with the highest reward, else what ``config.fall_back`` gives."""
    accepted = [node for node in tree if node.accepted and not node.excluded]
    return max(accepted, key=_reward) if accepted else config.fall_back(tree)


def best_leaf(tree: Tree) -> Node:
    """Return the leaf with the highest reward, scored ones first: the paper's forced end."""
    leaves = [
        node
        for node in tree
        if not node.excluded and all(child.excluded for child in tree.children(node))
    ]
    return max(leaves, key=_reward)


def first_line(tree: Tree) -> Node:
    """Return the end of the policy's first line.

    Where no end was judged complete, the scores say only that the judge is not convinced: no
    reason to leave what the policy thought best in the first place.
    """
    return tree.first_line()[-1]


def _reward(node: Node) -> tuple[bool, float]:
    return (node.reward is not None, node.reward or 0.0)
