"""A search over BrowserGym's own environment: the slow backend, for comparison.

It goes back as every peer does, by a reset and a replay. What a page shows is read by our
extraction, so that the trees of both backends can be compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from env.measure import Measured
from env.miniwob.catalogue import load
from env.miniwob.reference_page import ReferencePage
from env.miniwob.reference_thread import Worker
from env.miniwob.search import describe
from env.miniwob.site import DEFAULT_SETTLE
from env.miniwob.suite import MiniwobSuite
from env.opened import Opened
from env.page.observe import align, changing
from env.pool import PoolLimits
from env.server import PageServer, miniwob_folder
from mcts.protocols import Level, Restored, Transition
from webpilot.observation import Observation
from webpilot.types import Action, Path

__all__ = ["ReferenceSuite"]

TIER = "reset + replay"


class ReferenceWorld:
    """That page behind the protocols of the search: a world, and the pool that leases it."""

    def __init__(self, worker: Worker, page: ReferencePage) -> None:
        self._worker = worker
        self._page = page
        self._free = asyncio.Lock()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[ReferenceWorld]:
        """Yield the world once nobody else holds it."""
        async with self._free:
            yield self

    def measured(self) -> Measured:
        """Return what the browser did so far."""
        return self._page.meter.read()

    async def observe(self) -> Observation:
        """Return the current page."""
        return await self._worker.run(self._page, self._page.observe)

    async def step(self, action: Action) -> Transition:
        """Execute ``action``; a failed action is an observation with ``last_error``."""

        def work() -> Transition:
            error = self._page.act(action)
            observation = self._page.observe(last_error=error)
            return Transition(observation=observation, ended=self._page.ended())

        return await self._worker.run(self._page, work)

    async def restore(self, path: Path) -> Restored:
        """Reset and replay: the one way back that peers have."""
        return await self._worker.run(self._page, lambda: _replayed(self._page, path))


def _replayed(page: ReferencePage, path: Path) -> Restored:
    page.load()
    found = page.observe(last_error=path.root.last_error)
    level = align(path.root, found).level
    for step in path.all_steps:
        if level is Level.DRIFTED:
            page.meter.gave_up()
            break
        page.act(step.action)
        page.meter.replayed()
        found = page.observe(last_error=step.observation.last_error)
        level = align(step.observation, found).level
    else:
        page.meter.restored(TIER)
    return Restored(observation=found, tier=TIER, level=level)


class ReferenceSuite(MiniwobSuite):
    """MiniWoB++ searched in BrowserGym's environment and judged as ever in ours."""

    def __init__(self, *, settle: str = DEFAULT_SETTLE, limits: PoolLimits | None = None) -> None:
        """Make ready; browsers start with the first page.

        Args:
            settle: of the pages that judge; those searched wait as BrowserGym does.
            limits: of live pages; none is kept here.
        """
        super().__init__(settle=settle, limits=limits)
        self._worker = Worker()
        self._server = PageServer(miniwob_folder()).start()

    @asynccontextmanager
    async def open_search(self, task_id: str, seed: int) -> AsyncIterator[Opened]:
        """Yield the search world of one episode."""
        task = load(task_id)
        page = ReferencePage(task, seed=seed, base_url=self._server.url)
        try:
            root = await self._worker.run(page, lambda: _root(page))
            yield Opened(
                task=describe(task, seed=seed, goal=page.goal),
                root=root,
                worlds=ReferenceWorld(self._worker, page),
            )
        finally:
            await self._worker.run(page, page.close)

    def close(self) -> None:
        """Close every browser and stop serving."""
        self._worker.close()
        self._server.close()
        super().close()

    async def aclose(self) -> None:
        """Close from inside a running event loop."""
        await asyncio.shield(asyncio.to_thread(self.close))


def _root(page: ReferencePage) -> Observation:
    """Return the fresh page, once it is known what changes on it by itself."""
    page.load()
    first = page.observe()
    page.settle()
    page.mask = changing(first, page.observe())
    page.load()
    return page.observe()
