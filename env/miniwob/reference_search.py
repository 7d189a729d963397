"""A search over BrowserGym's own environment: the slow backend, for comparison.

It acts through BrowserGym's :class:`BrowserEnv`, waits as that waits, and goes back as every peer
does, by a reset and a replay. What a page shows is read by our extraction, so that the trees of
both backends can be compared. No reward leaves this module.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError

from env.link.calls import ProtocolError
from env.link.session import Call, Reply
from env.measure import Measured, Meter
from env.miniwob.catalogue import MiniwobTask, load, task_classes
from env.miniwob.page import CANONICAL, FOLDER
from env.miniwob.reference import browsers_folder
from env.miniwob.search import describe
from env.miniwob.site import DEFAULT_SETTLE
from env.miniwob.suite import MiniwobSuite
from env.opened import Opened
from env.page.observe import Canonical, align, changing, observe
from env.pool import PoolLimits
from env.server import PageServer, miniwob_folder
from mcts.protocols import Level, Restored, Transition
from webpilot.errors import BrowserLost
from webpilot.observation import Observation
from webpilot.types import Action, Path

if TYPE_CHECKING:
    from browsergym.core.env import BrowserEnv

__all__ = ["ReferenceSuite"]

T = TypeVar("T")

TIER = "reset + replay"
BROWSERS = "PLAYWRIGHT_BROWSERS_PATH"


@dataclass(frozen=True, slots=True)
class PlaywrightSession:
    """A DevTools session through Playwright; implements :class:`env.link.session.Session`."""

    session: CDPSession

    def send(
        self, method: str, params: Mapping[str, Any] | None = None, *, timeout: float | None = None
    ) -> Reply:
        """Return the result of one call; Playwright has no timeout for it."""
        del timeout
        try:
            return dict(self.session.send(method, dict(params or {})))
        except PlaywrightError as error:
            raise ProtocolError(method, 0, str(error).splitlines()[0]) from error

    def send_all(self, calls: Sequence[Call], *, timeout: float | None = None) -> list[Reply]:
        """Return the results of several calls, one after the other."""
        return [self.send(method, params, timeout=timeout) for method, params in calls]


class ReferencePage:
    """One instance of a task in BrowserGym's environment; all of it in one thread."""

    def __init__(self, task: MiniwobTask, *, seed: int, base_url: str) -> None:
        self.task = task
        self.meter = Meter()
        self.mask: frozenset[str] = frozenset()
        self.quiet = True
        self.goal = ""
        self._seed = seed
        self._base_url = base_url
        self._env: BrowserEnv | None = None
        self._canonical = Canonical.of({base_url: CANONICAL})

    @property
    def session(self) -> PlaywrightSession:
        """The session to read the page by.

        Raises:
            BrowserLost: nothing was loaded yet.
        """
        if self._env is None:
            raise BrowserLost("no page was loaded")
        return self._session

    def load(self) -> None:
        """Reset the environment: BrowserGym closes its browsers and starts two new ones."""
        if self._env is None:
            self._env = _environment(self.task, self._base_url)
        shown, _ = self._env.reset(seed=self._seed)
        self.goal = str(shown["goal"])
        page = self._env.page
        self._session = PlaywrightSession(page.context.new_cdp_session(page))

    def settle(self) -> None:
        """Wait as BrowserGym does before it looks."""
        assert self._env is not None
        time.sleep(self._env.pre_observation_delay)

    def observe(self, *, last_error: str = "") -> Observation:
        """Return the current page."""
        scale = float(getattr(self._env and self._env.page, "_bgym_scale_factor", 1.0))
        return observe(
            self.session,
            canonical=self._canonical,
            last_error=last_error,
            scale=scale,
            mask=self.mask,
        )

    def act(self, action: Action) -> str:
        """Take one step of BrowserGym's; return the first line of its error, or ''."""
        assert self._env is not None
        shown, *_ = self._env.step(action.raw)
        return str(shown["last_action_error"]).split("\n", 1)[0]

    def ended(self) -> bool:
        """Return whether the page takes no more actions; why is not read."""
        call = {"expression": "!!window.WOB_DONE_GLOBAL", "returnByValue": True}
        return bool(self.session.send("Runtime.evaluate", call)["result"].get("value"))

    def close(self) -> None:
        """Close the environment."""
        if self._env is not None:
            with suppress(PlaywrightError):
                self._env.close()
            self._env = None


def _environment(task: MiniwobTask, base_url: str) -> BrowserEnv:
    from browsergym.core.action.highlevel import HighLevelActionSet
    from browsergym.core.env import BrowserEnv

    actions = HighLevelActionSet("miniwob_all", multiaction=False, strict=True)
    return BrowserEnv(
        task_entrypoint=task_classes()[task.name],
        task_kwargs={"base_url": base_url + FOLDER},
        action_mapping=actions.to_python_code,
    )


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


class Worker:
    """The thread that BrowserGym's Playwright belongs to; one a process is enough."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="webpilot-reference")
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def run(self, page: ReferencePage, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, done in the thread, its time counted as the browser's."""
        return await asyncio.wrap_future(self._pool.submit(self._metered, page, work))

    def _metered(self, page: ReferencePage, work: Callable[[], T]) -> T:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="webpilot-reference-")
            self._start(File(self._folder.name))
        with page.meter.working():
            return work()

    @staticmethod
    def _start(folder: File) -> None:
        """Start BrowserGym's Playwright so that it finds our browser where it looks for its own."""
        before = os.environ.get(BROWSERS)
        os.environ[BROWSERS] = str(folder)
        try:
            browsers_folder()
        finally:
            if before is None:
                del os.environ[BROWSERS]
            else:
                os.environ[BROWSERS] = before

    def close(self) -> None:
        """End the thread and BrowserGym's Playwright with it."""
        if self._folder is not None:
            self._pool.submit(_stop_playwright).result()
            self._folder.cleanup()
        self._pool.shutdown()


def _stop_playwright() -> None:
    from browsergym.core import _get_global_playwright, _set_global_playwright

    _get_global_playwright().stop()
    _set_global_playwright(None)


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
