"""Shipped searchers keep their promises; for each promise, a searcher that breaks it is told so."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from mcts.config import SearchConfig
from mcts.contract import ContractBroken, check_searcher
from mcts.evaluate import Lessons
from mcts.expand import ranked
from mcts.frame import Frame
from mcts.node import Node, Status
from mcts.protocols import NodeContext, Reflector
from mcts.searchers import TABLES, greedy, override, paper, webpilot
from mcts.tree import Tree
from webpilot.errors import BrowserLost, EnvironmentDown
from webpilot.types import Action, Candidate, Reflection, ReflectionScope

ABLATIONS: list[dict[str, str]] = [
    {"select": "goal_oriented", "evaluate": "no_simulation", "reflect": "no_child_reflection"},
    {"select": "uct", "expand": "one_at_a_time", "backup": "mean", "fall_back": "best_leaf"},
    {"select": "puct", "evaluate": "trust_policy", "reflect": "no_sibling_reflection"},
    {"select": "greedy", "evaluate": "always_simulate", "reflect": "no_reflection"},
]


@pytest.mark.parametrize("searcher", [paper, webpilot, greedy])
def test_each_shipped_searcher_keeps_its_promises(searcher: Callable[[], SearchConfig]) -> None:
    check_searcher(searcher())


@pytest.mark.parametrize("changes", ABLATIONS, ids=lambda changes: changes["select"])
def test_each_ablation_keeps_them_too(changes: dict[str, str]) -> None:
    check_searcher(override(webpilot(), **changes))


def test_no_function_of_a_searcher_is_left_out() -> None:
    used = {getattr(shipped(), name) for shipped in (paper, webpilot, greedy) for name in TABLES}
    tried = {TABLES[field][name] for changes in ABLATIONS for field, name in changes.items()}
    assert {each for table in TABLES.values() for each in table.values()} == used | tried


def test_the_check_runs_where_a_loop_is_running_already() -> None:
    async def notebook() -> None:
        check_searcher(greedy())

    asyncio.run(notebook())


def broken(**changes: object) -> str:
    with pytest.raises(ContractBroken) as raised:
        check_searcher(replace(webpilot(), **changes))  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)
    return raised.value.promise


def test_a_scale_that_turns_good_into_bad_is_told_so() -> None:
    promise = "searcher: more points never give a lower value, more steps never a higher one"
    assert broken(scale=lambda points, depth, config: -points) == promise
    assert broken(scale=lambda points, depth, config: points + depth) == promise


def test_an_error_of_the_searchers_own_is_told() -> None:
    def select(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
        raise KeyError("M")

    assert broken(select=select) == "searcher: a search raises nothing of its own"


def test_a_selection_that_never_comes_down_is_told_so() -> None:
    def select(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
        return node

    assert broken(select=select) == "searcher: a search ends"


def test_a_backup_that_counts_twice_or_leaves_the_scale_is_told_so() -> None:
    def twice(tree: Tree, node: Node, config: SearchConfig) -> None:
        webpilot().backup(tree, node, config)
        webpilot().backup(tree, node, config)

    def boosted(tree: Tree, node: Node, config: SearchConfig) -> None:
        webpilot().backup(tree, node, config)
        node.value = None if node.value is None else node.value + 1

    for backup in (twice, boosted):
        assert broken(backup=backup) == "searcher: the tree stays sound"


async def _pressing(frame: Frame, node: Node) -> Node | None:
    """Act on the page before anything is charged for it."""
    await frame.world.step(Action(kind="click", args=("up",)))
    return await ranked(frame, node)


async def _overdrawing(frame: Frame, node: Node) -> Node | None:
    """Book what the budget was never asked for."""
    frame.budget.record("explored_steps", 2)
    return await ranked(frame, node)


@pytest.mark.parametrize("expand", [_pressing, _overdrawing])
def test_a_step_beside_the_budget_is_told(expand: Callable[..., object]) -> None:
    promise = "searcher: no budget is exceeded and every step is charged"
    assert broken(expand=expand) == promise


async def _two_at_once(frame: Frame, node: Node) -> Node | None:
    child = await ranked(frame, node)
    if child is None or child.status is not Status.OPEN or child.ended:
        return child
    proposed = await frame.roles.policy.propose(frame.context(child), 1)
    return await frame.grow(child, proposed[0]) if proposed else child


def test_a_path_beyond_the_depth_is_told() -> None:
    promise = "searcher: no path is longer than the actions left and max_depth allow"
    assert broken(expand=_two_at_once) == promise


def test_a_memory_from_search_to_search_is_told() -> None:
    count = itertools.count()

    async def reflect(reflector: Reflector, context: NodeContext) -> Lessons:
        text = f"lesson {next(count)}"
        return Lessons(child=Reflection(scope=ReflectionScope.CHILD, text=text))

    assert broken(reflect=reflect) == "searcher: the same seed grows the same tree"


async def _imagined(frame: Frame, node: Node) -> Node | None:
    """Take the parent's page for the child's, and go nowhere."""
    candidates = await frame.roles.policy.propose(frame.context(node), 5)
    known = {child.action for child in frame.tree.children(node)}
    fresh: list[Candidate] = [each for each in candidates if each.move not in known]
    return frame.tree.add(node, fresh[0], node.observation) if fresh else None


def test_a_path_that_was_never_walked_is_told() -> None:
    assert broken(expand=_imagined) == "searcher: the chosen path replays from the root"


def test_a_drifted_choice_is_told() -> None:
    def fall_back(tree: Tree) -> Node:
        return next((node for node in tree if node.status is Status.DRIFTED), tree.root)

    assert broken(fall_back=fall_back) == "searcher: no drifted node is chosen"


def test_going_back_to_a_drifted_page_is_told() -> None:
    def select(tree: Tree, node: Node, config: SearchConfig) -> Node | None:
        drifted = [child for child in tree.children(node) if child.status is Status.DRIFTED]
        return drifted[0] if drifted else webpilot().select(tree, node, config)

    assert broken(select=select) == "searcher: no drifted node is gone to again"


async def _brave(frame: Frame, node: Node) -> Node | None:
    """Take a lost browser for a page with nothing left to try."""
    try:
        return await ranked(frame, node)
    except EnvironmentDown:
        return None


async def _fearful(frame: Frame, node: Node) -> Node | None:
    raise BrowserLost("it looked odd")


@pytest.mark.parametrize("expand", [_brave, _fearful])
def test_a_lost_browser_can_be_neither_hidden_nor_made_up(expand: Callable[..., object]) -> None:
    assert broken(expand=expand) == "searcher: a lost world ends the search with its error"
