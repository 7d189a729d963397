"""A small site of our own that keeps what is written to it, and windows on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from env.clock import parse_clock
from env.guard.effects import EffectLedger
from env.guard.network import NetworkPolicy
from env.guard.requests import RequestRules, SiteRequests
from env.guard.rules import WindowRules
from env.judging import Ending, Judge
from env.link.thread import BrowserThread
from env.opened import Opened
from env.restore.ledger import LedgerServer
from env.sites.addresses import Addresses
from env.sites.definition import SiteTask
from env.sites.entry import Entry, Standing
from env.sites.episode import SiteEpisode
from env.sites.page import SitePage
from env.sites.search import open_site_search
from webpilot.observation import Observation
from webpilot.types import Action
from webpilot.verdict import Opinion

HOME = """<!DOCTYPE html><html><head><title>Home</title></head><body><h1>Home</h1>
<a href="/ledger">Ledger</a> <a href="/about.html" target="_blank">About us</a>
<form method="post" action="/ledger">
<input aria-label="Line" name="line"><button>Add</button></form>
<p>A page of <a href="/long.html">many lines</a>.</p></body></html>"""
FORM = """<!DOCTYPE html><html><head><title>Form</title></head><body><h1>New line</h1>
<form method="post" action="/ledger"><label>Line <input name="line"></label>
<button>Submit</button></form></body></html>"""
ABOUT = """<!DOCTYPE html><title>About</title><h1>About us</h1><a href="/ledger">Ledger</a>"""
LONG = "<!DOCTYPE html><title>Long</title>" + "".join(
    f"<p>line {number}</p>" for number in range(400)
)
LONG += '<a href="/about.html">The end</a>'


class SmallSite:
    """The site, its browser, and how windows come to it."""

    def __init__(self, folder: Path) -> None:
        pages = {"/index.html": HOME, "/about.html": ABOUT, "/long.html": LONG}
        pages["/form.html"] = FORM
        extra = {path: text.encode() for path, text in pages.items()}
        self.server = LedgerServer(folder, extra=extra)
        self.server.start()
        self.folder = folder
        self.addresses = Addresses.of({"shopping": self.server.url.rstrip("/")})
        self.thread = BrowserThread(network=NetworkPolicy(hosts=self.addresses.hosts))
        self.ledger = EffectLedger()

    def close(self) -> None:
        self.thread.close()
        self.server.close()

    def task(self, **changed: Any) -> SiteTask:
        known: dict[str, Any] = {
            "id": "small.1",
            "benchmark": "small",
            "number": 1,
            "sites": ("shopping",),
            "template": 1,
            "split": "open",
            "kind": "mutate",
            "start_urls": ("__SHOPPING__/index.html",),
            "intent": "Add the line milk to the ledger.",
            "judges": ("database",),
            "raw": {"start_url": "__SHOPPING__/index.html"},
        }
        return SiteTask(**(known | changed))

    def entry(self, role: str, *, writes: bool = True, **changed: Any) -> Entry:
        site = SiteRequests(name="shopping", url=self.addresses.real["shopping"])
        rules = RequestRules(methods=None, sites=(site,)) if writes else RequestRules(sites=(site,))
        known: dict[str, Any] = {
            "addresses": self.addresses,
            "start_urls": (self.addresses.fill("__SHOPPING__/index.html"),),
            "rules": WindowRules(requests=rules, hosts=self.addresses.hosts),
            "witness": self.ledger.witness(role),
        }
        return Entry(**(known | changed))

    @asynccontextmanager
    async def searching(
        self,
        task: SiteTask | None = None,
        *,
        writes: bool = True,
        standing: Callable[[], Standing] | None = None,
    ) -> AsyncIterator[Opened]:
        async with open_site_search(
            self.thread,
            task or self.task(),
            self.entry(
                "search",
                writes=writes,
                start_urls=tuple(
                    self.addresses.fill(url) for url in (task or self.task()).start_urls
                ),
            ),
            seed=0,
            settle="quiet",
            snapshots=self.server if writes else None,
            standing=standing,
        ) as opened:
            yield opened

    @asynccontextmanager
    async def episode(
        self, task: SiteTask | None = None, judges: Mapping[str, Judge] | None = None
    ) -> AsyncIterator[SiteEpisode]:
        start = (task or self.task()).start_urls
        urls = tuple(self.addresses.fill(url) for url in start)
        entry = self.entry("commit", har=self.folder / "episode.har", start_urls=urls)
        page = SitePage(self.thread, entry, family="small", clock=parse_clock("quiet"))
        try:
            yield SiteEpisode(
                self.thread, page, task or self.task(), judges or {"database": content}
            )
        finally:
            await self.thread.finish(page.close)


def content(task: Mapping[str, Any], ending: Ending) -> Opinion:
    return Opinion(judge="database", score=1.0)


def action(seen: Observation, kind: str, name: str, *rest: str) -> Action:
    """An action on the one element with this name."""
    (target,) = [each for each in seen.elements if each.name == name and each.role != "StaticText"]
    return Action(kind=kind, args=(target.bid, *rest), target=target)


class SmallBenchmark:
    """One task on the small site; a :class:`webpilot.benchmark.Benchmark`."""

    def __init__(self, site: SmallSite, task: SiteTask, *, shared: bool) -> None:
        """Play ``task``; ``shared`` lets the search only read, and commit subtask by subtask."""
        self._site = site
        self._task = task
        self._shared = shared
        self._episode: SiteEpisode | None = None

    @asynccontextmanager
    async def open_search(self, task_id: str, seed: int) -> AsyncIterator[Opened]:
        async with self._site.searching(
            self._task,
            writes=not self._shared,
            standing=self._standing if self._shared else None,
        ) as opened:
            yield opened
            if not self._shared:
                self._site.server.put_back("ledger-0")

    @asynccontextmanager
    async def open_episode(self, task_id: str, seed: int) -> AsyncIterator[SiteEpisode]:
        async with self._site.episode(self._task) as episode:
            self._episode = episode
            yield episode

    async def pictures(
        self, task_id: str, seed: int, actions: Sequence[Action]
    ) -> tuple[bytes, ...]:
        return ()

    def versions(self) -> dict[str, str]:
        return {}

    def _standing(self) -> Standing:
        assert self._episode is not None
        return self._episode.standing()
