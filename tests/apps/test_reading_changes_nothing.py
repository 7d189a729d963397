"""On the real applications: what the rules let a reading window ask for changes no table.

Each site is crawled as its logged-in account, along all links that the rules allow. What the rules
hold back is tried too, where an example is known: it does change something.
"""

from __future__ import annotations

import http.client
import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from env.guard.requests import RequestRules, Verdict
from env.guard.sites import site_requests
from env.localweb.replica import Replica
from env.localweb.served import cookie_header

PAGES = 60
"""Pages of a site that are asked for."""
WAIT = 30.0
SITES = ("shopping", "shopping_admin", "reddit", "gitlab", "wikipedia")


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica() as running:
        running.start()
        yield running


def ask(replica: Replica, site: str, url: str) -> tuple[int, str, str]:
    """Status, target of a redirect, and text of an address, asked for as the site's account."""
    parts = urlsplit(url)
    cookies = replica.storage_state([site])["cookies"]
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=WAIT)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        link.request("GET", path or "/", headers={"Cookie": cookie_header(cookies)})
        answer = link.getresponse()
        body = answer.read(2_000_000).decode("utf-8", "replace")
        return answer.status, answer.getheader("Location") or "", body
    finally:
        link.close()


def shape(url: str) -> str:
    """What pages of one kind have in common: numbers and names of things left out."""
    parts = urlsplit(url)
    plain = re.sub(r"[0-9a-f]{8,}|\d+|(?<=/)[\w%.-]*[-_%][\w%.-]*", "*", parts.path)
    return plain + "?" + "&".join(sorted(re.findall(r"(?:^|&)(\w+)=", parts.query)))


def crawled(replica: Replica, site: str, rules: RequestRules) -> tuple[list[str], list[str]]:
    """The addresses that were asked for, and those that the rules held back."""
    start = replica.urls[site] + "/"
    waiting, seen, kinds = deque([start]), {start}, dict[str, int]()
    asked, held = [], []
    while waiting and len(asked) < PAGES:
        url = waiting.popleft()
        if rules.verdict("GET", url) is Verdict.WOULD_MUTATE:
            held.append(url)
            continue
        asked.append(url)
        _, moved, text = ask(replica, site, url)
        found = re.findall(r"""(?:href|src|action)=["']([^"'#]+)""", text)
        base = re.search(r"""<base href=["']([^"']+)""", text)
        for link in [moved, *found] if moved else found:
            target = urljoin(base[1] if base else url, unescape(link)).partition("#")[0]
            here = urlsplit(target).netloc == urlsplit(start).netloc
            # Two of a kind are enough.
            if here and target not in seen and kinds.get(shape(target), 0) < 2:
                seen.add(target)
                kinds[shape(target)] = kinds.get(shape(target), 0) + 1
                waiting.append(target)
    return asked, held


@pytest.mark.parametrize("site", SITES)
def test_a_crawl_along_allowed_links_changes_no_table(replica: Replica, site: str) -> None:
    replica.reset()
    rules = RequestRules(sites=site_requests(replica.urls))
    asked, _ = crawled(replica, site, rules)
    assert len(asked) > 10
    assert replica.changed() == {}, asked
    assert replica.hash() == replica.seed_hash()
