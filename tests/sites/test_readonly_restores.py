"""Going back in a world that may only read: what was refused is part of a path, and is not sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from env.opened import Opened
from env.pool import PoolLimits
from env.restore.tiers import JUMP, LIVE, RELOAD
from env.sites.search import open_site_search
from mcts.protocols import Level, World
from tests.sites.small_site import SmallSite, action
from tests.sites.test_site_world import awaited
from webpilot.observation import Observation
from webpilot.types import Path as Route
from webpilot.types import PathStep


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    small = SmallSite(tmp_path)
    yield small
    small.close()


@asynccontextmanager
async def reading(site: SmallSite, *tiers: str) -> AsyncIterator[Opened]:
    async with open_site_search(
        site.thread,
        site.task(),
        site.entry("search", writes=False),
        seed=0,
        settle="quiet",
        snapshots=None,
        limits=PoolLimits(tiers=tiers),
    ) as opened:
        yield opened


async def walk(world: World, seen: Observation, *moves: tuple[str, ...]) -> tuple[PathStep, ...]:
    steps: list[PathStep] = []
    for kind, name, *rest in moves:
        done = action(seen, kind, name, *rest)
        seen = (await world.step(done)).observation
        steps.append(PathStep(action=done, observation=seen))
    return tuple(steps)


REFUSED = (("click", "Ledger"), ("click", "add again"))
"""A read, and what would change something."""


@pytest.mark.parametrize("tier", [LIVE, JUMP, RELOAD])
@awaited
async def test_going_back_to_a_refused_step_sends_nothing(site: SmallSite, tier: str) -> None:
    async with reading(site, tier) as opened, opened.worlds.lease() as world:
        steps = await walk(world, opened.root, *REFUSED)
        assert steps[-1].observation.held_back
        for path in (Route(root=opened.root), Route(root=opened.root, steps=steps)):
            restored = await world.restore(path)
            assert restored.level is Level.EXACT
            assert restored.observation.text == path.target.text
        assert site.server.lines == ()
    assert site.ledger.kinds() == ("search: would_mutate POST shopping /ledger",)
    assert site.ledger.sent == 0


@awaited
async def test_a_refused_step_was_no_write_so_what_follows_it_can_be_jumped_to(
    site: SmallSite,
) -> None:
    async with reading(site, JUMP) as opened, opened.worlds.lease() as world:
        steps = await walk(world, opened.root, *REFUSED, ("click", "mark"))
        restored = await world.restore(Route(root=opened.root, steps=steps))
        assert (restored.tier, restored.level) == (JUMP, Level.EXACT)
        assert opened.worlds.measured().replayed_steps == 2  # beyond the address
        assert site.server.lines == ()


@awaited
async def test_a_browser_that_dies_at_a_refused_step_is_replaced_and_sends_nothing(
    site: SmallSite,
) -> None:
    async with reading(site, LIVE, JUMP) as opened, opened.worlds.lease() as world:
        steps = await walk(world, opened.root, *REFUSED)
        browser = await site.thread.run(lambda: site.thread.browser())
        browser.kill()
        seen = await world.observe()
        assert seen.text == steps[-1].observation.text
        assert site.server.lines == ()
