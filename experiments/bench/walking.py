"""A random walk over the tree of a task's pages: go back to a node, act there, and so on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from env.miniwob.catalogue import MiniwobTask
from env.miniwob.search import open_search
from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits
from mcts.protocols import Level
from webpilot.observation import Element, Observation
from webpilot.types import Action, Path, PathStep

__all__ = ["Walk", "walked"]

ONWARD = 0.4
"""Chance to go on from the newest node, as searches mostly do."""
SCALE = 1.5
"""BrowserGym's coordinates are CSS pixels times this on MiniWoB++."""
TEXTS = ("Paris", "12", "ab")
KEYS = ("Tab", "Enter", "ArrowDown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How one walk went."""

    task: str
    levels: Mapping[str, int]
    """How far the pages agreed that were handed out, by level."""
    same: int
    """How many of those handed out as exact had the very text of the first time."""
    still: int
    """How many of these had every element in its very place, too."""
    tries: Mapping[str, Mapping[str, int]]
    """How each tier's tries ended."""
    ms: Mapping[str, float]
    """Milliseconds by tier."""


async def walked(
    site: MiniwobSite,
    task: MiniwobTask,
    *,
    seed: int,
    moves: int,
    limits: PoolLimits | None = None,
) -> Walk:
    """Return how a walk of so many moves went, on fresh pages."""
    chance = random.Random(f"{task.id} {seed}")
    levels = dict.fromkeys((level.value for level in Level), 0)
    same = still = 0
    async with (
        open_search(site, task.id, seed=seed, limits=limits) as search,
        search.worlds.lease() as world,
    ):
        nodes = [Path(root=search.root)]
        for _ in range(moves):
            path = nodes[-1] if chance.random() < ONWARD else chance.choice(nodes)
            restored = await world.restore(path)
            levels[restored.level.value] += 1
            if restored.level is Level.DRIFTED:
                nodes = [node for node in nodes if node is not path] or nodes
                continue
            seen, wanted = restored.observation, path.target
            agrees = restored.level is Level.EXACT and seen.text == wanted.text
            same += agrees
            still += agrees and seen.elements == wanted.elements
            action = drawn(chance, wanted)
            after = await world.step(action)
            step = PathStep(action=action, observation=after.observation)
            if not after.ended:
                nodes.append(Path(root=search.root, steps=(*path.steps, step)))
        read = search.worlds.measured()
    return Walk(
        task=task.name,
        levels=levels,
        same=same,
        still=still,
        tries={tier: dict(each) for tier, each in read.restore_levels.items()},
        ms=dict(read.restore_ms),
    )


def drawn(chance: random.Random, seen: Observation) -> Action:
    """Return an action that the page admits."""
    shown = [each for each in seen.elements if each.box is not None]
    if not shown:
        return Action(kind="noop")
    target, lot = chance.choice(shown), chance.random()
    if target.role in ("textbox", "searchbox", "combobox") and lot < 0.6:
        return Action(kind="fill", args=(target.bid, chance.choice(TEXTS)), target=target)
    if lot < 0.75:
        return Action(kind="click", args=(target.bid,), target=target)
    if lot < 0.85:
        return Action(kind="keyboard_press", args=(chance.choice(KEYS),))
    if lot < 0.93:
        return Action(kind="mouse_move", args=_inside(target))
    return Action(kind="scroll", args=(0, 60))


def _inside(target: Element) -> tuple[float, float]:
    left, top, *_ = target.box or (0.0, 0.0)
    return ((left + 2) * SCALE, (top + 2) * SCALE)
