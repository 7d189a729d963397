"""Tabs of one window: who is in front, and that both clients mean the same page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from env.link.thread import BrowserThread
from env.link.window import Window
from webpilot.errors import BrowserLost

T = TypeVar("T")
VIEWPORT = {"width": 300, "height": 200}
WAIT = 60


@pytest.fixture(scope="module")
def thread() -> Iterator[BrowserThread]:
    with BrowserThread() as shared:
        yield shared


@pytest.fixture
def inside(thread: BrowserThread) -> Iterator[Callable[[Callable[[Window], T]], T]]:
    """Do something with a window of its own, in the browser's thread."""
    window = thread.submit(lambda: thread.browser().open_window(VIEWPORT)).result(WAIT)
    yield lambda work: thread.submit(lambda: work(window)).result(WAIT)
    thread.submit(window.close).result(WAIT)


def mark(window: Window, name: str) -> None:
    window.active.session.evaluate(f"document.title = '{name}'")


def titles(window: Window) -> list[str]:
    return [tab.session.evaluate("document.title") for tab in window.tabs]


def test_a_new_tab_is_in_front_and_the_one_before_comes_back_when_it_goes(inside) -> None:
    def work(window: Window) -> None:
        mark(window, "first")
        window.open()
        mark(window, "second")
        assert titles(window) == ["first", "second"]
        assert window.active.session.evaluate("document.title") == "second"
        assert window.focus(0).page.title() == "first"
        assert window.active.page.title() == "first"
        window.close_active()
        assert titles(window) == ["second"]
        assert window.active.page.title() == "second"

    inside(work)


def test_closing_the_last_tab_opens_another(inside) -> None:
    def work(window: Window) -> None:
        mark(window, "first")
        window.close_active()
        assert titles(window) == [""]

    inside(work)


def test_a_popup_comes_to_the_front_and_playwright_knows_it_too(inside) -> None:
    def work(window: Window) -> None:
        mark(window, "opener")
        session = window.active.session
        with window.context.expect_page():
            session.evaluate("void open('about:blank')")
        assert len(window.tabs) == 2
        mark(window, "popup")
        assert window.active.page.title() == "popup"
        assert window.active.session.opener == session.target

    inside(work)


def test_windows_do_not_know_each_other_s_tabs_and_cookies(thread, inside) -> None:
    other = thread.submit(lambda: thread.browser().open_window(VIEWPORT)).result(WAIT)

    def work(window: Window) -> None:
        window.context.add_cookies([{"name": "a", "value": "b", "url": "http://127.0.0.1/"}])
        assert len(window.tabs) == len(other.tabs) == 1
        assert other.context.cookies() == []
        other.close()
        with pytest.raises(BrowserLost):
            _ = other.active

    inside(work)


def test_there_is_no_tab_at_an_index_beyond_the_last(inside) -> None:
    with pytest.raises(IndexError):
        inside(lambda window: window.focus(7))
