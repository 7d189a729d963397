"""Renderers and browsers that are killed while the world is at work: nothing of it shows."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path as File

import pytest

from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits
from mcts.protocols import Level
from tests.env.rig import Opened, opened, own_pages, pressing
from webpilot.types import Path, PathStep

MOVES = 12
NEVER = 10_000


@pytest.fixture(scope="module")
def site() -> Iterator[MiniwobSite]:
    with MiniwobSite(server=own_pages()) as shared:
        yield shared


def family(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in (File("/proc") / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from family(int(child))


def renderers(pid: int) -> list[int]:
    """The processes that pages of a browser live in."""
    found = []
    for each in family(pid):
        with suppress(OSError):
            if b"--type=renderer" in (File("/proc") / str(each) / "cmdline").read_bytes():
                found.append(each)
    return found


def harm(pid: int, chance: random.Random, whole: bool) -> None:
    """Kill the browser, or one of its renderers."""
    victims = [] if whole else renderers(pid)
    with suppress(ProcessLookupError):
        if victims:
            os.kill(chance.choice(victims), signal.SIGKILL)
        elif whole:
            os.killpg(pid, signal.SIGKILL)


async def walked(it: Opened, kill: Callable[[int], Awaitable[None]]) -> list[object]:
    """Everything that a walk from node to node sees; ``kill`` is told the number of each move."""
    choose = random.Random(0)
    seen: list[object] = []
    nodes = [it.route()]
    for number in range(MOVES):
        await kill(number)
        path = choose.choice(nodes)
        restored = await it.world.restore(path)
        assert restored.level is Level.EXACT
        pressed = [each.name for each in path.target.elements if each.name[:4] in ("more", "item")]
        action = pressing(path.target, choose.choice(pressed))
        after = (await it.world.step(action)).observation
        seen += [restored.observation, after, await it.world.observe()]
        step = PathStep(action=action, observation=after)
        nodes.append(Path(root=it.root, steps=(*path.steps, step)))
    return seen


@pytest.mark.parametrize("whole", [True, False], ids=["browser", "renderer"])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_seen_is_the_same_whatever_is_killed(
    site: MiniwobSite, whole: bool, seed: int
) -> None:
    chance = random.Random(seed)
    kills = chance.sample(range(MOVES), 4)
    limits = PoolLimits(pages=chance.choice((1, 4)), recoveries=NEVER)

    async def kill(number: int) -> None:
        if number in kills:
            pid = await site.thread.run(lambda: site.thread.browser().pid)
            threading.Timer(chance.uniform(0, 0.06), harm, (pid, chance, whole)).start()

    async def spare(number: int) -> None:
        pass

    async def body(act: Callable[[int], Awaitable[None]]) -> list[object]:
        async with opened(site, "counter", limits=limits, may_restart=seed != 1) as it:
            return await walked(it, act)

    assert asyncio.run(body(kill)) == asyncio.run(body(spare))
