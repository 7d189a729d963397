"""The search's world: live pages behind the protocols of :mod:`mcts.protocols`.

No reward crosses this module, in either direction: the page tells whether it still takes actions,
and nobody here asks why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from env.link.thread import BrowserThread
from env.live import LivePage
from env.measure import Measured
from env.page.observe import changing
from env.pool import PagePool, PoolLimits, Seat
from env.restore.ladder import Ladder
from env.restore.restarts import Restarts
from env.restore.routes import Routes
from env.restore.snapshots import Snapshots
from env.restore.tiers import trail
from mcts.protocols import Level, Restored, Transition
from webpilot.errors import BrowserLost, ConfigError, StepTimeout
from webpilot.observation import Observation
from webpilot.types import Action, Path, PathStep

__all__ = ["BrowserWorld", "BrowserWorlds", "open_root", "opened_root"]

T = TypeVar("T")
OPENINGS = 3
"""How often a root is tried: a browser's death may cost its driver's life with the next try."""


class BrowserWorld:
    """One user of the live pages that can act and go back; see :class:`mcts.protocols.World`.

    It works with one page at a time. A page or browser that dies underneath it is replaced, and
    what was going on is done once more, unless something was written to a server meanwhile. An
    action that makes the page hang is not repeated.
    """

    def __init__(self, thread: BrowserThread, ladder: Ladder, root: Observation) -> None:
        self._thread = thread
        self._ladder = ladder
        self._pool = ladder.pool
        self._path: Path | None = Path(root=root)
        """Where its page stands; ``None`` where that is unknown."""
        self._page: LivePage | None = None
        """The page it worked with last."""

    async def observe(self) -> Observation:
        """Return the current page without changing it."""
        return await self._lasting(lambda: self._seat().page.observe())

    async def step(self, action: Action) -> Transition:
        """Execute ``action``; a failed action is an observation with ``last_error``.

        Raises:
            BrowserLost: the page is gone and did not come back; ``restore`` loads a new one.
            StepTimeout: the page hangs; its browser was killed and ``restore`` starts another.
        """
        return await self._lasting(lambda: self._step(action))

    async def restore(self, path: Path) -> Restored:
        """Go back to the end of ``path``; the observation carries the bids of ``path.target``.

        Raises:
            BrowserLost: browsers die again and again.
            StepTimeout: the way there hangs, on a fresh page too.
        """
        hung = False
        while True:
            try:
                return await self._run(lambda: self._restore(path))
            except (BrowserLost, StepTimeout) as error:
                hangs = isinstance(error, StepTimeout)
                if (hangs and hung) or not self._pool.recovers():
                    raise
                hung = hung or hangs

    async def leave(self) -> None:
        """Let other worlds have the page, which stays where it is."""
        await self._thread.finish(self._pool.leave, self)

    async def _run(self, work: Callable[[], T]) -> T:
        return await self._thread.run(self._pool.first.metered, work)

    async def _lasting(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, done again on a new page where this one died."""
        path, attempt = self._path, work
        while True:
            try:
                return await self._run(attempt)
            except BrowserLost:
                if path is None or not self._may_repeat(path):
                    raise
                attempt = partial(self._again, path, work)

    def _may_repeat(self, path: Path) -> bool:
        harmless = self._ladder.routes.repeatable(self._page, trail(path.all_steps))
        return harmless and self._pool.recovers()

    def _again(self, path: Path, work: Callable[[], T]) -> T:
        if self._restore(path).level is Level.DRIFTED:
            raise BrowserLost("the page is gone, and a new one did not come to where it was")
        return work()

    def _seat(self) -> Seat:
        """Return the seat to work with: the world's own, or one brought to where it stood."""
        seat = self._pool.of(self)
        taken = self._page is None or self._page.alive
        if seat is None and taken and self._path is not None:
            self._restore(self._path)
            seat = self._pool.of(self)
        if seat is None:
            raise BrowserLost("the page is gone; restoring brings it back")
        self._page = seat.page
        return self._pool.take(seat, self)

    def _step(self, action: Action) -> Transition:
        seat = self._seat()
        path, self._path = self._path, None
        before, seat.here = seat.here, None
        error = seat.page.act(action)
        observation = seat.page.observe(last_error=error)
        seat.ended = seat.page.ended()
        if path is not None:
            step = PathStep(action=action, observation=observation)
            self._path = replace(path, steps=(*path.steps, step))
        if before is not None:
            seat.here = (*before, (action.raw, observation.fingerprint.exact))
            self._ladder.routes.stepped(seat.page, before, seat.here)
        return Transition(observation=observation, ended=seat.ended)

    def _restore(self, path: Path) -> Restored:
        self._path = None
        restored = self._ladder.restore(path, self)
        if restored.level is not Level.DRIFTED:
            self._path = path
        seat = self._pool.of(self)
        self._page = None if seat is None else seat.page
        return restored


class BrowserWorlds:
    """The worlds of one search, leased to one user at a time each; they share the live pages."""

    def __init__(
        self,
        thread: BrowserThread,
        page: LivePage,
        root: Observation,
        *,
        limits: PoolLimits | None = None,
        count: int = 1,
        restarts: Restarts | None = None,
        snapshots: Snapshots | None = None,
    ) -> None:
        """Take over a page that stands at its root.

        Args:
            thread: owner of the browser.
            page: loaded, and nothing done on it since.
            root: what it shows.
            limits: of the live pages.
            count: how many worlds may be leased at once.
            restarts: what this process knows of in-page restarts; by default nothing.
            snapshots: puts the server behind the pages back.

        Raises:
            ConfigError: several worlds would share one server that keeps what they write, or
                nobody would notice that they write.
        """
        if snapshots is not None and (count > 1 or not page.watched):
            raise ConfigError("snapshots are for one world whose pages are watched: give it both")
        pool = PagePool(limits or PoolLimits(), page, worlds=count)
        routes = Routes(snapshots)
        routes.opened(page)
        ladder = Ladder(pool, restarts=restarts or Restarts(), routes=routes)
        self._pool = pool
        worlds = [BrowserWorld(thread, ladder, root) for _ in range(count)]
        pool.seats[0].last = worlds[0]
        self._free: asyncio.LifoQueue[BrowserWorld] = asyncio.LifoQueue()
        for world in reversed(worlds):
            self._free.put_nowait(world)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[BrowserWorld]:
        """Yield a world that nobody else holds; who has waited longest is next."""
        world = await self._free.get()
        try:
            yield world
        finally:
            try:
                await world.leave()
            finally:
                self._free.put_nowait(world)

    def measured(self) -> Measured:
        """Return what restoring has cost so far."""
        return self._pool.meter.read()

    def close(self) -> None:
        """Discard all pages; in the browser's thread."""
        self._pool.close()


async def opened_root(thread: BrowserThread, page: LivePage) -> Observation:
    """Return the root that ``page`` was opened at, on another browser if the first one dies."""
    for _ in range(OPENINGS - 1):
        with suppress(BrowserLost):
            return await thread.run(page.metered, lambda: open_root(page))
    return await thread.run(page.metered, lambda: open_root(page))


def open_root(page: LivePage) -> Observation:
    """Load ``page``, learn what changes on it by itself, and return its root observation.

    What changes by itself is found by looking twice, a settling period apart (decision 6).
    """
    page.load()
    first = page.observe()
    page.settle()
    second = page.observe()
    page.mask = changing(first, second)
    page.quiet = first.fingerprint.exact == second.fingerprint.exact
    if page.quiet:
        return first
    # The page has moved on: what is called the root must be a fresh one.
    page.load()
    return page.observe()
