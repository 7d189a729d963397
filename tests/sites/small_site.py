"""A small site of our own that keeps what is written to it, and windows on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
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
from env.sites.episode import SiteEpisode
from env.sites.page import Entry, SitePage, Standing
from env.sites.search import open_site_search
from webpilot.types import Action, Observation
from webpilot.verdict import Opinion

HOME = """<!DOCTYPE html><html><head><title>Home</title></head><body><h1>Home</h1>
<a href="/ledger">Ledger</a> <a href="/about.html" target="_blank">About us</a>
<form method="post" action="/ledger">
<input aria-label="Line" name="line"><button>Add</button></form>
<p>A page of <a href="/long.html">many lines</a>.</p></body></html>"""
ABOUT = """<!DOCTYPE html><title>About</title><h1>About us</h1><a href="/ledger">Ledger</a>"""
LONG = "<!DOCTYPE html><title>Long</title>" + "".join(
    f"<p>line {number}</p>" for number in range(400)
)
LONG += '<a href="/about.html">The end</a>'


class SmallSite:
    """The site, its browser, and how windows come to it."""

    def __init__(self, folder: Path) -> None:
        pages = {"/index.html": HOME, "/about.html": ABOUT, "/long.html": LONG}
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
            self.entry("search", writes=writes),
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
        entry = self.entry("commit", har=self.folder / "episode.har")
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
