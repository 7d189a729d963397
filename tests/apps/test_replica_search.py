"""Searching on a replica of real applications: gone back on exactly, and the commit's untouched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from env.localweb.catalogue import tasks
from env.localweb.grounds import LocalwebGrounds
from env.sites.suite import SiteSuite
from mcts.protocols import Level
from webpilot.observation import Element, Observation
from webpilot.types import Action, Path, PathStep

STEPS = 5
WALKS = 3


@pytest.fixture(scope="module")
def grounds() -> LocalwebGrounds:
    return LocalwebGrounds()


@pytest.fixture(scope="module")
def suite(grounds: LocalwebGrounds) -> Iterator[SiteSuite]:
    with SiteSuite(grounds) as opened:
        yield opened


def pressable(page: Observation) -> list[Element]:
    return [each for each in page.elements if each.role in ("link", "button") and each.name]


def drawn(page: Observation, rng: np.random.Generator) -> Action:
    """A random action on something that can be pressed; buttons count double."""
    known = pressable(page)
    weights = np.array([4.0 if each.role == "button" else 1.0 for each in known])
    target: Element = known[int(rng.choice(len(known), p=weights / weights.sum()))]
    return Action(kind="click", args=(target.bid,), target=target)


@pytest.mark.parametrize("site", ["shopping", "shopping_admin", "reddit", "gitlab", "wikipedia"])
def test_a_walk_is_gone_back_on_and_leaves_the_committed_servers_as_seeded(
    suite: SiteSuite, grounds: LocalwebGrounds, site: str
) -> None:
    task = next(each for each in tasks("open") if each.sites[0] == site)

    async def walk(seed: int) -> list[Level]:
        rng = np.random.default_rng(seed)
        async with suite.open_search(task.id, seed) as side, suite.open_episode(task.id, seed):
            path = Path(root=side.root)
            visited = [path]
            async with side.worlds.lease() as world:
                for _ in range(STEPS):
                    action = drawn(path.target, rng)
                    seen = (await world.step(action)).observation
                    if seen.last_error or not pressable(seen):
                        await world.restore(path)
                        continue
                    step = PathStep(action=action, observation=seen)
                    path = replace(path, steps=(*path.steps, step))
                    visited.append(path)
                levels = []
                for place in rng.permutation(len(visited)):
                    levels.append((await world.restore(visited[place])).level)
                await world.restore(visited[0])
            assert grounds.committed.hash() == grounds.committed.seed_hash()
            assert grounds.committed.changed() == {}
            return levels

    for seed in range(WALKS):
        assert Level.DRIFTED not in asyncio.run(walk(seed))
