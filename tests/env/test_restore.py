"""Ways back: exact where they claim to be, given up where the page is another one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from env.miniwob.search import open_search
from env.miniwob.site import MiniwobSite
from env.restore.tiers import LIVE, RELOAD, RESTART
from mcts.protocols import Level, Restored
from tests.env.rig import opened, own_pages, pressing
from webpilot.observation import Observation
from webpilot.types import Action, Path, PathStep


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages()) as shared:
        yield shared


def way(restored: Restored) -> tuple[str, Level]:
    return restored.tier, restored.level


def same_page(found: Observation, wanted: Observation) -> bool:
    """Everything a role can see agrees, bids included."""
    return (found.text, found.elements, found.focused, found.last_error) == (
        wanted.text,
        wanted.elements,
        wanted.focused,
        wanted.last_error,
    )


def test_each_tier_brings_back_the_very_page(site: MiniwobSite) -> None:
    async def body(may_restart: bool) -> list[tuple[str, Level]]:
        async with opened(site, "counter", may_restart=may_restart) as it:
            first = await it.press("more")
            second = await it.press("more", first.observation)
            third = await it.press("item 1", second.observation)
            ways = []
            for steps in ((first, second, third), (first, second), (), (first,), (first,)):
                path = it.route(*steps)
                restored = await it.world.restore(path)
                assert same_page(restored.observation, path.target)
                ways.append(way(restored))
            return ways

    back = {may: asyncio.run(body(may)) for may in (True, False)}
    for may, tier in ((True, RESTART), (False, RELOAD)):
        exact = Level.EXACT
        assert back[may] == [
            (LIVE, exact),
            (tier, exact),
            (tier, exact),
            (tier, exact),
            (LIVE, exact),
        ]


def test_a_restored_page_acts_as_the_first_one_did(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            first = await it.press("more")
            second = await it.press("more", first.observation)
            await it.world.restore(it.route(first))
            again = await it.press("more", first.observation)
            assert same_page(again.observation, second.observation)

    asyncio.run(body())


def test_a_restart_that_leaves_something_behind_falls_to_the_next_tier(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "leftover") as it:
            added = await it.press("add")
            assert way(await it.world.restore(it.route())) == (RELOAD, Level.EXACT)
            assert way(await it.world.restore(it.route(added))) == (RESTART, Level.EXACT)
            measured = it.worlds.measured()
            assert dict(measured.restores) == {RELOAD: 1, RESTART: 1}
            assert measured.replayed_steps == 1
            assert measured.drifted == 0
            assert set(measured.restore_ms) == {RELOAD, RESTART}
            assert measured.seconds_browser > 0

    asyncio.run(body())


def test_a_page_that_is_never_the_same_is_reported_as_drifted(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "restless") as it:
            (button,) = it.root.elements[-1:]
            step = await it.press(button.name)
            assert way(await it.world.restore(it.route(step))) == (LIVE, Level.EXACT)
            assert way(await it.world.restore(it.route())) == (RELOAD, Level.DRIFTED)
            # A page that drifted is nowhere: what it shows now must not pass for a way back.
            assert (await it.world.restore(it.route(step))).level is Level.DRIFTED
            assert it.worlds.measured().drifted == 2

    asyncio.run(body())


def test_what_changes_by_itself_does_not_count_as_drift(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "ticking") as it:
            assert it.page.mask
            step = await it.press("still")
            restored = await it.world.restore(it.route(step))
            assert restored.level in (Level.EXACT, Level.EQUIVALENT)
            other = replace(step.observation, fingerprint=it.root.fingerprint)
            wrong = it.route(PathStep(action=step.action, observation=other))
            assert (await it.world.restore(wrong)).level is Level.DRIFTED

    asyncio.run(body())


def test_an_action_that_fails_only_in_the_replay_ends_it(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            first = await it.press("more")
            broken = PathStep(
                action=Action(kind="click", args=("9999",)), observation=first.observation
            )
            last = await it.press("more", first.observation)
            restored = await it.world.restore(it.route(broken, last))
            assert restored.level is Level.DRIFTED
            assert "9999" in restored.observation.last_error
            # One try in the page and one after a load, and neither went past the broken action.
            assert it.worlds.measured().replayed_steps == 2
            assert "item" not in restored.observation.text

    asyncio.run(body())


def test_an_action_that_failed_the_first_time_fails_again_and_counts_as_the_same(
    site: MiniwobSite,
) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            missing = Action(kind="click", args=("9999",))
            failed = PathStep(
                action=missing, observation=(await it.world.step(missing)).observation
            )
            last = await it.press("more", failed.observation)
            await it.world.restore(it.route())
            path = it.route(failed, last)
            restored = await it.world.restore(path)
            assert restored.level is Level.EXACT
            assert same_page(restored.observation, path.target)

    asyncio.run(body())


@pytest.mark.parametrize(
    ("name", "seed", "presses"),
    [
        ("click-checkboxes", 5, 2),
        ("click-tab-2", 5, 1),
        ("email-inbox", 5, 1),
        ("choose-date", 5, 1),
        ("enter-text", 5, 1),
        ("use-colorwheel", 5, 1),
    ],
)
def test_real_pages_come_back_exactly(
    site: MiniwobSite, name: str, seed: int, presses: int
) -> None:
    async def body() -> None:
        async with open_search(site, name, seed=seed) as search, search.worlds.lease() as world:
            steps: list[PathStep] = []
            for target in search.root.elements[-presses - 1 : -1] or search.root.elements[-1:]:
                action = Action(kind="click", args=(target.bid,), target=target)
                seen = (await world.step(action)).observation
                steps.append(PathStep(action=action, observation=seen))
            for taken in (steps, [], steps[:1]):
                path = Path(root=search.root, steps=tuple(taken))
                restored = await world.restore(path)
                assert restored.level is Level.EXACT
                assert same_page(restored.observation, path.target)

    asyncio.run(body())


def test_a_prefix_of_adopted_steps_is_replayed_too(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter") as it:
            first = await it.press("more")
            second = await it.press("more", first.observation)
            await it.world.step(pressing(second.observation, "item 2"))
            path = Path(root=it.root, committed=(first,), steps=(second,))
            restored = await it.world.restore(path)
            assert way(restored) == (RESTART, Level.EXACT)
            assert same_page(restored.observation, second.observation)

    asyncio.run(body())
