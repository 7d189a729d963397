"""A race to one node of a task's pages: BrowserGym's reset and replay, and each tier of ours.

All take turns in one run, on the same served pages, seed and clicks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from env.gym.peer import KNOBS, SHIPPED, Peer
from env.miniwob.page import FOLDER
from env.miniwob.search import Search, open_search
from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits
from env.restore.tiers import LIVE, RELOAD, RESTART
from env.world import BrowserWorld
from webpilot.types import Action, Path, PathStep

__all__ = ["DEPTH", "NAMES", "PEERS", "SEED", "Reached", "raced"]

SEED = 3
DEPTH = 3
"""Clicks from the root to the node."""
PEERS = {"browsergym": SHIPPED, "browsergym, knobs": KNOBS}
OURS = {
    LIVE: PoolLimits(pages=2, tiers=(LIVE,)),
    RESTART: PoolLimits(pages=1, tiers=(RESTART,)),
    RELOAD: PoolLimits(pages=1, tiers=(RELOAD,)),
}
NAMES = (*PEERS, RELOAD, RESTART, LIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One way to one node."""

    task: str
    contestant: str
    round: int
    ms: float
    level: str | None = None
    """How far the page agreed, for ours."""
    same: bool | None = None
    """Whether its text was that of the first time, for ours."""


@asynccontextmanager
async def searching(site: MiniwobSite, task: str, tier: str) -> AsyncIterator[Search]:
    """Yield a search world that goes back by one tier only."""
    async with open_search(site, task, seed=SEED, limits=OURS[tier]) as search:
        yield search


async def deep(world: BrowserWorld, root: Path) -> Path:
    """Return a node of the wanted depth: elements pressed that work and do not end the page."""
    path = root
    for target in root.root.elements:
        if len(path.steps) == DEPTH:
            break
        if target.box is None or not target.box[2] or target.role in ("RootWebArea", "generic"):
            continue
        action = Action(kind="click", args=(target.bid,), target=target)
        after = await world.step(action)
        if after.ended or after.observation.last_error:
            await world.restore(path)
        else:
            step = PathStep(action=action, observation=after.observation)
            path = Path(root=root.root, steps=(*path.steps, step))
    while len(path.steps) < DEPTH:
        action = Action(kind="click", args=(path.target.elements[0].bid,))
        step = PathStep(action=action, observation=(await world.step(action)).observation)
        path = Path(root=root.root, steps=(*path.steps, step))
    return path


async def back(world: BrowserWorld, path: Path, **about: Any) -> Reached:
    """Return how the world came back to the end of ``path``."""
    began = time.perf_counter()
    restored = await world.restore(path)
    spent = (time.perf_counter() - began) * 1000
    told = restored.tier if restored.tier == about["contestant"] else f"by {restored.tier}"
    return Reached(
        **{**about, "contestant": told},
        ms=spent,
        level=restored.level.value,
        same=restored.observation.text == path.target.text,
    )


def replayed(peer: Peer, base_url: str, path: Path, about: Mapping[str, Any]) -> Reached:
    """Return how BrowserGym came to the end of ``path``."""
    peer.reset(about["task"], SEED, base_url=base_url, knobs=PEERS[about["contestant"]])
    spent = peer.answer().seconds
    for step in path.steps:
        peer.step(step.action.raw)
        spent += peer.answer().seconds
    return Reached(**about, ms=spent * 1000)


async def raced(
    site: MiniwobSite, peers: Mapping[str, Peer], task: str, sample: int
) -> list[Reached]:
    """Return every contestant's ways to one node of a task, taken in turns."""
    found: list[Reached] = []
    base_url = site.server.url + FOLDER
    async with (
        searching(site, task, LIVE) as live,
        searching(site, task, RESTART) as restart,
        searching(site, task, RELOAD) as fresh,
        live.worlds.lease() as first,
        restart.worlds.lease() as second,
        fresh.worlds.lease() as third,
    ):
        root = Path(root=live.root)
        path = await deep(first, root)
        await first.restore(root)  # on a second page: the first one stays at the node
        worlds = {LIVE: first, RESTART: second, RELOAD: third}
        for number in range(sample + 1):
            told = {"task": task, "round": number}
            for name, peer in peers.items():
                about = {**told, "contestant": name}
                found.append(await asyncio.to_thread(replayed, peer, base_url, path, about))
            for name, world in worlds.items():
                found.append(await back(world, path, **told, contestant=name))
            await first.restore(root)
    return [each for each in found if each.round]  # one round before is not counted
