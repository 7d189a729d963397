"""Pages of our own behind the same doors as MiniWoB++'s: served, set up, searched, judged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from browsergym.miniwob.base import AbstractMiniwobTask

from env.clock import parse_clock
from env.miniwob.catalogue import MiniwobTask
from env.miniwob.episode import MiniwobEpisode
from env.miniwob.page import MiniwobPage
from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits
from env.restore.snapshots import Snapshots
from env.server import PageServer, miniwob_folder
from env.world import BrowserWorld, BrowserWorlds, opened_root
from webpilot.observation import Observation
from webpilot.types import Action, PathStep
from webpilot.types import Path as Route

PAGES = Path(__file__).resolve().parents[1] / "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask(MiniwobTask):
    """A page of tests/pages that keeps MiniWoB++'s contract."""

    id: str = "pages.test"
    group: int = -1
    split: str = "train"
    may_restart: bool = True

    @property
    def restartable(self) -> bool:
        return self.may_restart

    def instance(self, *, seed: int, base_url: str) -> AbstractMiniwobTask:
        kind = type("OwnPage", (AbstractMiniwobTask,), {"subdomain": self.name})
        return kind(seed=seed, base_url=base_url)


def own_pages(**changed: str) -> PageServer:
    """MiniWoB++'s pages and ours in one server; ``changed`` replaces whole pages by name."""
    extra = {f"/miniwob/{file.name}": file.read_bytes() for file in PAGES.glob("*.html")}
    extra |= {f"/miniwob/{name}.html": text.encode() for name, text in changed.items()}
    return PageServer(miniwob_folder(), extra=extra)


def live_page(
    site: MiniwobSite,
    name: str,
    *,
    seed: int = 1,
    settle: str = "virtual:500",
    deadline: float = 15.0,
    may_restart: bool = True,
    base_url: str | None = None,
    watched: bool = False,
) -> MiniwobPage:
    return MiniwobPage(
        site.thread,
        PageTask(name=name, may_restart=may_restart),
        seed=seed,
        base_url=site.server.url if base_url is None else base_url,
        clock=parse_clock(settle),
        deadline=deadline,
        watched=watched,
    )


class Opened(SimpleNamespace):
    """A search world on one of our pages."""

    page: MiniwobPage
    root: Observation
    world: BrowserWorld
    worlds: BrowserWorlds

    def route(self, *steps: PathStep) -> Route:
        return Route(root=self.root, steps=steps)

    async def press(self, name: str, seen: Observation | None = None) -> PathStep:
        """Press the element with this name and return the step for a path."""
        action = pressing(self.root if seen is None else seen, name)
        return PathStep(action=action, observation=(await self.world.step(action)).observation)


def pressing(seen: Observation, name: str) -> Action:
    """A click on the one element with this name."""
    (target,) = [element for element in seen.elements if element.name == name]
    return Action(kind="click", args=(target.bid,), target=target)


@asynccontextmanager
async def opened(
    site: MiniwobSite,
    name: str,
    *,
    limits: PoolLimits | None = None,
    snapshots: Snapshots | None = None,
    **settings: object,
) -> AsyncIterator[Opened]:
    page = live_page(site, name, **settings)  # type: ignore[arg-type]
    close = page.close
    try:
        root = await opened_root(site.thread, page)
        worlds = BrowserWorlds(site.thread, page, root, limits=limits, snapshots=snapshots)
        close = worlds.close
        async with worlds.lease() as world:
            yield Opened(page=page, root=root, world=world, worlds=worlds)
    finally:
        await site.thread.finish(close)


@asynccontextmanager
async def judged(site: MiniwobSite, name: str, limit: int = 10) -> AsyncIterator[MiniwobEpisode]:
    page = live_page(site, name)
    try:
        yield MiniwobEpisode(site.thread, page, action_limit=limit)
    finally:
        await site.thread.finish(page.close)
