"""What blocks is ended: by means that get stronger, from a thread that never blocks itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from env.link.thread import BrowserThread
from env.link.watchdog import Watchdog
from webpilot.errors import BrowserLost, StepTimeout

WAIT = 60.0
VIEWPORT = {"width": 400, "height": 300}


@pytest.fixture
def thread() -> Iterator[BrowserThread]:
    with BrowserThread() as made:
        yield made


def test_the_means_are_used_in_order_until_the_work_ends() -> None:
    used: list[str] = []
    ended = threading.Event()

    def strong() -> None:
        used.append("strong")
        ended.set()

    watchdog = Watchdog(lambda: used.append("mild"), strong)
    with watchdog.guard(0.05) as guard:
        assert ended.wait(WAIT)
    assert used == ["mild", "strong"]
    assert guard.fired
    watchdog.stop()


def test_work_that_ends_in_time_is_left_alone() -> None:
    used: list[str] = []
    watchdog = Watchdog(lambda: used.append("mild"))
    for _ in range(100):
        with watchdog.guard(WAIT) as guard:
            pass
        assert not guard.fired
    watchdog.stop()
    assert used == []


def test_an_inner_guard_does_not_lift_the_outer_one() -> None:
    fired = threading.Event()
    watchdog = Watchdog(fired.set)
    with watchdog.guard(0.1) as outer:
        with watchdog.guard(WAIT):
            pass
        assert fired.wait(WAIT)
    assert outer.fired
    watchdog.stop()


def test_a_playwright_call_on_a_spinning_page_is_ended(thread: BrowserThread) -> None:
    def spin() -> None:
        tab = thread.browser().open_tab(VIEWPORT)
        with thread.guard(1.0):
            tab.page.evaluate("for (;;) {}")

    def title() -> str:
        return thread.browser().open_tab(VIEWPORT).page.evaluate("'still here'")

    with pytest.raises(StepTimeout):
        thread.submit(spin).result(WAIT)
    assert thread.submit(title).result(WAIT) == "still here"
    assert thread.launches == 2


def test_a_stopped_browser_is_killed_and_replaced(thread: BrowserThread) -> None:
    def stop() -> None:
        browser = thread.browser()
        tab = browser.open_tab(VIEWPORT)
        os.killpg(browser.pid, signal.SIGSTOP)
        with thread.guard(1.0):
            tab.page.evaluate("1")

    with pytest.raises(StepTimeout):
        thread.submit(stop).result(WAIT)
    assert thread.submit(lambda: thread.browser().alive).result(WAIT)


def test_a_killed_browser_is_replaced_before_its_pipe_closes(thread: BrowserThread) -> None:
    def kill() -> bool:
        browser = thread.browser()
        browser.kill()
        return browser.alive or thread.browser() is browser

    assert not thread.submit(kill).result(WAIT)
    assert thread.launches == 2


def test_a_stopped_driver_is_killed_and_replaced(thread: BrowserThread) -> None:
    def stop() -> None:
        tab = thread.browser().open_tab(VIEWPORT)
        os.kill(thread._keeper.driver.pid, signal.SIGSTOP)
        with thread.guard(1.0):
            tab.page.evaluate("1")

    with pytest.raises(StepTimeout):
        thread.submit(stop).result(WAIT)
    assert thread.submit(lambda: thread.browser().open_tab(VIEWPORT).alive).result(WAIT)


def test_a_driver_that_dies_is_replaced(thread: BrowserThread) -> None:
    profiles = []

    def die() -> None:
        browser = thread.browser()
        tab = browser.open_tab(VIEWPORT)
        profiles.append(browser.profile)
        os.kill(thread._keeper.driver.pid, signal.SIGKILL)
        with thread.guard(1.0):
            tab.page.evaluate("1")

    with pytest.raises((BrowserLost, StepTimeout)):
        thread.submit(die).result(WAIT)
    assert profiles[0] is not None
    assert not profiles[0].exists()
    assert thread.submit(lambda: thread.browser().open_tab(VIEWPORT).alive).result(WAIT)


def test_a_call_of_ours_on_a_dead_browser_fails_at_once(thread: BrowserThread) -> None:
    def kill() -> float:
        browser = thread.browser()
        tab = browser.open_tab(VIEWPORT)
        timer = threading.Timer(0.3, browser.kill)
        timer.start()
        started = time.monotonic()
        forever = {"expression": "new Promise(() => {})", "awaitPromise": True}
        with pytest.raises(BrowserLost):
            tab.session.send("Runtime.evaluate", forever, timeout=WAIT)
        return time.monotonic() - started

    assert thread.submit(kill).result(WAIT) < WAIT
