"""The search side of one MiniWoB++ episode: a task's page, opened, and worlds over it.

No reward crosses this module: what the benchmark says is asked in :mod:`env.miniwob.episode` alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from env.link.page_session import DEADLINE
from env.miniwob.catalogue import ACTION_LIMIT, MiniwobTask, load
from env.miniwob.page import CANONICAL, FOLDER
from env.miniwob.site import DEFAULT_SETTLE, MiniwobSite
from env.pool import PoolLimits
from env.world import BrowserWorlds, opened_root
from webpilot.actions import MINIWOB_ALL
from webpilot.observation import Observation
from webpilot.types import Task

__all__ = ["Search", "describe", "open_search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """An opened search world."""

    task: Task
    root: Observation
    """The page right after a fresh load; the root of every path."""
    worlds: BrowserWorlds
    settle: str
    """The clock policy in use, for the record."""
    browser: str
    """The browser's version, for the record."""


@asynccontextmanager
async def open_search(
    site: MiniwobSite,
    task_id: str,
    *,
    seed: int,
    settle: str = DEFAULT_SETTLE,
    deadline: float = DEADLINE,
    limits: PoolLimits | None = None,
    count: int = 1,
) -> AsyncIterator[Search]:
    """Yield a task's search world; its pages are discarded afterwards.

    Args:
        site: the served pages and the browser.
        task_id: BrowserGym's id of the task.
        seed: the benchmark's seed of the instance.
        settle: ``virtual:MS``, ``real:MS`` or ``none``; pages that run on timers use real time.
        deadline: seconds one message to the page may take.
        limits: of the live pages.
        count: how many worlds may be leased at once.

    Raises:
        ConfigError: no such task, no such policy, or no browser.
        SiteDown: the page did not load.
    """
    task = load(task_id)
    page = site.page(task, seed=seed, settle=settle, deadline=deadline)
    close = page.close
    try:
        root = await opened_root(site.thread, page)
        worlds = BrowserWorlds(
            site.thread, page, root, limits=limits, count=count, restarts=site.restarts
        )
        close = worlds.close
        yield Search(
            task=describe(task, seed=seed, goal=page.goal),
            root=root,
            worlds=worlds,
            settle=task.settle(settle),
            browser=await site.thread.run(lambda: site.thread.browser().version),
        )
    finally:
        await site.thread.finish(close)


def describe(task: MiniwobTask, *, seed: int, goal: str) -> Task:
    """Return what the agent may know of a task."""
    return Task(
        id=task.id,
        seed=seed,
        goal=goal,
        benchmark="miniwob",
        site="miniwob",
        start_url=f"{CANONICAL}{FOLDER}{task.name}.html",
        action_kinds=MINIWOB_ALL,
        action_limit=ACTION_LIMIT,
    )
