"""The search's world on sites: a window that explores, and a server that is put back after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from env.clock import parse_clock
from env.link.thread import BrowserThread
from env.opened import Opened
from env.pool import PoolLimits
from env.restore.snapshots import Snapshots
from env.sites.definition import SiteTask
from env.sites.page import Entry, SitePage
from env.world import BrowserWorlds, opened_root

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

    Raises:
        SiteDown: a page did not load, or is not the site's.
    """
    page = SitePage(thread, entry, family=task.benchmark, clock=parse_clock(settle))
    close = page.close
    try:
        root = await opened_root(thread, page)
        worlds = BrowserWorlds(thread, page, root, limits=limits, snapshots=snapshots)
        close = worlds.close
        yield Opened(
            task=task.told(seed=seed, start_url=root.url),
            root=root,
            worlds=worlds,
            effects=effects,
        )
    finally:
        await thread.finish(close)
