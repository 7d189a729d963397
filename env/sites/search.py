"""The search's world on sites: a window that explores, and a server that is put back after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from env.clock import parse_clock
from env.link.thread import BrowserThread
from env.opened import Opened
from env.pool import PoolLimits
from env.restore.snapshots import Snapshots
from env.sites.definition import SiteTask
from env.sites.entry import Entry, Standing
from env.sites.page import SitePage
from env.world import BrowserWorlds, opened_root
from webpilot.committing import Rooted
from webpilot.observation import Observation

__all__ = ["open_site_search"]


@asynccontextmanager
async def open_site_search(
    thread: BrowserThread,
    task: SiteTask,
    entry: Entry,
    *,
    seed: int,
    settle: str,
    snapshots: Snapshots | None,
    limits: PoolLimits | None = None,
    effects: Callable[[], tuple[str, ...]] = tuple,
    contaminated: Callable[[], str] = str,
    anew: bool = True,
    standing: Callable[[], Standing] | None = None,
) -> AsyncIterator[Opened]:
    """Yield the search world of one episode; its pages are discarded afterwards.

    Args:
        thread: owner of the browser.
        task: what is asked.
        entry: how a window comes to the sites.
        seed: of the episode.
        settle: the clock policy.
        snapshots: puts the servers behind the pages back; ``None`` where nothing may be written.
        limits: of the live pages.
        effects: returns what was done to the sites so far.
        contaminated: returns why the result does not stand for clean servers, or nothing.
        anew: whether the sites hold nothing that an earlier try at the episode has done.
        standing: returns where the judged episode stands; in the browser's thread. Given where
            search and commit share their servers: then each subtask's path is committed when it is
            found, and the search begins anew from there.

    Raises:
        SiteDown: a page did not load, or is not the site's.
    """
    explored = _Explored(thread, task, settle=settle, snapshots=snapshots, limits=limits)
    try:
        root, worlds = await explored.begin(entry)

        async def reroot(standing: Callable[[], Standing]) -> Rooted:
            where = await thread.run(standing)
            return Rooted(*await explored.begin(replace(entry, **where.way)))

        yield Opened(
            task=task.told(seed=seed, start_url=root.url),
            root=root,
            worlds=worlds,
            effects=effects,
            contaminated=contaminated,
            anew=anew,
            reroot=None if standing is None else partial(reroot, standing),
        )
    finally:
        await thread.finish(explored.close)


@dataclass(slots=True)
class _Explored:
    """The pages of one episode's search, which may begin anew elsewhere."""

    thread: BrowserThread
    task: SiteTask
    settle: str = field(kw_only=True)
    snapshots: Snapshots | None = field(kw_only=True)
    limits: PoolLimits | None = field(kw_only=True)
    _first: SitePage | None = None
    _close: Callable[[], None] = field(default=lambda: None)

    async def begin(self, entry: Entry) -> tuple[Observation, BrowserWorlds]:
        """Return root and worlds of a search from ``entry`` on; the ones before are discarded."""
        page = SitePage(
            self.thread, entry, family=self.task.benchmark, clock=parse_clock(self.settle)
        )
        if self._first is not None:
            page.meter = self._first.meter
        await self.thread.run(self._close)
        self._first, self._close = page, page.close
        root = await opened_root(self.thread, page)
        worlds = BrowserWorlds(
            self.thread, page, root, limits=self.limits, snapshots=self.snapshots
        )
        self._close = worlds.close
        return root, worlds

    def close(self) -> None:
        """Discard all pages; in the browser's thread."""
        self._close()
