"""The search's world: live pages behind the protocols of :mod:`mcts.protocols`.

No reward crosses this module, in either direction: the page tells whether it still takes actions,
and nobody here asks why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from env.link.cdp import DEADLINE
from env.link.thread import BrowserThread
from env.live import CANONICAL, FOLDER, LivePage
from env.measure import Measured
from env.miniwob import ACTION_LIMIT, MiniwobTask, load
from env.page.observe import changing
from env.restore import Trail, restore, trail
from env.site import DEFAULT_SETTLE, MiniwobSite
from mcts.protocols import Level, Restored, Transition
from webpilot.actions import MINIWOB_ALL
from webpilot.types import Action, Observation, Path, Task

__all__ = ["BrowserWorld", "BrowserWorlds", "Search", "open_search"]


class BrowserWorld:
    """One page that can act and go back; implements :class:`mcts.protocols.World`."""

    def __init__(self, thread: BrowserThread, page: LivePage, *, here: Trail | None = ()) -> None:
        self._thread = thread
        self._page = page
        self._here = here

    async def observe(self) -> Observation:
        """Return the current page without changing it."""
        return await self._thread.run(self._page.metered, self._page.observe)

    async def step(self, action: Action) -> Transition:
        """Execute ``action``; a failed action is an observation with ``last_error``.

        Raises:
            BrowserLost: the page is gone; ``restore`` loads a new one.
            StepTimeout: the page hangs; its browser was killed and ``restore`` starts another.
        """
        return await self._thread.run(self._page.metered, lambda: self._step(action))

    async def restore(self, path: Path) -> Restored:
        """Go back to the end of ``path``; the observation carries the bids of ``path.target``."""
        return await self._thread.run(self._page.metered, lambda: self._restore(path))

    def _step(self, action: Action) -> Transition:
        here, self._here = self._here, None
        error = self._page.act(action)
        observation = self._page.observe(last_error=error)
        ended = self._page.ended()
        if here is not None:
            self._here = (*here, (action.raw, observation.fingerprint.exact))
        return Transition(observation=observation, ended=ended)

    def _restore(self, path: Path) -> Restored:
        here, self._here = self._here, None
        restored = restore(self._page, path, here=here)
        if restored.level is not Level.DRIFTED:
            self._here = trail(path.all_steps)
        return restored


class BrowserWorlds:
    """The worlds of one search; serial: one page, leased to one user at a time."""

    def __init__(self, thread: BrowserThread, page: LivePage) -> None:
        self._page = page
        self._world = BrowserWorld(thread, page)
        self._free = asyncio.Lock()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[BrowserWorld]:
        """Yield the world once nobody else holds it."""
        async with self._free:
            yield self._world

    def measured(self) -> Measured:
        """Return what restoring has cost so far."""
        return self._page.meter.read()


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
) -> AsyncIterator[Search]:
    """Yield a task's search world; its page is discarded afterwards.

    Args:
        site: the served pages and the browser.
        task_id: BrowserGym's id of the task.
        seed: the benchmark's seed of the instance.
        settle: ``virtual:MS``, ``real:MS`` or ``none``; pages that run on timers use real time.
        deadline: seconds one message to the page may take.

    Raises:
        ConfigError: no such task, no such policy, or no browser.
        SiteDown: the page did not load.
    """
    task = load(task_id)
    page = site.page(task, seed=seed, settle=settle, deadline=deadline)
    try:
        root = await site.thread.run(page.metered, lambda: open_root(page))
        yield Search(
            task=describe(task, seed=seed, goal=page.goal),
            root=root,
            worlds=BrowserWorlds(site.thread, page),
            settle=task.settle(settle),
            browser=await site.thread.run(lambda: site.thread.browser().version),
        )
    finally:
        await site.thread.finish(page.close)


def open_root(page: LivePage) -> Observation:
    """Load ``page``, learn what changes on it by itself, and return its root observation.

    What changes by itself is found by looking twice, a settling period apart (decision 6).
    """
    page.load()
    first = page.observe()
    page.settle()
    second = page.observe()
    page.mask = changing(first, second)
    if first.fingerprint.exact == second.fingerprint.exact:
        return first
    # The page has moved on: what is called the root must be a fresh one.
    page.load()
    return page.observe()


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
