"""Which way back was taken shows nowhere: not in what is seen, not in the tree that is grown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from env.miniwob.site import MiniwobSite
from env.miniwob.suite import MiniwobSuite
from env.pool import PoolLimits
from env.restore.restarts import PATIENCE, Restarts
from env.restore.tiers import LIVE, RELOAD, RESTART, TIERS
from mcts.protocols import Level
from tests.env.rig import Opened, opened, own_pages
from webpilot.course import EpisodePlan
from webpilot.episode import Played, play
from webpilot.offline import OfflineCast
from webpilot.presets import PRESETS
from webpilot.types import PathStep

WAYS = {
    "one page": PoolLimits(pages=1),
    "two pages": PoolLimits(pages=2),
    "eight pages": PoolLimits(pages=8),
    "live": PoolLimits(tiers=(LIVE,)),
    "restart": PoolLimits(tiers=(RESTART,)),
    "reload": PoolLimits(tiers=(RELOAD,)),
}
POOLS = {
    **{name: (limits, 1) for name, limits in WAYS.items() if name != "one page"},
    "three worlds": (PoolLimits(), 3),
}
SEARCHED = ("miniwob.choose-list", "miniwob.click-collapsible-2")


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages()) as shared:
        yield shared


def searched(limits: PoolLimits, worlds: int = 1) -> list[Played]:
    """The searched tasks played with a small budget."""
    method = PRESETS["webpilot"]
    suite = MiniwobSuite(limits=limits, worlds=worlds)

    async def body() -> list[Played]:
        return [await play(plan(task), suite) for task in SEARCHED]

    def plan(task: str) -> EpisodePlan:
        return EpisodePlan(
            task=task,
            seed=3,
            split="train",
            preset="webpilot",
            searcher="webpilot",
            policy="offline",
            cast=OfflineCast(),
            config=method.agent,
            limits=replace(method.limits, rollouts=8, seconds=None),
        )

    try:
        return asyncio.run(body())
    finally:
        suite.close()


@pytest.fixture(scope="module")
def trees() -> list[str]:
    return trees_of(searched(WAYS["one page"]))


def trees_of(played: list[Played]) -> list[str]:
    assert [one.row.error_kind for one in played] == [None] * len(SEARCHED)
    return [json.dumps(one.record.to_dict()) for one in played]


@pytest.mark.parametrize("name", POOLS)
def test_the_tree_is_the_same_to_the_byte_whatever_the_tier_and_the_pool(
    name: str, trees: list[str]
) -> None:
    played = searched(*POOLS[name])
    assert trees_of(played) == trees
    if name in ("restart", "reload"):
        assert {tier for one in played for tier in one.row.measured.restores} == {name}


def test_a_row_says_what_each_tier_did_and_cost() -> None:
    (one, *_) = searched(PoolLimits())
    measured = one.row.measured
    assert set(measured.restores) <= set(TIERS)
    assert set(measured.restore_ms) == set(measured.restore_levels)
    assert all(spent > 0 for spent in measured.restore_ms.values())
    for tier, count in measured.restores.items():
        assert measured.restore_levels[tier]["exact"] == count
    assert measured.drifted == 0


def test_a_family_whose_restarts_fail_is_not_restarted_any_more(site: MiniwobSite) -> None:
    async def body() -> list[dict[str, int]]:
        async with opened(site, "leftover", limits=PoolLimits(tiers=(RESTART,))) as it:
            told = []
            for _ in range(PATIENCE + 2):
                await it.press("add")
                restored = await it.world.restore(it.route())
                assert (restored.tier, restored.level) == (RELOAD, Level.EXACT)
                told.append(dict(it.worlds.measured().restore_levels[RESTART]))
            return told

    told = asyncio.run(body())
    assert [each["drifted"] for each in told] == [1, 2, 3, 3, 3]


def test_a_family_that_works_as_often_as_it_fails_is_tried_on() -> None:
    known = Restarts()
    for _ in range(PATIENCE):
        known.failed("often")
        known.worked("often")
        known.failed("never")
    assert known.worth("often")
    assert not known.worth("never")
    assert known.worth("unseen")


async def walked(it: Opened) -> list[object]:
    one = await it.press("more")
    two = await it.press("more", one.observation)
    seen: list[object] = [it.root, one.observation, two.observation]
    for steps in ((one,), (), (one, two), (one,), (one, two), ()):
        path = it.route(*steps)
        restored = await it.world.restore(path)
        assert restored.level is Level.EXACT
        assert restored.observation == path.target
        seen.append((await it.press("more", path.target)).observation)
    return seen


@pytest.mark.parametrize("name", WAYS)
def test_what_is_seen_is_the_same_whatever_the_tier(site: MiniwobSite, name: str) -> None:
    async def body(limits: PoolLimits) -> list[object]:
        async with opened(site, "counter", limits=limits) as it:
            return await walked(it)

    assert asyncio.run(body(WAYS[name])) == asyncio.run(body(PoolLimits(tiers=(RELOAD,))))


def test_an_equivalent_page_is_taken_only_where_no_tier_leads_to_the_very_page(
    site: MiniwobSite,
) -> None:
    """The recorded page has another text: every tier gives an equivalent one."""

    async def body() -> None:
        async with opened(site, "counter") as it:
            one = await it.press("more")
            other = replace(
                one.observation,
                fingerprint=replace(one.observation.fingerprint, exact="another text"),
            )
            path = it.route(PathStep(action=one.action, observation=other))
            restored = await it.world.restore(path)
            assert (restored.tier, restored.level) == (RELOAD, Level.EQUIVALENT)
            assert it.worlds.measured().restore_levels == {
                RESTART: {"equivalent": 1},
                RELOAD: {"equivalent": 1},
            }
            # From now on it is known that the page is another one each time.
            await it.world.restore(it.route())
            assert (await it.world.restore(path)).tier in (LIVE, RESTART)

    asyncio.run(body())
