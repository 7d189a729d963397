"""Whether a searcher keeps its promises, tried on grids with faults, noise and small budgets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from mcts.config import SearchConfig
from mcts.contract.cases import GridCase, grid_cases
from mcts.contract.promises import ContractBroken, Promise
from mcts.gridroles import GridAppraiser, GridPolicy, GridReflector
from mcts.gridworld import GridWorld
from mcts.node import Node, Status
from mcts.protocols import NodeContext, Restored, Transition, World
from mcts.search import SearchResult, SearchRoles, Setting, search
from mcts.tree import Tree
from webpilot.budget import Budget
from webpilot.errors import BrowserLost, WebPilotError
from webpilot.observation import Observation
from webpilot.plan import Subtask
from webpilot.types import Action, Candidate, Path

__all__ = ["check_searcher"]

ORDERED = Promise("searcher: more points never give a lower value, more steps never a higher one")
QUIET = Promise("searcher: a search raises nothing of its own")
ENDING = Promise("searcher: a search ends")
SOUND = Promise("searcher: the tree stays sound")
FRUGAL = Promise("searcher: no budget is exceeded and every step is charged")
SHORT = Promise("searcher: no path is longer than the actions left and max_depth allow")
REPEATABLE = Promise("searcher: the same seed grows the same tree")
TRUE = Promise("searcher: the chosen path replays from the root")
STEADY = Promise("searcher: no drifted node is chosen")
WARY = Promise("searcher: no drifted node is gone to again")
HONEST = Promise("searcher: a lost world ends the search with its error")

PATIENCE = 50_000
"""Turns of one search; an honest one takes a few thousand at most."""


@dataclass(slots=True, kw_only=True)
class _Watched:
    """A grid's world and policy, seen at every turn; whoever takes too many does not end."""

    world: GridWorld
    policy: GridPolicy
    case: GridCase
    turns: int = 0
    steps: int = 0
    lost: bool = False
    gone: set[int] = field(default_factory=set)
    """Nodes known to have drifted."""

    def turn(self) -> None:
        self.turns += 1
        ENDING.require(self.turns < PATIENCE, f"it was still going on {self.case}")

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[World]:
        yield self

    async def observe(self) -> Observation:
        self.turn()
        return await self.world.observe()

    async def restore(self, path: Path) -> Restored:
        self.turn()
        return await self.world.restore(path)

    async def step(self, action: Action) -> Transition:
        self.turn()
        self.steps += 1
        try:
            return await self.world.step(action)
        except BrowserLost:
            self.lost = True
            raise

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        self.turn()
        return await self.policy.propose(context, k)

    def listen(self, event: str, data: Mapping[str, object]) -> None:
        told = data.get("excluded" if event == "drift" else "path", ())
        ids = {each for each in told if isinstance(each, int)} if isinstance(told, list) else set()
        if event == "drift":
            self.gone |= ids
        again = self.gone & (ids if event == "select" else {data.get("parent")})
        WARY.require(event == "drift" or not again, f"node {sorted(again)} {self.case}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """One finished search."""

    result: SearchResult
    watched: _Watched
    budget: Budget

    @property
    def text(self) -> str:
        tree = json.dumps(self.result.tree.to_dict())
        return f"{tree} {self.result.best} {self.result.stop_reason}"


def check_searcher(config: SearchConfig) -> None:
    """Return ``None`` where a searcher keeps its promises on :class:`mcts.gridworld.GridWorld`.

    Takes some seconds. Works in a notebook too: the searches run in a loop of their own. A function
    that never returns and asks nobody meanwhile keeps this one waiting.

    Raises:
        ContractBroken: a promise is broken; the message names it and the situation.
    """
    bounds = _bounds(config)
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, _check(config, bounds)).result()


async def _check(config: SearchConfig, bounds: tuple[float, float]) -> None:
    for case in grid_cases():
        done = await _searched(config, case)
        if done is not None:
            _check_tree(done, config, bounds, case)
            await _check_path(done, case)
            again = await _searched(config, case)
            REPEATABLE.require(again is not None and again.text == done.text, str(case))


async def _searched(config: SearchConfig, case: GridCase) -> _Done | None:
    """Return one search, or ``None`` where its world was lost, as it was meant to be."""
    world = case.world()
    grid = world.grid
    policy = GridPolicy(grid, noise=case.noise, stops=case.seed % 2 == 0)
    watched = _Watched(world=world, policy=policy, case=case)
    budget = Budget(case.limits)
    try:
        with replace(QUIET, about=str(case)):
            result = await _run(config, watched, budget)
    except BrowserLost:
        HONEST.require(watched.lost, f"it says so of a world that is there {case}")
        return None
    HONEST.require(not watched.lost, f"it went on {case}")
    return _Done(result=result, watched=watched, budget=budget)


def _run(config: SearchConfig, watched: _Watched, budget: Budget) -> Awaitable[SearchResult]:
    def select(tree: Tree, node: Node, given: SearchConfig) -> Node | None:
        watched.turn()
        return config.select(tree, node, given)

    case, grid = watched.case, watched.world.grid
    return search(
        watched,
        SearchRoles(
            policy=watched,
            appraiser=GridAppraiser(grid, noise=case.noise),
            reflector=GridReflector(grid),
        ),
        Setting(
            goal="reach the goal",
            subtask=Subtask(goal="reach the goal"),
            seed=(case.seed,),
            remaining_actions=case.left,
        ),
        root=watched.world.root(),
        config=replace(config, select=select),
        budget=budget,
        on_event=watched.listen,
    )


def _check_tree(
    done: _Done, config: SearchConfig, bounds: tuple[float, float], case: GridCase
) -> None:
    tree, budget = done.result.tree, done.budget
    try:
        tree.invariants(bounds=bounds)
    except WebPilotError as error:
        raise ContractBroken(SOUND.words, f"{error} {case}") from error
    for key in ("rollouts", "explored_steps"):
        limit = getattr(case.limits, key)
        over = limit is not None and budget.spent(key) > limit
        FRUGAL.require(not over, f"{budget.spent(key):g} {key} {case}")
    steps, charged = done.watched.steps, budget.spent("explored_steps")
    FRUGAL.require(steps <= charged, f"{steps} steps, {charged:g} of them charged {case}")
    allowed = config.max_depth if case.left is None else min(config.max_depth, case.left)
    deepest = max(node.depth for node in tree)
    SHORT.require(deepest <= allowed, f"{deepest} actions of {allowed} {case}")
    drifted = {node.id for node in tree if node.status is Status.DRIFTED}
    chosen = {node.id for node in tree.lineage(tree[done.result.best])}
    STEADY.require(not drifted & chosen, f"node {done.result.best} {case}")


async def _check_path(done: _Done, case: GridCase) -> None:
    world = case.world()
    for index, step in enumerate(done.result.steps):
        page = (await world.step(step.action)).observation
        same = page.fingerprint.exact == step.observation.fingerprint.exact
        TRUE.require(same, f"{step.action.raw}, step {index}, leads elsewhere {case}")


def _bounds(config: SearchConfig) -> tuple[float, float]:
    """Return the lowest and the highest value of the searcher's scale."""
    points = [number / 4 for number in range(41)]
    with ORDERED:
        table = [
            [config.scale(each, depth, config) for each in points]
            for depth in range(config.max_depth + 1)
        ]
    for row in (*table, *([-value for value in column] for column in zip(*table, strict=True))):
        ORDERED.require(row == sorted(row), f"{row[0]:g} ... {row[-1]:g}")
    return table[-1][0], table[0][-1]
