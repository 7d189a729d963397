"""Going back over several addresses, and on a server that keeps what is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits
from env.restore.ledger import LedgerServer
from env.restore.tiers import JUMP, LIVE, RELOAD, RESTART, SNAPSHOT
from env.server import miniwob_folder
from env.world import BrowserWorlds
from mcts.protocols import Level
from tests.env.rig import PAGES, Opened, live_page, opened
from webpilot.errors import ConfigError, EnvironmentDown
from webpilot.observation import Observation
from webpilot.types import PathStep

NO_LIVE = PoolLimits(tiers=(RESTART, SNAPSHOT, JUMP, RELOAD))
"""A page that stands there would be taken before anything else is tried."""


@pytest.fixture
def server() -> LedgerServer:
    extra = {f"/miniwob/{file.name}": file.read_bytes() for file in PAGES.glob("*.html")}
    return LedgerServer(miniwob_folder(), extra=extra)


@pytest.fixture
def site(server: LedgerServer) -> Iterator[MiniwobSite]:
    with MiniwobSite(server=server) as shared:
        yield shared


@asynccontextmanager
async def travelling(
    site: MiniwobSite, *, keeps: LedgerServer | None = None, limits: PoolLimits = NO_LIVE
) -> AsyncIterator[Opened]:
    async with opened(site, "journey", watched=True, snapshots=keeps, limits=limits) as it:
        yield it


async def walk(it: Opened, *names: str) -> list[PathStep]:
    steps: list[PathStep] = []
    seen: Observation | None = None
    for name in names:
        steps.append(await it.press(name, seen))
        seen = steps[-1].observation
    return steps


async def back(it: Opened, steps: list[PathStep]) -> tuple[str, Level]:
    path = it.route(*steps)
    restored = await it.world.restore(path)
    if restored.level is Level.EXACT:
        assert restored.observation.text == path.target.text
        assert restored.observation.elements == path.target.elements
    return restored.tier, restored.level


def test_a_fresh_page_jumps_to_the_last_address_and_replays_the_rest(site: MiniwobSite) -> None:
    async def body() -> None:
        async with travelling(site) as it:
            steps = await walk(it, "onward", "further", "mark", "mark!")
            assert steps[-1].observation.url == "http://miniwob/miniwob/stopover.html?way=2"
            assert await back(it, steps) == (JUMP, Level.EXACT)
            assert it.worlds.measured().replayed_steps == 2
            again = await it.press("mark!!", steps[-1].observation)
            assert "mark!!!" in again.observation.text

    asyncio.run(body())


def test_what_the_first_page_stored_is_there_after_a_jump(site: MiniwobSite) -> None:
    async def body() -> None:
        async with travelling(site) as it:
            steps = await walk(it, "bake", "store", "onward")
            assert "basket basket=fullfull" in steps[-1].observation.text
            assert await back(it, steps) == (JUMP, Level.EXACT)

    asyncio.run(body())


def test_no_jump_over_a_step_that_wrote(site: MiniwobSite, server: LedgerServer) -> None:
    """To jump would pass over the write; to replay repeats it, and the page shows that."""

    async def body() -> None:
        async with travelling(site) as it:
            steps = await walk(it, "write")
            assert server.lines == ("first",)
            assert await back(it, steps) == (RELOAD, Level.DRIFTED)
            assert it.worlds.measured().restore_levels.keys() == {RESTART, RELOAD}

    asyncio.run(body())


def test_a_write_that_the_page_does_not_show_forbids_a_jump_too(site: MiniwobSite) -> None:
    async def body() -> None:
        async with travelling(site) as it:
            steps = await walk(it, "onward", "write quietly", "further")
            # It jumps no further than to where it wrote, and replays from there.
            assert await back(it, steps) == (JUMP, Level.EXACT)
            assert it.worlds.measured().replayed_steps == 2

    asyncio.run(body())


def test_without_watching_there_is_no_jump(site: MiniwobSite) -> None:
    async def body() -> None:
        async with opened(site, "journey", limits=NO_LIVE) as it:
            steps = await walk(it, "onward")
            assert (await back(it, steps))[0] == RELOAD

    asyncio.run(body())


def test_the_server_is_put_back_to_what_it_was_at_the_place(
    site: MiniwobSite, server: LedgerServer
) -> None:
    async def body() -> None:
        limits = PoolLimits(tiers=(SNAPSHOT,))
        async with travelling(site, keeps=server, limits=limits) as it:
            steps = await walk(it, "write", "add again")
            assert server.lines == ("first", "again")
            assert await back(it, steps[:1]) == (SNAPSHOT, Level.EXACT)
            assert server.lines == ("first",)
            assert await back(it, []) == (RELOAD, Level.EXACT)
            assert server.lines == ()
            assert await back(it, steps) == (SNAPSHOT, Level.EXACT)
            assert server.lines == ("first", "again")
            assert it.worlds.measured().replayed_steps == 0

    asyncio.run(body())


def test_a_replay_on_a_server_that_was_put_back_writes_once(
    site: MiniwobSite, server: LedgerServer
) -> None:
    async def body() -> None:
        limits = PoolLimits(tiers=(RELOAD,))
        async with travelling(site, keeps=server, limits=limits) as it:
            steps = await walk(it, "write", "add again", "mark")
            assert await back(it, steps) == (RELOAD, Level.EXACT)
            assert server.lines == ("first", "again")
            assert it.worlds.measured().replayed_steps == 3

    asyncio.run(body())


def test_a_page_that_stands_there_is_not_enough_once_the_server_moved_on(
    site: MiniwobSite, server: LedgerServer
) -> None:
    async def body() -> None:
        async with travelling(site, keeps=server, limits=PoolLimits(tiers=(LIVE,))) as it:
            first = await walk(it, "write quietly")
            assert (await back(it, []))[0] == RELOAD
            assert server.lines == ()
            assert await back(it, first) == (LIVE, Level.EXACT)
            assert server.lines == ("quiet",)

    asyncio.run(body())


def test_a_server_that_cannot_be_put_back_ends_the_way(
    site: MiniwobSite, server: LedgerServer
) -> None:
    with pytest.raises(EnvironmentDown, match="never"):
        server.put_back("ledger-7")


def test_snapshots_need_one_world_and_watched_pages(
    site: MiniwobSite, server: LedgerServer
) -> None:
    page = live_page(site, "journey")
    seen = Observation.__new__(Observation)
    with pytest.raises(ConfigError, match="watched"):
        BrowserWorlds(site.thread, page, seen, snapshots=server)
    page.watched = True
    with pytest.raises(ConfigError, match="one world"):
        BrowserWorlds(site.thread, page, seen, snapshots=server, count=2)


@pytest.mark.parametrize("what", ["bake", "store", "window"])
def test_what_outlives_a_restart_makes_it_a_load(site: MiniwobSite, what: str) -> None:
    async def body() -> None:
        async with travelling(site) as it:
            steps = await walk(it, what)
            assert await back(it, []) == (RELOAD, Level.EXACT)
            assert await back(it, steps) == (RESTART, Level.EXACT)
            assert it.worlds.measured().restore_levels[RESTART] == {"drifted": 1, "exact": 1}

    asyncio.run(body())
