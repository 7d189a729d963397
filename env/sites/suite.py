"""Sites as a benchmark: search and judged episode on the grounds that a benchmark has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from env.chromium import browser_path
from env.clock import parse_clock
from env.guard.effects import EffectLedger
from env.guard.network import NetworkPolicy
from env.guard.rules import WindowRules
from env.link.thread import BrowserThread
from env.opened import Opened
from env.pictures import pictured
from env.pool import PoolLimits
from env.sites.definition import SiteTask
from env.sites.entry import Entry, Standing
from env.sites.episode import SiteEpisode
from env.sites.grounds import Grounds
from env.sites.page import VIEWPORT, SitePage
from env.sites.search import open_site_search
from env.versions import versions_of
from webpilot.closing import Closing
from webpilot.types import Action

__all__ = ["SiteSuite"]

SIGNING_IN = 100.0
"""Seconds that logging in to all of a task's sites may take."""
PACKAGES = ("webpilot", "playwright", "browsergym-core", "libwebarena")


class SiteSuite(Closing):
    """One browser on a benchmark's grounds; a :class:`webpilot.benchmark.Benchmark`."""

    def __init__(
        self, grounds: Grounds, *, settle: str = "quiet", limits: PoolLimits | None = None
    ) -> None:
        """Make ready; servers and browser start with the first episode.

        Args:
            grounds: the servers; closed with the suite.
            settle: the clock policy.
            limits: of the live pages of a search.

        Raises:
            ConfigError: no such policy, or no browser.
        """
        parse_clock(settle)
        browser_path()
        self.grounds = grounds
        self._settle = settle
        self._limits = limits
        self._thread: BrowserThread | None = None
        self._ledger = EffectLedger()
        """Of the running episode."""
        self._episode: SiteEpisode | None = None
        self._state: Mapping[str, Any] | None = None
        """The running episode's accounts, logged in."""

    @asynccontextmanager
    async def open_search(self, task_id: str, seed: int) -> AsyncIterator[Opened]:
        """Yield the search world of one episode."""
        task = self.grounds.load(task_id)
        self._ledger = ledger = EffectLedger()
        self._state = None
        try:
            thread = await self._ready("search", task)
            async with open_site_search(
                thread,
                task,
                await self._entry("search", task, thread),
                seed=seed,
                settle=self._settle,
                snapshots=self.grounds.snapshots,
                limits=self._limits,
                effects=ledger.kinds,
                contaminated=lambda: self.grounds.contaminated,
                anew=self.grounds.anew,
                standing=self._standing if self.grounds.incremental else None,
            ) as opened:
                yield opened
        finally:
            await asyncio.shield(asyncio.to_thread(self.grounds.ended, task, ledger))

    @asynccontextmanager
    async def open_episode(self, task_id: str, seed: int) -> AsyncIterator[SiteEpisode]:
        """Yield the judged episode of one task."""
        task = self.grounds.load(task_id)
        judges = await asyncio.to_thread(self.grounds.judges, task)
        thread = await self._ready("commit", task)
        har = await thread.run(thread.folder) / f"{task.id}.{seed}.har"
        entry = replace(await self._entry("commit", task, thread), har=har)
        page = self._page(task, entry, thread)
        prepare = partial(self._prepare, task, page, thread)
        self._episode = SiteEpisode(thread, page, task, judges, prepare=prepare)
        try:
            yield self._episode
        finally:
            self._episode = None
            await thread.finish(page.close)
            har.unlink(missing_ok=True)

    async def pictures(
        self, task_id: str, seed: int, actions: Sequence[Action]
    ) -> tuple[bytes, ...]:
        """Return the page as PNG before the first and after each action, done anew.

        Nothing where that would change servers that cannot be put back.
        """
        if self.grounds.snapshots is None:
            return ()
        task = self.grounds.load(task_id)
        thread = await self._ready("search", task)
        page = self._page(task, await self._entry("search", task, thread), thread)
        try:
            return await thread.run(pictured, page, tuple(actions))
        finally:
            await thread.finish(page.close)

    def versions(self) -> dict[str, str]:
        """Return the versions of browser, Python, packages and servers."""
        return {**self._versions, **self.grounds.versions()}

    @cached_property
    def _versions(self) -> dict[str, str]:
        return versions_of(PACKAGES)

    def close(self) -> None:
        """Close the browser and its files, and let go of the servers. Safe to call twice."""
        if self._thread is not None:
            self._thread.close()
        self.grounds.close()

    async def aclose(self) -> None:
        """Close from inside a running event loop, even if we are cancelled meanwhile."""
        await asyncio.shield(asyncio.to_thread(self.close))

    async def _ready(self, role: str, task: SiteTask) -> BrowserThread:
        """Return the browser's thread once the servers of a role are ready."""
        await asyncio.to_thread(self.grounds.ready, role, task)
        if self._thread is None:
            self._thread = BrowserThread(network=NetworkPolicy(hosts=self.grounds.hosts))
        return self._thread

    async def _prepare(self, task: SiteTask, page: SitePage, thread: BrowserThread) -> None:
        """Bring the servers, and the window that is to be judged, to where its path begins."""
        if await asyncio.to_thread(self.grounds.before_commit, task, self._ledger):
            self._state = None
            entry = await self._entry("commit", task, thread)
            page.entry = replace(page.entry, storage_state=entry.storage_state)

    def _standing(self) -> Standing:
        """Return where the judged episode stands; in the browser's thread."""
        if self._episode is None:
            raise RuntimeError("no episode is open")
        return self._episode.standing()

    async def _entry(self, role: str, task: SiteTask, thread: BrowserThread) -> Entry:
        """Return how a window comes to a task's sites, logged in and under its rules."""
        entry = self.grounds.entry(role, task)
        if entry.storage_state is None:
            self._state = self._state or await thread.run(self._signed_in, task, entry, thread)
            entry = replace(entry, storage_state=self._state)
        rules, note = self.grounds.rules(role, entry.addresses)
        return replace(entry, rules=rules, witness=self._ledger.witness(role, note=note))

    def _signed_in(self, task: SiteTask, entry: Entry, thread: BrowserThread) -> Mapping[str, Any]:
        """Return the storage state after logging in, in a window that is thrown away."""
        with thread.guard(SIGNING_IN):
            window = thread.browser().open_window(
                VIEWPORT,
                rules=WindowRules(hosts=entry.addresses.hosts),
                extra_http_headers=dict(entry.headers),
            )
            try:
                return self.grounds.sign_in(window.context, task)
            finally:
                window.close()

    def _page(self, task: SiteTask, entry: Entry, thread: BrowserThread) -> SitePage:
        return SitePage(thread, entry, family=task.benchmark, clock=parse_clock(self._settle))
