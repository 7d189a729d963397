"""Goal-Oriented Selection and its variants: which child to follow, or to try something new.

A node that may still get a child offers a *slot*, which competes with its visited children the
way the paper's placeholder does, without being stored. Each selection returns the chosen child,
or ``None`` for the slot. Ties go to the oldest child, the slot last.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from mcts.node import Node, Status
from mcts.tree import Tree

if TYPE_CHECKING:
    from mcts.config import SearchConfig

__all__ = [
    "descend",
    "goal_oriented_selection",
    "greedy",
    "has_slot",
    "intuition_first",
    "puct",
    "settle",
    "uct",
]


def has_slot(tree: Tree, node: Node, config: SearchConfig) -> bool:
    """Return whether ``node`` may get another child.

    A child that failed or drifted leaves its place to another, ``config.retries`` times.
    """
    if node.status is not Status.OPEN or node.ended or node.dry or node.depth >= config.max_depth:
        return False
    children = tree.children(node)
    lost = sum(child.excluded for child in children)
    return len(children) - lost < config.branches and lost <= config.retries


def settle(tree: Tree, node: Node, config: SearchConfig) -> None:
    """Return ``None``, with ``closed`` made true to the facts at ``node`` and above it."""
    current: Node | None = node
    while current is not None:
        closed = not has_slot(tree, current, config) and all(
            child.closed for child in tree.children(current)
        )
        if closed == current.closed and current is not node:
            return
        current.closed = closed
        current = tree.parent(current)


def _best(
    tree: Tree,
    node: Node,
    config: SearchConfig,
    worth: Callable[[Node], float],
    fresh: Callable[[], float],
) -> Node | None:
    options = [child for child in tree.children(node) if not child.closed]
    best = max(options, key=worth, default=None)
    if not has_slot(tree, node, config):
        return best
    return best if best is not None and worth(best) >= fresh() else None


def _known(node: Node, config: SearchConfig) -> float:
    # An unscored child is as unknown as an untried one; its stand-in is never stored.
    return config.first_play if node.value is None else node.value


def goal_oriented_selection(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
    """Return argmax of ``U = M + w * P * sqrt(N_parent) / (1 + N)`` with the paper's constant P."""
    bonus = config.exploration * config.prior * math.sqrt(node.visits)
    return _best(
        tree,
        node,
        config,
        lambda child: _known(child, config) + bonus / (1 + child.visits),
        lambda: config.first_play + bonus,
    )


def uct(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
    """Return argmax of ``M + w * sqrt(ln N_parent / N)``; whatever is unvisited comes first."""

    def worth(child: Node) -> float:
        if not child.visits:
            return math.inf
        spread = math.log(max(1, node.visits)) / child.visits
        return _known(child, config) + config.exploration * math.sqrt(spread)

    return _best(tree, node, config, worth, lambda: math.inf)


def puct(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
    """Return argmax of ``M + w * P(a) * sqrt(N_parent) / (1 + N)`` with the policy's own priors.

    An untried proposal is expected to be worth what its parent is, less one step: a child that
    made progress is followed, one that lost ground gives way.
    """
    bonus = config.exploration * math.sqrt(node.visits)
    even = 1 / config.branches

    def prior(given: float | None) -> float:
        return even if given is None else given

    def worth(child: Node) -> float:
        given = child.candidate.prior if child.candidate else None
        return _known(child, config) + bonus * prior(given) / (1 + child.visits)

    def fresh() -> float:
        given = node.proposals[0].prior if node.proposals else None
        first = config.first_play if node.reward is None else node.reward - config.step_cost
        return first + bonus * prior(given)

    return _best(tree, node, config, worth, fresh)


def intuition_first(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
    """Return the next node of the policy's first line until that has come to its end; then PUCT.

    The paper's *initial intuition*, taken at its word: the first proposals are followed to a stop,
    the page's end or the depth limit before anything else is tried. So the path that a search-free
    agent would take is in the tree, however early its values give cause for doubt.
    """
    line = tree.first_line()
    if line[-1].closed or node not in line:
        return puct(tree, node, config)
    after = line.index(node) + 1
    return line[after] if after < len(line) else None


def greedy(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
    """Return the best child, or ``None`` while there is none: no exploration."""
    return _best(tree, node, config, lambda child: _known(child, config), lambda: -math.inf)


def descend(tree: Tree, config: SearchConfig) -> Node:
    """Return the node whose slot wins on the way down; the root must not be closed.

    Each walk starts at the root, so what a role is told is always the path to the current node,
    also after stepping back from an exhausted one.
    """
    node = tree.root
    while (child := config.select(tree, node, config)) is not None:
        node = child
    return node
