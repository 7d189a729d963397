"""MiniWoB++ as a benchmark: what the episode runner opens, searches and is judged by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property

from env.chromium import browser_path
from env.clock import parse_clock
from env.link.page_session import DEADLINE
from env.miniwob.catalogue import load
from env.miniwob.episode import open_episode
from env.miniwob.page import MiniwobPage
from env.miniwob.search import open_search
from env.miniwob.site import DEFAULT_SETTLE, MiniwobSite
from env.opened import Opened
from env.pictures import Clip, pictured
from env.pool import PoolLimits
from env.server import PageServer
from env.versions import versions_of
from webpilot.types import Action
from webpilot.verdict import Episode

__all__ = ["MiniwobSuite"]

PICTURE_SETTLE = "real:300"
"""Under virtual time no picture can be taken (browser frames stand still)."""

PICTURE_SCALE = 1.5
"""Picture pixels for one CSS pixel."""

PACKAGES = ("webpilot", "playwright", "browsergym-core", "browsergym-miniwob", "miniwob")


class MiniwobSuite:
    """The 125 tasks, one page server, one browser; a :class:`webpilot.benchmark.Benchmark`."""

    def __init__(
        self,
        *,
        settle: str = DEFAULT_SETTLE,
        server: PageServer | None = None,
        limits: PoolLimits | None = None,
        worlds: int = 1,
    ) -> None:
        """Make ready; the browser starts with the first page.

        Args:
            settle: how long the page's time runs after an action.
            server: serves the pages; by default those of the installed ``miniwob`` package.
            limits: of the live pages of a search.
            worlds: how many worlds a search may lease at once.

        Raises:
            ConfigError: no such policy, no pages, or no browser.
        """
        parse_clock(settle)
        browser_path()
        self._settle = settle
        self._limits = limits
        self._worlds = worlds
        self._site = MiniwobSite(server=server)

    @asynccontextmanager
    async def open_search(self, task_id: str, seed: int) -> AsyncIterator[Opened]:
        """Yield the search world of one episode."""
        async with open_search(
            self._site,
            task_id,
            seed=seed,
            settle=self._settle,
            limits=self._limits,
            count=self._worlds,
        ) as search:
            yield Opened(task=search.task, root=search.root, worlds=search.worlds)

    def open_episode(self, task_id: str, seed: int) -> AbstractAsyncContextManager[Episode]:
        """Return a context manager that yields the judged episode."""
        return open_episode(self._site, task_id, seed=seed, settle=self._settle)

    async def pictures(
        self, task_id: str, seed: int, actions: Sequence[Action]
    ) -> tuple[bytes, ...]:
        """Return the page as PNG before the first and after each action, replayed in real time."""
        return await self._site.thread.run(self._pictures, task_id, seed, tuple(actions))

    def _pictures(self, task_id: str, seed: int, actions: tuple[Action, ...]) -> tuple[bytes, ...]:
        page = self._site.page(load(task_id), seed=seed, settle=PICTURE_SETTLE, deadline=DEADLINE)
        try:
            return pictured(page, actions, clip=_task_part)
        finally:
            page.close()

    def versions(self) -> dict[str, str]:
        """Return the versions of browser, Python and packages that a result depends on."""
        return dict(self._versions)

    @cached_property
    def _versions(self) -> dict[str, str]:
        return versions_of(PACKAGES)

    def close(self) -> None:
        """Close the browser and stop serving."""
        self._site.close()

    async def aclose(self) -> None:
        """Close from inside a running event loop, even if we are cancelled meanwhile."""
        await asyncio.shield(asyncio.to_thread(self._site.close))


def _task_part(page: MiniwobPage) -> Clip:
    """Return the task's part of the page; the rest of the window is empty."""
    size = page.instance.viewport
    return {"x": 0, "y": 0, **size, "scale": PICTURE_SCALE}
