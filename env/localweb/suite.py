"""The local suite as a benchmark: one set of servers to explore on, another to commit on."""

from __future__ import annotations

import asyncio
import platform
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from env.chromium import browser_path, browser_version
from env.clock import parse_clock
from env.fonts import arial
from env.guard.effects import EffectLedger
from env.guard.network import NetworkPolicy
from env.guard.rules import WindowRules
from env.link.thread import BrowserThread
from env.localweb.catalogue import load
from env.localweb.judges import Judges
from env.localweb.replica import Replica
from env.localweb.requests import reading, writing
from env.opened import Opened
from env.pool import PoolLimits
from env.sites.addresses import Addresses
from env.sites.definition import SiteTask
from env.sites.episode import SiteEpisode
from env.sites.page import Entry, SitePage, Standing
from env.sites.pictures import pictured
from env.sites.search import open_site_search
from webpilot.closing import Closing
from webpilot.errors import SiteDown
from webpilot.naming import named
from webpilot.types import Action

__all__ = ["EXPLORING", "LocalwebSuite"]

EXPLORING = ("replica-search", "readonly-search", "commit-once")
"""How the search is kept from harm.

``replica-search`` explores on a replica of its own, put back as the search goes back, and commits
on a clean one. The other two share one replica with the search, whose window may only read:
``readonly-search`` commits subtask by subtask, ``commit-once`` each step that writes, with a key.
"""
PACKAGES = ("webpilot", "playwright", "browsergym-core", "libwebarena")


class LocalwebSuite(Closing):
    """Two sets of servers and one browser; a :class:`webpilot.benchmark.Benchmark`.

    One episode at a time: the servers are its own while it runs.
    """

    def __init__(
        self,
        *,
        settle: str = "quiet",
        limits: PoolLimits | None = None,
        explore: str = EXPLORING[0],
    ) -> None:
        """Make ready; servers and browser start with the first episode.

        Args:
            settle: the clock policy.
            limits: of the live pages of a search.
            explore: one of :data:`EXPLORING`.

        Raises:
            ConfigError: no such policy or mode, no browser, or the suite is not installed.
        """
        named("benchmark.explore", explore, dict.fromkeys(EXPLORING))
        parse_clock(settle)
        browser_path()
        self._settle = settle
        self._limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="webpilot-localweb-")
        self._commit = Replica()
        self._search = Replica() if explore == EXPLORING[0] else self._commit
        self._thread: BrowserThread | None = None
        self._started = False
        self._judges = Judges(lambda: self._commit)
        self._alone = self._search is self._commit
        """Whether search and commit share their servers."""
        self._ledger = EffectLedger()
        """Of the running episode."""
        self._episode: SiteEpisode | None = None

    @asynccontextmanager
    async def open_search(self, task_id: str, seed: int) -> AsyncIterator[Opened]:
        """Yield the search world of one episode, on servers that are as they were seeded."""
        task = load(task_id)
        self._ledger = EffectLedger()
        thread = await asyncio.to_thread(self._ready, self._search)
        async with open_site_search(
            thread,
            task,
            self._searching(task),
            seed=seed,
            settle=self._settle,
            snapshots=None if self._alone else self._search,
            limits=self._limits,
            effects=self._ledger.kinds,
            standing=self._standing if self._alone else None,
        ) as opened:
            yield opened

    @asynccontextmanager
    async def open_episode(self, task_id: str, seed: int) -> AsyncIterator[SiteEpisode]:
        """Yield the judged episode of one task, on servers that are as they were seeded."""
        task = load(task_id)
        judges = await asyncio.to_thread(self._judges.ready, task.judges)
        thread = await asyncio.to_thread(self._ready, self._commit)
        har = Path(self._folder.name) / f"{task.id}.{seed}.har"
        page = self._page(thread, task, self._committing(task, har))
        self._episode = SiteEpisode(thread, page, task, judges)
        try:
            yield self._episode
        finally:
            self._episode = None
            await thread.finish(page.close)
            har.unlink(missing_ok=True)

    async def pictures(
        self, task_id: str, seed: int, actions: Sequence[Action]
    ) -> tuple[bytes, ...]:
        """Return the page as PNG before the first and after each action, done anew."""
        task = load(task_id)
        thread = await asyncio.to_thread(self._ready, self._commit)
        page = self._page(thread, task, self._entry(task, self._commit))
        try:
            return await thread.run(pictured, page, tuple(actions))
        finally:
            await thread.finish(page.close)

    def versions(self) -> dict[str, str]:
        """Return the versions of browser, Python, packages and applications."""
        return dict(self._versions)

    @cached_property
    def _versions(self) -> dict[str, str]:
        return {
            "chromium": (browser_version(browser_path()) or "unknown").removeprefix("Chromium "),
            "arial": arial(),
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            "localweb.seed": self._commit.seed_hash()[:16],
        }

    def close(self) -> None:
        """Close the browser, stop the servers and remove what they wrote. Safe to call twice."""
        if self._thread is not None:
            self._thread.close()
        self._judges.close()
        for replica in self._replicas:
            replica.close()
        self._folder.cleanup()

    async def aclose(self) -> None:
        """Close from inside a running event loop, even if we are cancelled meanwhile."""
        await asyncio.shield(asyncio.to_thread(self.close))

    @property
    def _replicas(self) -> tuple[Replica, ...]:
        return (self._commit,) if self._alone else (self._commit, self._search)

    def _ready(self, replica: Replica) -> BrowserThread:
        """Return the browser's thread once the servers stand as they were seeded.

        A set of servers that died is started anew; the browser starts when all ports are known.
        """
        if not self._started:
            for each in self._replicas:
                each.start()
            self._started = True
        try:
            replica.check()
            replica.reset()
        except SiteDown:
            replica.rebuild()
            replica.check()
        if self._thread is None:
            hosts = (*self._at(self._commit).hosts, *self._at(self._search).hosts)
            self._thread = BrowserThread(network=NetworkPolicy(hosts=tuple(dict.fromkeys(hosts))))
        return self._thread

    def _standing(self) -> Standing:
        """Return where the judged episode stands; in the browser's thread."""
        if self._episode is None:
            raise RuntimeError("no episode is open")
        return self._episode.standing()

    def _searching(self, task: SiteTask) -> Entry:
        """Return the search's way in: it may write only where it has servers of its own."""
        entry = self._entry(task, self._search)
        if self._alone:
            rules, note = reading(entry.addresses), ""
        else:
            rules, note = writing(entry.addresses), "replica, put back"
        return replace(
            entry,
            rules=WindowRules(requests=rules, hosts=entry.addresses.hosts),
            witness=self._ledger.witness("search", note=note),
        )

    def _committing(self, task: SiteTask, har: Path) -> Entry:
        entry = self._entry(task, self._commit)
        rules = WindowRules(requests=writing(entry.addresses), hosts=entry.addresses.hosts)
        return replace(entry, rules=rules, har=har, witness=self._ledger.witness("commit"))

    def _entry(self, task: SiteTask, replica: Replica) -> Entry:
        addresses = self._at(replica)
        return Entry(
            addresses=addresses,
            start_urls=tuple(addresses.fill(url) for url in task.start_urls),
            storage_state=replica.storage_state(task.sites),
            check=replica.check,
        )

    def _page(self, thread: BrowserThread, task: SiteTask, entry: Entry) -> SitePage:
        return SitePage(thread, entry, family=task.benchmark, clock=parse_clock(self._settle))

    def _at(self, replica: Replica) -> Addresses:
        return Addresses.of(replica.urls)
