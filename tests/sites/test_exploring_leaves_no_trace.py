"""Whatever a search does, the servers that are judged hold what was committed, and nothing else.

Random scripts on the ledger, by both ways of exploring: on a server of the search's own that is put
back, and on the judged one by reading alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from env.guard.network import NetworkPolicy
from env.link.thread import BrowserThread
from mcts.protocols import Level, World
from tests.sites.small_site import SmallSite, action
from tests.sites.test_site_world import awaited
from webpilot.observation import Observation
from webpilot.types import Action, Path, PathStep

SCRIPTS = 20
STEPS = 3
HERE = Action(kind="goto", args=("http://shopping/ledger",))
THERE = Action(kind="goto", args=("http://shopping/index.html",))
NAMES = ("Ledger", "Add", "add again", "mark", "many lines")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmallSite, SmallSite]]:
    """The servers that are searched on and those that are judged, in one browser."""
    explored = SmallSite(tmp_path_factory.mktemp("explored"))
    judged = SmallSite(tmp_path_factory.mktemp("judged"))
    hosts = (*explored.addresses.hosts, *judged.addresses.hosts)
    explored.thread = judged.thread = BrowserThread(network=NetworkPolicy(hosts=hosts))
    yield explored, judged
    explored.close()
    judged.close()


def digest(site: SmallSite) -> str:
    """The logical hash of all that a site holds."""
    return hashlib.sha256(json.dumps(site.server.lines).encode()).hexdigest()


def drawn(seen: Observation, rng: np.random.Generator) -> Action | None:
    """A click on something of the page, or a line to add; buttons that write count most."""
    known = {each.name for each in seen.elements if each.role != "StaticText"}
    names = [name for name in NAMES if name in known]
    if not names:
        return None
    if "Add" in names and rng.random() < 0.5:
        return action(seen, "fill", "Line", f"line {rng.integers(100)}")
    weights = np.array([5.0 if name in ("Add", "add again") else 1.0 for name in names])
    return action(seen, "click", names[int(rng.choice(len(names), p=weights / weights.sum()))])


async def wander(
    world: World, root: Observation, rng: np.random.Generator
) -> tuple[list[Path], list[Level]]:
    """Walk at random, going back at random; return where it was and how exactly it went back."""
    path, levels = Path(root=root), []
    visited = [path]
    for _ in range(STEPS):
        chosen = drawn(path.target, rng)
        if chosen is not None:
            step = await world.step(chosen)
            here = replace(
                path, steps=(*path.steps, PathStep(action=chosen, observation=step.observation))
            )
            visited.append(here)
            path = here if not step.ended else path
        if chosen is None or path is not visited[-1] or rng.random() < 0.4:
            path = visited[int(rng.integers(len(visited)))]
            levels.append((await world.restore(path)).level)
            path = path if not path.target.held_back else Path(root=root)
            if path.target is root:
                levels.append((await world.restore(path)).level)
    return visited, levels


@awaited
async def test_exploring_on_servers_of_its_own_leaves_the_judged_ones_as_they_were(
    sites: tuple[SmallSite, SmallSite],
) -> None:
    explored, judged = sites
    seed = digest(judged)
    async with judged.episode() as episode, explored.searching() as opened:
        root = Path(root=opened.root)
        async with opened.worlds.lease() as world:
            for script in range(SCRIPTS):
                rng = np.random.default_rng(script)
                visited, levels = await wander(world, opened.root, rng)
                assert set(levels) <= {Level.EXACT}, script
                assert digest(judged) == seed, script
                # Where it is put back to is where its own servers are, and stay.
                back = visited[int(rng.integers(len(visited)))]
                held = await put_back(explored, world, back)
                assert await put_back(explored, world, root) == ()
                assert await put_back(explored, world, back) == held, script
                # What is committed meanwhile is seen by the judged servers alone.
                await episode.commit([HERE if script % 2 else THERE])
                assert explored.server.lines == held, script
                assert digest(judged) == seed, script
                await world.restore(root)
            await world.restore(back)
    assert explored.server.lines == held  # closing a search changes nothing
    assert explored.ledger.sent > SCRIPTS  # the scripts did write
    assert judged.ledger.sent == 0


async def put_back(site: SmallSite, world: World, path: Path) -> tuple[str, ...]:
    """Return what the site holds once the search is back."""
    assert (await world.restore(path)).level is Level.EXACT
    return site.server.lines


@awaited
async def test_exploring_by_reading_leaves_what_the_last_commit_left(
    sites: tuple[SmallSite, SmallSite],
) -> None:
    _, judged = sites
    start, refused = len(judged.server.lines), 0
    async with (
        judged.episode(judged.task(action_limit=5 * SCRIPTS)) as episode,
        judged.searching(writes=False, standing=episode.standing) as opened,
    ):
        home, here, worlds = opened.root, opened.root, opened.worlds
        adding = [THERE, action(home, "fill", "Line", "kept"), action(home, "click", "Add")]
        for script in range(SCRIPTS):
            committed = digest(judged)
            async with worlds.lease() as world:
                visited, levels = await wander(world, here, np.random.default_rng(1000 + script))
            assert set(levels) <= {Level.EXACT}, script
            assert digest(judged) == committed, script
            refused += sum(path.target.held_back for path in visited)
            await episode.commit([*adding, THERE] if script % 2 else adding)
            committed = digest(judged)
            assert opened.reroot is not None
            here, worlds = await opened.reroot()  # type: ignore[assignment]
            assert digest(judged) == committed, script
    assert refused > SCRIPTS
    assert judged.server.lines[start:] == ("kept",) * SCRIPTS
