"""SEARCH: one attempt at one subtask, from the current page to the best path found."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mcts.choose import choose
from mcts.config import SearchConfig
from mcts.frame import Frame, OnEvent, SearchRoles, Setting
from mcts.node import Node, Status
from mcts.protocols import Worlds
from mcts.record import move_to_dict, node_to_dict
from mcts.scale import score
from mcts.select import descend, settle
from mcts.tree import Tree
from webpilot.budget import Budget
from webpilot.errors import BudgetExhausted
from webpilot.types import Done, Infeasible, Outcome, Path, PathStep

__all__ = ["SearchResult", "SearchRoles", "Setting", "ignore", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What one search found."""

    tree: Tree
    best: int
    """Id of the chosen node; 0 (the root) for an empty path."""
    steps: tuple[PathStep, ...]
    """The actions from the search's root to the chosen node."""
    outcome: Outcome | None
    """How to stop there; ``None`` where nobody proposed or judged a stop."""
    accepted: bool
    """The chosen node was judged complete and scored at least the accept threshold."""
    stop_reason: str
    """One of done, infeasible, exhausted, budget, limit, drift.

    ``exhausted`` is this attempt's end (nothing left to try, or its rollouts are used); ``budget``
    is the episode's or the run's.
    """


def ignore(event: str, data: Mapping[str, object]) -> None:
    """Return ``None``: the listener that does nothing."""


async def search(
    worlds: Worlds,
    roles: SearchRoles,
    setting: Setting,
    *,
    root: Path,
    config: SearchConfig,
    budget: Budget,
    tree: Tree | None = None,
    on_event: OnEvent = ignore,
) -> SearchResult:
    """Return the best path that one attempt at a subtask finds from the end of ``root``.

    ``tree`` is grown where one is given, so that its owner has it even if the world fails. A budget
    that runs out ends the search with what it has. ``setting.remaining_actions`` bounds the path's
    length. Events (``node, restore, select, accept, drift, stop``) carry plain data.

    Raises:
        EnvironmentDown: the page or browser is gone.
        LLMError: a role could not be asked.
    """
    left = setting.remaining_actions
    if left is not None:
        config = replace(config, max_depth=min(config.max_depth, max(0, left)))
    tree = Tree(root, scale=config.scale_name) if tree is None else tree
    settle(tree, tree.root, config)
    async with worlds.lease() as world:
        frame = Frame(
            tree=tree,
            config=config,
            roles=roles,
            setting=setting,
            budget=budget,
            world=world,
            emit=on_event,
        )
        on_event("node", node_to_dict(tree.root))
        reason = await _explore(frame)
    return _result(frame, reason)


async def _explore(frame: Frame) -> str:
    """Return why exploring ended; the only place where a budget's end is caught."""
    config, budget = frame.config, frame.budget
    rollouts = itertools.count() if config.rollouts is None else range(config.rollouts)
    try:
        for _ in rollouts:
            if frame.tree.root.closed or frame.lost:
                break
            budget.charge("rollouts")
            node = await _rollout(frame)
            if node is not None and node.accepted and _enough(frame, node):
                return "done"
    except BudgetExhausted:
        return "budget"
    return "drift" if frame.lost else "exhausted"


async def _rollout(frame: Frame) -> Node | None:
    """Return the node of one rollout: SELECT, EXPAND, EVALUATE, BACKUP; ``None`` at the end.

    Where a chosen node has drifted, has nothing new to offer or gave an action that failed,
    selection starts again: none of these is worth a rollout.
    """
    tree, config = frame.tree, frame.config
    while not (tree.root.closed or frame.lost):
        leaf = descend(tree, config)
        frame.emit("select", {"path": [node.id for node in tree.lineage(leaf)]})
        if not await frame.reach(leaf):
            continue
        node = await config.expand(frame, leaf)
        if node is None:
            leaf.dry = True
            settle(tree, leaf, config)
            continue
        await _assess(frame, node)
        if node.status is not Status.DEAD:
            return node
    return None


async def _assess(frame: Frame, node: Node) -> None:
    """Return ``None`` once the node is evaluated, backed up and announced, budget or not.

    A failed action is reflected on and announced, but counts in no statistic.
    """
    tree, config = frame.tree, frame.config
    try:
        await config.evaluate(frame, node)
    finally:
        if not node.excluded:
            config.backup(tree, node, config)
        node.accepted = _acceptable(frame, node)
        settle(tree, node, config)
        if node.parent is not None:
            frame.emit("node", node_to_dict(node))
    if node.accepted:
        frame.emit("accept", {"node": node.id, "reward": node.reward})


def _confidence(frame: Frame, node: Node) -> float | None:
    # How sure the judge is does not depend on how many steps it took.
    return score(node.appraisal, 0, frame.config)


def _acceptable(frame: Frame, node: Node) -> bool:
    confidence = _confidence(frame, node)
    complete = node.completion is not None and node.completion.done
    if not complete or confidence is None or node.status is not Status.TERMINAL:
        return False
    return confidence >= frame.config.accept


def _enough(frame: Frame, node: Node) -> bool:
    confidence = _confidence(frame, node)
    if confidence is not None and confidence >= frame.config.confident:
        return True
    accepted = sum(each.accepted for each in frame.tree)
    return accepted >= frame.config.accepts


def _outcome(node: Node) -> Outcome | None:
    refused = isinstance(node.outcome, Infeasible) and not node.accepted
    if node.outcome is not None and not refused:
        return node.outcome
    if node.completion is None or not node.completion.done:
        return None
    return node.completion.outcome or Done(reason=node.completion.reason)


def _reason(frame: Frame, best: Node, ended: str) -> str:
    if best.accepted:
        return "infeasible" if isinstance(_outcome(best), Infeasible) else "done"
    drifted = any(node.status is Status.DRIFTED for node in frame.tree)
    if ended == "exhausted" and best is frame.tree.root and drifted:
        return "drift"
    limit = frame.setting.remaining_actions
    if ended == "exhausted" and limit is not None and best.depth >= limit:
        return "limit"
    return ended


def _result(frame: Frame, ended: str) -> SearchResult:
    tree = frame.tree
    best = choose(tree, frame.config)
    reason, outcome = _reason(frame, best, ended), _outcome(best)
    frame.emit(
        "stop",
        {
            "reason": reason,
            "best": best.id,
            "accepted": best.accepted,
            "nodes": len(tree),
            "outcome": None if outcome is None else move_to_dict(outcome),
        },
    )
    return SearchResult(
        tree=tree,
        best=best.id,
        steps=tree.steps(best),
        outcome=outcome,
        accepted=best.accepted,
        stop_reason=reason,
    )
