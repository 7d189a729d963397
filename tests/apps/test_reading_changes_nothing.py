"""On the real applications: a window that may only read changes no table, however it is used.

Each site is crawled as its logged-in account, along all links that the rules allow. What the rules
hold back is tried too: it does change something.
"""

from __future__ import annotations

import http.client
import re
from collections import deque
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from env.guard.effects import EffectLedger
from env.guard.network import NetworkPolicy
from env.guard.requests import READING, RequestRules, Verdict
from env.guard.rules import WindowRules
from env.guard.sites import site_requests
from env.link.thread import BrowserThread
from env.localweb.replica import Replica
from env.localweb.served import cookie_header

PAGES = 40
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
        headers = {"Cookie": cookie_header(cookies), "Referer": replica.urls[site]}
        link.request("GET", path or "/", headers=headers)
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
    asked, _ = crawled(replica, site, reading(replica))
    assert len(asked) == PAGES
    assert replica.changed() == {}
    assert replica.hash() == replica.seed_hash()


def reading(replica: Replica) -> RequestRules:
    return RequestRules(sites=site_requests(replica.urls))


def found(replica: Replica, site: str, path: str, pattern: str) -> str:
    """The first match of a pattern on a page."""
    match = re.search(pattern, ask(replica, site, replica.urls[site] + path)[2])
    assert match is not None
    return unescape(match[1])


def wishing(replica: Replica) -> str:
    """A link that adds a product to a list of wishes, on the product's page."""
    product = found(replica, "shopping", "/catalogue/", r'href="(/catalogue/(?!category)[^"]+/)"')
    return found(replica, "shopping", product, r'href="(/accounts/wishlists/[^"]+/add/\d+/)"')


def defaulting(replica: Replica) -> str:
    """A link that makes an address the one for bills."""
    return found(replica, "shopping", "/accounts/addresses/", r'"([^"]+/default_for_billing/)"')


def reporting(replica: Replica) -> str:
    """A form for a ticket, sent as a query."""
    token = found(replica, "gitlab", "/tktnew", r'name="csrf" value="(\w+)"')
    return f"/tktnew?title=a&type=Code_Defect&comment=b&submit=Submit&csrf={token}"


@pytest.mark.parametrize(
    ("site", "address"),
    [("shopping", wishing), ("shopping", defaulting), ("gitlab", reporting)],
)
def test_an_address_that_is_held_back_changes_something_when_it_is_read(
    replica: Replica, site: str, address: Callable[[Replica], str]
) -> None:
    replica.reset()
    url = replica.urls[site] + address(replica)
    assert replica.changed() == {}
    assert reading(replica).verdict("GET", url) is Verdict.WOULD_MUTATE
    status, _, text = ask(replica, site, url)
    assert status < 400, text
    assert replica.changed()[site]


@pytest.fixture(scope="module")
def browser(replica: Replica) -> Iterator[BrowserThread]:
    places = {urlsplit(url).netloc for url in replica.urls.values()}
    with BrowserThread(network=NetworkPolicy(hosts=tuple(sorted(places)))) as thread:
        yield thread


STATIC = re.compile(r".*(/static/|/media/|\.(js|css|png|jpe?g|svg|ico|xml|rss|json|woff2?)\b).*")


@pytest.mark.parametrize("site", SITES)
def test_pages_that_are_looked_at_send_nothing_that_is_held_back(
    replica: Replica, browser: BrowserThread, site: str
) -> None:
    """Else looking would end a search's path, as an action does that would change something."""
    replica.reset()
    pages = [url for url in crawled(replica, site, reading(replica))[0] if not STATIC.match(url)]
    kinds = list({shape(url): url for url in pages}.values())[:12]
    ledger = EffectLedger()

    def look() -> None:
        window = browser.browser().open_window(
            {"width": 1280, "height": 720},
            rules=WindowRules(requests=reading(replica)),
            witness=ledger.witness("search"),
            storage_state=replica.storage_state([site]),
        )
        try:
            for url in kinds:
                window.active.page.goto(url)
                window.active.session.evaluate("scrollTo(0, document.body.scrollHeight)")
                window.active.page.wait_for_timeout(300)
        finally:
            window.close()

    browser.submit(look).result(120)
    assert len(kinds) > 5
    assert ledger.kinds() == ()
    assert replica.hash() == replica.seed_hash()


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(
    ("site", "start", "script", "line"),
    [
        (
            "shopping",
            "/catalogue/",
            "document.querySelector('form[action*=\"/basket/add/\"] button').click()",
            "POST shopping /basket/add/",
        ),
        (
            "gitlab",
            "/tktnew",
            "const form = document.querySelector('form[method=POST]');"
            "form.querySelector('[name=title]').value = 'a title';"
            "const made = {type: 'submit', name: 'submit', value: 'Submit'};"
            "const button = Object.assign(document.createElement('input'), made);"
            "form.append(button); button.click()",
            "POST gitlab /tktnew",
        ),
        (
            "reddit",
            "/topic/publish/",
            "const form = document.querySelector('form[method=post][action=\".\"]');"
            "form.querySelector('[name=title]').value = 'a title';"
            "form.querySelector('[name=comment]').value = 'a comment';"
            "form.querySelector('[name=category]').selectedIndex = 1;"
            "form.querySelector('[type=submit]').click()",
            "POST reddit /topic/publish/",
        ),
    ],
)
def test_a_form_is_sent_by_a_window_that_may_write_and_by_no_other(
    replica: Replica,
    browser: BrowserThread,
    site: str,
    start: str,
    script: str,
    line: str,
    writes: bool,
) -> None:
    replica.reset()
    ledger = EffectLedger()
    rules = RequestRules(methods=None if writes else READING, sites=site_requests(replica.urls))

    def use() -> None:
        window = browser.browser().open_window(
            {"width": 1280, "height": 720},
            rules=WindowRules(requests=rules),
            witness=ledger.witness("commit" if writes else "search"),
            storage_state=replica.storage_state([site]),
        )
        try:
            page = window.active.page
            page.goto(replica.urls[site] + start)
            window.active.session.evaluate(script)
            page.wait_for_timeout(1_500)
        finally:
            window.close()

    browser.submit(use).result(60)
    (told,) = [told for told in ledger.kinds() if start in told or "basket" in told]
    role = "commit: " if writes else "search: would_mutate "
    assert told.startswith(role + line)
    assert (ledger.sent > 0) is writes
    assert ledger.disagreements() == ()
    assert (replica.hash() == replica.seed_hash()) is not writes
    assert bool(replica.changed().get(site)) is writes
