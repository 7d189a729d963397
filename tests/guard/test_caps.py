"""A page cannot go on for ever: tabs, navigations, downloads and responses end at a cap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from env.clock import VirtualTime
from env.guard.rules import WindowRules
from env.link.window import Tab
from tests.guard.rig import BOUND, WAIT, Guarded, eventually, guarded
from webpilot.errors import ActionError

BLANK = "about:blank"


@pytest.fixture(scope="module")
def browser() -> Iterator[Guarded]:
    with guarded(response_bytes=2_000_000) as shared:
        shared.allowed.headers["/refresh"] = {"Refresh": "0"}
        yield shared


def click(tab: Tab, name: str) -> None:
    """Press a button with input of ours, as a step does; a busy machine opens few tabs a second."""
    tab.session.deadline = WAIT
    place = tab.session.evaluate(
        f"(({{x, y}}) => [x + 4, y + 4])(document.getElementById('{name}').getBoundingClientRect())"
    )
    at = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
    tab.session.send_all(
        [
            ("Input.dispatchMouseEvent", {"type": "mousePressed", **at}),
            ("Input.dispatchMouseEvent", {"type": "mouseReleased", **at}),
        ]
    )


def open_pages(browser: Guarded, tab: Tab) -> int:
    """The pages of a window by the browser's own account."""
    targets = browser.do(lambda: tab.window.browser.connection.call("Target.getTargets"))
    mine = {"type": "page", "browserContextId": tab.session.context}
    return sum(mine.items() <= target.items() for target in targets["targetInfos"])


def address(browser: Guarded, tab: Tab) -> str:
    tree = browser.do(lambda: tab.session.send("Page.getFrameTree"))
    return str(tree["frameTree"]["frame"]["url"])


@pytest.mark.parametrize("kind", ["loop", "reload", "refresh", "inner"])
def test_a_page_that_never_stops_going_elsewhere_is_left(browser: Guarded, kind: str) -> None:
    before = len(browser.refused("navigations"))
    tab = browser.open("/guard_caps.html", rules=WindowRules(navigations=5))
    browser.do(lambda: click(tab, kind))
    assert eventually(lambda: address(browser, tab) == BLANK)
    assert len(browser.refused("navigations")) > before
    browser.do(tab.window.close)


def test_a_step_into_a_loop_ends_though_the_page_s_clock_stands_still(browser: Guarded) -> None:
    clock = VirtualTime(500)
    tab = browser.open("/guard_caps.html")

    def step() -> str:
        tab.session.deadline = BOUND
        clock.loaded(tab.session)
        click(tab, "loop")
        clock.settle(tab.session)
        return str(tab.session.evaluate("location.href"))

    assert browser.do(step) == BLANK
    browser.do(tab.window.close)


def test_steps_of_ours_may_lead_to_as_many_pages_as_they_like(browser: Guarded) -> None:
    before = browser.refused("navigations")
    tab = browser.open("/guard_caps.html", rules=WindowRules(navigations=2))

    for _ in range(6):
        browser.js(tab, "void (window.old = true)")
        browser.do(lambda: click(tab, "next"))
        assert eventually(
            lambda: browser.js(tab, "!window.old && document.readyState") == "complete"
        )
    assert address(browser, tab).endswith("/guard_caps.html")
    assert browser.refused("navigations") == before
    browser.do(tab.window.close)


def test_a_chain_of_redirects_ends(browser: Guarded) -> None:
    browser.allowed.seen.clear()
    tab = browser.open("/guard_caps.html")
    address_of_itself = "/redirect?to=/redirect"
    browser.allowed.pages["/start"] = (
        f"<meta http-equiv=refresh content='0;url={address_of_itself}'>"
    )
    browser.js(tab, "void (location = '/start')")
    assert eventually(lambda: address(browser, tab).startswith("chrome-error:"))
    assert 2 < sum("/redirect" in line for line in browser.allowed.seen) <= 25
    browser.do(tab.window.close)


@pytest.mark.parametrize(("kind", "pages"), [("tabs", 3), ("orphans", 3), ("empty", 0)])
def test_fifty_tabs_are_as_many_as_allowed_and_the_rest_never_ran(
    browser: Guarded, kind: str, pages: int
) -> None:
    def loaded() -> int:
        return sum("/opened-" in line for line in browser.allowed.seen)

    browser.allowed.seen.clear()
    before = len(browser.refused("tabs"))
    tab = browser.open("/guard_caps.html", rules=WindowRules(tabs=4))
    browser.do(lambda: click(tab, kind))
    assert eventually(lambda: len(browser.refused("tabs")) == before + 47)
    assert eventually(lambda: open_pages(browser, tab) == 4)
    assert eventually(lambda: loaded() == pages)
    assert browser.do(lambda: len(tab.window.tabs)) == 4
    assert all(url.startswith(("http", BLANK)) for url in browser.refused("tabs"))
    browser.do(tab.window.close)


def test_a_tab_of_ours_beyond_the_cap_is_the_agents_error(browser: Guarded) -> None:
    tab = browser.open("/guard_caps.html", rules=WindowRules(tabs=2))
    browser.do(tab.window.open)
    with pytest.raises(ActionError, match="no more than 2 tabs"):
        browser.do(tab.window.open)
    browser.do(tab.window.close_active)
    browser.do(tab.window.open)
    browser.do(tab.window.close)


def test_a_file_without_end_is_not_downloaded(browser: Guarded) -> None:
    browser.allowed.ended.clear()
    poured = browser.allowed.poured
    tab = browser.open("/guard_caps.html")
    browser.do(lambda: click(tab, "file"))
    assert browser.allowed.ended.wait(BOUND)
    assert browser.allowed.poured - poured < 30_000_000
    assert eventually(lambda: len(browser.refused("download")) > 0)
    assert browser.refused("download")[-1].endswith("/endless.bin")
    assert browser.do(lambda: tab.session.evaluate("document.title")) == "Caps"
    browser.do(tab.window.close)


def test_a_page_without_end_is_cut_at_the_cap(browser: Guarded) -> None:
    browser.allowed.ended.clear()
    poured, before = browser.allowed.poured, len(browser.refused("bytes"))
    tab = browser.open("/guard_caps.html")
    browser.js(tab, "void (location = '/endless.html')")
    assert browser.allowed.ended.wait(BOUND)
    assert browser.allowed.poured - poured < 30_000_000
    assert eventually(lambda: len(browser.refused("bytes")) > before)
    assert browser.refused("bytes")[-1] == browser.allowed.place
    assert max(one.received for one in browser.thread.gate.traffic) <= 2_100_000
    browser.do(tab.window.close)
