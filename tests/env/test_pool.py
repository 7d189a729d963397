"""The live pages of an episode, and the worlds that share them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from env.miniwob.site import MiniwobSite
from env.pool import PagePool, PoolLimits, unshared_mb
from env.restore.tiers import LIVE, RELOAD, RESTART
from env.world import BrowserWorld, BrowserWorlds, open_root
from mcts.protocols import Level
from tests.env.rig import Opened, live_page, opened, own_pages, pressing
from webpilot.errors import StepTimeout
from webpilot.types import Path, PathStep


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages()) as shared:
        yield shared


def pool_of(it: Opened) -> PagePool:
    return it.worlds._pool


def places(it: Opened) -> int:
    """How many live pages there are."""
    return sum(seat.page.alive for seat in pool_of(it).seats)


async def back(it: Opened, *steps: PathStep) -> str:
    restored = await it.world.restore(it.route(*steps))
    assert restored.level is Level.EXACT
    return restored.tier


@asynccontextmanager
async def several(site: MiniwobSite, count: int, **settings: Any) -> AsyncIterator[Opened]:
    """A search of ``count`` worlds on the page that counts."""
    limits = settings.pop("limits", None)
    page = live_page(site, settings.pop("name", "counter"), **settings)
    root = await site.thread.run(open_root, page)
    worlds = BrowserWorlds(site.thread, page, root, limits=limits, count=count)
    try:
        yield Opened(page=page, root=root, worlds=worlds)
    finally:
        await site.thread.finish(worlds.close)


# ------------------------------------------------------------------------------ the live pages
def test_pages_that_cannot_be_restarted_stay_where_they_stand(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter", may_restart=False) as it:
            one = await it.press("more")
            assert await back(it) == RELOAD
            two = await it.press("good")  # ends the page: nobody will go back there
            assert await back(it) == RELOAD
            assert places(it) == 2
            assert [await back(it, one), await back(it), await back(it, one)] == [LIVE] * 3
            assert two.observation.last_error == ""

    asyncio.run(body())


def test_a_page_is_added_once_going_back_has_cost_as_much_as_a_load(site: MiniwobSite) -> None:
    async def body(load_ms: float) -> tuple[list[str], int]:
        async with opened(site, "counter") as it:
            it.page.load_ms = load_ms
            one = await it.press("more")
            tiers = [await back(it, *steps) for _ in range(3) for steps in ((), (one,))]
            return tiers, places(it)

    assert asyncio.run(body(1e9)) == ([RESTART] * 6, 1)
    tiers, pages = asyncio.run(body(0.001))
    assert tiers == [RESTART, RESTART, RELOAD, LIVE, LIVE, LIVE]
    assert pages == 2


def test_a_step_takes_the_page_that_stands_there_along(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "counter", may_restart=False) as it:
            one = await it.press("more")
            await back(it)
            await back(it, one)
            two = await it.press("more", one.observation)
            assert await back(it, one, two) == LIVE
            assert await back(it, one) == RELOAD
            assert places(it) == 3

    asyncio.run(body())


def test_the_page_used_longest_ago_is_moved_when_there_is_no_room(site: MiniwobSite) -> None:
    async def body() -> None:
        limits = PoolLimits(pages=2)
        async with opened(site, "counter", may_restart=False, limits=limits) as it:
            one = await it.press("more")
            await back(it)
            await back(it, one)
            two = await it.press("more", one.observation)  # pages: root, two
            assert await back(it) == LIVE
            assert await back(it, one) == RELOAD  # moves the page at two
            assert places(it) == 2
            assert await back(it) == LIVE
            assert await back(it, one, two) == RELOAD

    asyncio.run(body())


@pytest.mark.parametrize(
    "limits", [PoolLimits(pages=1), PoolLimits(memory_mb=1.0)], ids=["pages", "memory"]
)
def test_no_page_is_added_beyond_the_limits(site: MiniwobSite, limits: PoolLimits) -> None:
    async def body() -> None:
        async with opened(site, "counter", may_restart=False, limits=limits) as it:
            one = await it.press("more")
            for steps in ((), (one,), ()):
                assert await back(it, *steps) == RELOAD
                assert places(it) == 1

    asyncio.run(body())


@pytest.mark.parametrize(
    "limits", [PoolLimits(age=3), PoolLimits(heap_mb=0.01)], ids=["age", "memory"]
)
def test_a_worn_page_is_loaded_anew(site: MiniwobSite, limits: PoolLimits) -> None:
    async def body() -> list[str]:
        async with opened(site, "counter", limits=limits) as it:
            one = await it.press("more")
            tiers = []
            for _ in range(4):
                tiers.append(await back(it))
                tiers.append(await back(it, one))
            return tiers

    tiers = asyncio.run(body())
    assert RELOAD in tiers
    assert tiers.count(RESTART) < len(tiers) - 1


def test_memory_is_read_off_the_browsers_processes(site: MiniwobSite) -> None:
    pid = site.thread.submit(lambda: site.thread.browser().pid).result()
    assert 10 < unshared_mb(pid) < 10_000
    assert unshared_mb(2**22 + 1) == 0.0


# ---------------------------------------------------------------------------------- the worlds
async def press(world: BrowserWorld, it: Opened, times: int, *, pause: float = 0.0) -> list[str]:
    """The texts of a world that goes to the root and presses ``more``."""
    seen = (await world.restore(Path(root=it.root))).observation
    texts = []
    for _ in range(times):
        await asyncio.sleep(pause)
        seen = (await world.step(pressing(seen, "more"))).observation
        texts.append(seen.text)
    return texts


@pytest.mark.parametrize("may_restart", [True, False])
def test_worlds_at_work_side_by_side_do_not_meet(site: MiniwobSite, may_restart: bool) -> None:
    async def body() -> tuple[list[list[str]], int]:
        async with several(site, 3, may_restart=may_restart) as it:

            async def one(times: int) -> list[str]:
                async with it.worlds.lease() as world:
                    return await press(world, it, times, pause=0.01)

            texts = await asyncio.gather(*(one(times) for times in (3, 2, 3, 1, 3)))
            return texts, places(it)

    texts, pages = asyncio.run(body())
    assert pages >= 3
    longest = texts[0]
    assert all(text == longest[: len(text)] for text in texts)
    assert "item 3" in longest[2]


def test_no_more_worlds_than_there_are_and_who_waited_longest_is_next(site: MiniwobSite) -> None:
    async def body() -> list[int]:
        async with several(site, 2) as it:
            order, working = [], 0

            async def one(number: int) -> None:
                nonlocal working
                async with it.worlds.lease() as world:
                    order.append(number)
                    working += 1
                    assert working <= 2
                    await world.observe()
                    working -= 1

            await asyncio.gather(*(one(number) for number in range(7)))
            return order

    assert asyncio.run(body()) == list(range(7))


def test_who_gives_up_waiting_takes_no_world_along(site: MiniwobSite) -> None:
    async def body() -> None:
        async with several(site, 1) as it:

            async def one() -> None:
                async with it.worlds.lease() as world:
                    await world.observe()

            async with it.worlds.lease():
                waiting = [asyncio.ensure_future(one()) for _ in range(3)]
                await asyncio.sleep(0)
                waiting[0].cancel()
                await asyncio.sleep(0)
            await asyncio.wait_for(asyncio.gather(*waiting[1:]), 30)

    asyncio.run(body())


def test_a_page_left_by_one_world_is_there_for_another(site: MiniwobSite) -> None:
    async def body() -> str:
        async with several(site, 2, may_restart=False) as it:
            async with it.worlds.lease() as first, it.worlds.lease() as second:
                await second.observe()
                after = await first.step(pressing(it.root, "more"))
                step = PathStep(action=pressing(it.root, "more"), observation=after.observation)
            async with it.worlds.lease() as one, it.worlds.lease() as other:
                path = Path(root=it.root, steps=(step,))
                tiers = {(await world.restore(path)).tier for world in (one, other)}
                assert tiers == {LIVE, RELOAD}
                return (await other.observe()).text

    assert "item 1" in asyncio.run(body())


def test_a_killed_browser_takes_no_world_down(site: MiniwobSite) -> None:
    async def body() -> list[list[str]]:
        async with several(site, 3) as it:

            async def one(world: BrowserWorld) -> list[str]:
                return await press(world, it, 4, pause=0.02)

            async def kill() -> None:
                await asyncio.sleep(0.1)
                pid = await site.thread.run(lambda: site.thread.browser().pid)
                os.killpg(pid, signal.SIGKILL)

            async with it.worlds.lease() as a, it.worlds.lease() as b, it.worlds.lease() as c:
                *texts, _ = await asyncio.gather(one(a), one(b), one(c), kill())
            return [text for text in texts if text is not None]

    texts = asyncio.run(body())
    assert len(texts) == 3
    assert all(text == texts[0] for text in texts)
    assert "item 4" in texts[0][-1]


def test_a_page_that_hangs_costs_its_own_step_and_nobody_elses(site: MiniwobSite) -> None:
    async def body() -> None:
        async with (
            several(site, 2, name="spin", deadline=2.0) as it,
            it.worlds.lease() as bad,
            it.worlds.lease() as good,
        ):
            spin, press = (pressing(it.root, name) for name in ("spin", "press"))
            await bad.restore(Path(root=it.root))
            await good.restore(Path(root=it.root))
            hung, fine = await asyncio.gather(
                bad.step(spin), good.step(press), return_exceptions=True
            )
            assert isinstance(hung, StepTimeout)
            assert not isinstance(fine, BaseException)
            assert "pressed" in fine.observation.text
            assert (await bad.restore(Path(root=it.root))).level is Level.EXACT

    asyncio.run(body())
