"""A direct page answers as Playwright's page does, over our own connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from env.link.direct import DirectPage
from env.link.thread import BrowserThread
from env.link.window import Window
from env.server import PageServer
from tests.env.windowed import PAGES, odd_server, refusing

T = TypeVar("T")
EXPRESSIONS = (
    "1 + 1",
    "'text'",
    "null",
    "undefined",
    "void 0",
    "[1, 2.5, 'x', null, true]",
    "({a: {b: [1, {c: 2}]}})",
    "({a: undefined, b: 1})",
    "[undefined]",
    "NaN",
    "-0",
    "1 / 0",
    "[-1 / 0, NaN]",
    "12345678901234567890n",
    "1e21",
    "new Date(0)",
    "new Map([[1, 2]])",
    "document.body",
    "window",
    "Symbol('s')",
    "() => 7",
    "() => undefined",
    "async () => 8",
    "() => new Promise((done) => setTimeout(() => done([9]), 5))",
    "function named() { return this === window || this === undefined }",
    "async function () { return 3; }",
    "  (function () { return 4; })  ",
    "let once_only = 4; once_only + 1",
    "seen_later = 5; seen_later",
    "(() => { const loop = {}; loop.self = loop; return typeof loop.self; })()",
    "document.title",
)
FAILURES = (
    "missing_name",
    "() => { throw new TypeError('bad') }",
    "throw 'a text'",
    "1 +",
    "null.x",
)


class Both:
    """One page, spoken for by Playwright and by us."""

    def __init__(self, thread: BrowserThread, server: PageServer) -> None:
        self.thread = thread
        self.server = server
        self.window: Window = self.do(
            lambda: thread.browser().open_window({"width": 400, "height": 300}, direct=True)
        )

    def do(self, work: Callable[[], T]) -> T:
        return self.thread.submit(work).result()

    @property
    def ours(self) -> DirectPage:
        page = self.window.active.page
        assert isinstance(page, DirectPage)
        return page

    @property
    def theirs(self) -> Any:
        return self.window.context.pages[0]


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with PageServer(PAGES) as server, BrowserThread() as thread:
        it = Both(thread, server)
        it.do(lambda: it.ours.goto(server.url + "acts_tabs.html"))
        yield it
        it.do(it.window.close)


def told(work: Callable[[], Any]) -> str:
    """What came of it, in words that can be compared."""
    try:
        return repr(work())
    except PlaywrightError as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_gives_what_playwright_gives(both: Both, expression: str) -> None:
    ours, theirs = both.do(
        lambda: (
            told(lambda: both.ours.evaluate(expression)),
            told(lambda: both.theirs.evaluate(expression)),
        )
    )
    assert ours == theirs
    assert "Error" not in ours


@pytest.mark.parametrize("expression", FAILURES)
def test_what_an_expression_throws_is_told_as_playwright_tells_it(
    both: Both, expression: str
) -> None:
    ours, theirs = both.do(
        lambda: (
            told(lambda: both.ours.evaluate(expression)),
            told(lambda: both.theirs.evaluate(expression)),
        )
    )
    assert ours == theirs
    assert ours.startswith("Error: ")


def test_an_argument_goes_the_usual_way(both: Both) -> None:
    assert both.do(lambda: both.ours.evaluate("([a, b]) => a * b", [6, 7])) == 42


def test_nothing_kept_for_playwright_stays_on_the_page(both: Both) -> None:
    def work() -> Any:
        both.ours.evaluate("new Date(0)")
        return both.ours.evaluate("Object.getOwnPropertySymbols(window).map(String)")

    assert "Symbol(webpilot.told)" not in both.do(work)


def test_the_address_is_known_after_every_kind_of_move(both: Both) -> None:
    def work() -> list[tuple[str, str]]:
        seen = []
        for move in (
            "location.hash = 'part'",
            "history.pushState({}, '', '?pushed')",
            "history.replaceState({}, '', 'acts_second.html#x')",
        ):
            both.ours.evaluate(move)
            seen.append((both.ours.url, both.ours.evaluate("location.href")))
        both.ours.goto(both.server.url + "acts_second.html#start")
        seen.append((both.ours.url, both.ours.evaluate("location.href")))
        both.ours.go_back()
        seen.append((both.ours.url, both.ours.evaluate("location.href")))
        both.ours.goto(both.server.url + "acts_tabs.html")
        return seen

    seen = both.do(work)
    assert [ours for ours, _ in seen] == [real for _, real in seen]
    assert len({real for _, real in seen}) == 4


def test_a_page_has_loaded_when_going_there_returns(both: Both) -> None:
    def work() -> list[str]:
        states = []
        for _ in range(5):
            both.ours.goto(both.server.url + "acts_second.html")
            states.append(both.ours.evaluate("document.readyState + document.title"))
            both.ours.goto(both.server.url + "acts_tabs.html")
        return states

    assert both.do(work) == ["completeSecond"] * 5


def test_an_address_that_cannot_be_reached_fails_as_with_playwright(both: Both) -> None:
    def work() -> None:
        for address in (refusing(), "nonsense"):
            ours = told(lambda address=address: both.ours.goto(address))
            theirs = told(lambda address=address: both.theirs.goto(address))
            assert ours == theirs
            assert ours.startswith("Error: Page.goto: ")

    both.do(work)
    with odd_server() as odd:

        def late() -> None:
            both.ours.set_default_timeout(300)
            with pytest.raises(PlaywrightTimeout, match="Timeout 300ms exceeded"):
                both.ours.goto(odd + "unfinished")
            both.ours.set_default_timeout(30_000)
            both.ours.goto(both.server.url + "acts_tabs.html")

        both.do(late)
    assert both.do(lambda: both.ours.evaluate("document.title")) == "Tabs"


def test_what_holds_at_once_is_not_waited_for_and_what_does_not_is(both: Both) -> None:
    def work() -> int:
        assert both.ours.wait_for_function("() => true") is None
        both.ours.evaluate("setTimeout(() => { window.ready = 3; }, 60); 0")
        both.ours.wait_for_function("() => window.ready")
        return int(both.ours.evaluate("ready"))

    assert both.do(work) == 3
