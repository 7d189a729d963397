"""Files, the browser's own pages and the like are never a page, whoever asks for them, and how."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Error as PlaywrightError

from env.link.calls import ProtocolError
from env.link.window import Tab
from tests.guard.rig import Guarded, eventually, guarded, quoted

FORBIDDEN = (
    "file:///etc/hostname",
    "chrome://version",
    "chrome://crash",
    "about:version",
    "view-source:http://127.0.0.1/",
    "devtools://devtools/bundled/inspector.html",
    "ftp://127.0.0.1/",
    "data:text/html,<p>inline</p>",
    "filesystem:http://127.0.0.1/temporary/x",
    "mailto:somebody@example.test",
)
PAGE = "/guard_channels.html"
HARMLESS = ("http://127.0.0.1:", "about:blank", "chrome-error://chromewebdata/")
"""Pages of ours, nothing, and the error of a request that was not let through."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Guarded]:
    with guarded() as shared:
        yield shared


def addresses(browser: Guarded, tab: Tab) -> list[str]:
    """Where every tab of the window is, once it stands still."""
    calls = "document.readyState !== 'loading' && location.href"
    found: list[str] = []

    def work() -> bool:
        try:
            found[:] = [str(each.session.evaluate(calls)) for each in tab.window.tabs]
        except ProtocolError:  # it left while it was asked
            return False
        return "False" not in found

    assert eventually(lambda: browser.do(work))
    return found


def by_script(browser: Guarded, tab: Tab, url: str) -> None:
    browser.js(tab, f"void (location = {quoted(url)})")


def by_refresh(browser: Guarded, tab: Tab, url: str) -> None:
    browser.allowed.pages["/refreshing"] = f"<meta http-equiv=refresh content='0;url={url}'>"
    browser.js(tab, "void (location = '/refreshing')")


def by_redirect(browser: Guarded, tab: Tab, url: str) -> None:
    browser.js(tab, f"void (location = redirect({quoted(url)}))")


def by_popup(browser: Guarded, tab: Tab, url: str) -> None:
    browser.js(tab, f"void open({quoted(url)})")


def by_frame(browser: Guarded, tab: Tab, url: str) -> None:
    browser.js(tab, f"void channels.frame({quoted(url)})")


@pytest.mark.parametrize("way", [by_script, by_refresh, by_redirect, by_popup, by_frame])
def test_no_page_gets_itself_to_a_forbidden_kind_of_address(browser: Guarded, way) -> None:
    for url in FORBIDDEN:
        tab = browser.open(PAGE)
        way(browser, tab, url)
        for _ in range(2):
            assert all(one.startswith(HARMLESS) for one in addresses(browser, tab)), url
        browser.js(tab, f"void fetch({quoted(PAGE)})")  # it lives
        browser.do(tab.window.close)


def test_where_a_page_wanted_to_go_is_taken_down(browser: Guarded) -> None:
    for url in ("file:///etc/hostname?a=b", "chrome://crash/"):
        tab = browser.open(PAGE)
        by_script(browser, tab, url)
        assert eventually(lambda url=url: url.split("?")[0] in browser.refused("scheme"))
        browser.do(tab.window.close)


@pytest.mark.parametrize("url", [*FORBIDDEN, "javascript:document.title='ran'", "", "no address"])
def test_no_call_of_ours_sends_a_page_there(browser: Guarded, url: str) -> None:
    tab = browser.open(PAGE)

    def work() -> str:
        with pytest.raises(ProtocolError, match="scheme is not allowed"):
            tab.session.send("Page.navigate", {"url": url})
        return str(tab.session.evaluate("document.title"))

    assert browser.do(work) == "Channels"
    browser.do(tab.window.close)


@pytest.mark.parametrize("url", [one for one in FORBIDDEN if one != "chrome://crash"])
def test_no_call_of_playwrights_keeps_a_page_there(browser: Guarded, url: str) -> None:
    tab = browser.open(PAGE)

    def work() -> None:
        try:
            tab.page.goto(url)
        except PlaywrightError:
            return

    browser.do(work)
    assert eventually(lambda: all(one.startswith(HARMLESS) for one in addresses(browser, tab)))
    browser.do(tab.window.close)


def test_an_address_that_can_be_read_in_two_ways_is_refused(browser: Guarded) -> None:
    tab = browser.open(PAGE)
    place = browser.allowed.place
    doubtful = (
        f"http://{place}\\@127.0.0.2/",
        f"http:\\\\127.0.0.2/{place}",
        f"http:/{place}/",
        f"http://{place}\t.test/",
        f"ht\ntp://{place}/",
        f"http://127.0.0.2/@{place}",
        f"http://{place}@127.0.0.2/",
        "http://2130706434/",
    )

    def work() -> None:
        for url in doubtful:
            with pytest.raises(ProtocolError, match="not allowed"):
                tab.session.send("Page.navigate", {"url": url})
        tab.session.send("Page.navigate", {"url": f"http://{place}{PAGE}"})

    browser.do(work)
    browser.do(tab.window.close)


def test_content_at_hand_is_fine_inside_a_page(browser: Guarded) -> None:
    tab = browser.open(PAGE)
    shown = (
        "new Promise(done => { const made = new Image(); made.onload = () => done(made.width);"
        "made.onerror = () => done(-1); made.src = 'data:image/gif;base64,"
        "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'; })"
    )
    assert browser.do(lambda: tab.page.evaluate(shown)) == 1
    made = "URL.createObjectURL(new Blob(['<title>blob</title>'], {type: 'text/html'}))"
    browser.js(tab, f"void (location = {made})")
    assert eventually(lambda: browser.js(tab, "document.title") == "blob")
    browser.do(tab.window.close)
