"""One warm browser for all environments of a thread; what happens when it cannot be had."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from browsergym.core.env import BrowserEnv

from env.gym import FastBrowserEnv, close_browser
from env.gym.warm import warm_browser
from tests.gym.gym_rig import make
from webpilot.errors import BrowserLost, ConfigError, EnvironmentDown, StepTimeout


def stepped(fast: FastBrowserEnv) -> None:
    """Step until what has happened to the browser is noticed."""
    for _ in range(20):
        fast.step("noop(50)")


def test_resets_and_environments_share_one_browser(opened) -> None:
    fast, other = opened(), opened("other")
    fast.reset(seed=0)
    browser = warm_browser().browser()
    fast.reset(seed=1)
    other.reset(seed=0)
    other.close()
    assert warm_browser().browser() is browser
    assert browser.alive
    assert fast.step("noop(0)")[0]["open_pages_titles"] == ("Form",)


def test_a_reset_inside_a_running_event_loop_names_what_to_do(served) -> None:
    close_browser()

    async def cell() -> None:
        make(served).reset(seed=0)

    with pytest.raises(ConfigError, match="in a thread of its own"):
        asyncio.run(cell())


def test_a_notebook_may_use_a_thread_of_its_own(served) -> None:
    close_browser()

    async def cell() -> Any:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            fast = make(served)
            observation, _ = await loop.run_in_executor(thread, fast.reset)
            await loop.run_in_executor(thread, fast.close)
            await loop.run_in_executor(thread, close_browser)
        return observation

    assert asyncio.run(cell())["open_pages_titles"] == ("Form",)


def test_another_thread_is_told_that_the_browser_is_taken(opened) -> None:
    fast = opened()
    fast.reset(seed=0)
    with ThreadPoolExecutor(1) as thread, pytest.raises(ConfigError, match="another thread"):
        thread.submit(fast.reset).result()
    assert fast.step("noop(0)")[0]["open_pages_titles"] == ("Form",)


def test_a_browser_whose_thread_has_ended_is_given_up_for_another(opened) -> None:
    close_browser()
    forgotten = opened()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(forgotten.reset).result()
    assert opened().reset(seed=0)[0]["open_pages_titles"] == ("Form",)


def test_closing_the_browser_leaves_the_thread_free_for_event_loops(opened) -> None:
    opened().reset(seed=0)
    close_browser()
    close_browser()
    assert asyncio.run(asyncio.sleep(0, "free")) == "free"


def test_a_browser_that_dies_is_replaced_with_the_next_reset(opened) -> None:
    fast = opened()
    fast.reset(seed=0)
    os.killpg(warm_browser().browser().pid, signal.SIGKILL)
    with pytest.raises(EnvironmentDown):
        stepped(fast)
    assert fast.reset(seed=0)[0]["open_pages_titles"] == ("Form",)


def test_a_driver_that_dies_is_replaced_in_the_same_thread(opened) -> None:
    fast = opened()
    fast.reset(seed=0)
    driver = warm_browser()._keeper.driver
    assert driver is not None
    os.kill(driver.pid, signal.SIGKILL)
    with pytest.raises(EnvironmentDown), warm_browser().guard(1.0):
        fast.page.title()
    assert fast.reset(seed=0)[0]["open_pages_titles"] == ("Form",)


def test_a_call_that_hangs_is_ended_by_the_watchdog(opened) -> None:
    fast = opened()
    fast.reset(seed=0)
    with pytest.raises(StepTimeout), warm_browser().guard(0.5):
        fast.page.evaluate("new Promise(() => {})")
    assert fast.reset(seed=0)[0]["open_pages_titles"] == ("Form",)


@pytest.mark.parametrize("noticed", [True, False])
def test_a_page_that_crashes_is_lost_and_the_browser_is_not(opened, noticed: bool) -> None:
    fast, other = opened(), opened("other")
    fast.reset(seed=0)
    other.reset(seed=0)
    crashing = fast._stage.window.active.session
    crashing.post("Page.crash")
    if noticed:  # before anything is asked of the page
        while not crashing.closed:
            time.sleep(0.01)
    with pytest.raises(BrowserLost):
        stepped(fast)
    assert other.step("noop(0)")[0]["open_pages_titles"] == ("Other",)
    assert fast.reset(seed=0)[0]["open_pages_titles"] == ("Form",)


def test_no_thread_of_ours_survives_the_closing(opened) -> None:
    close_browser()
    before = set(threading.enumerate())
    opened().reset(seed=0)
    ours = [one for one in set(threading.enumerate()) - before if "webpilot" in one.name]
    assert {one.name for one in ours} >= {"webpilot-watchdog"}
    close_browser()
    assert [one.name for one in ours if one.is_alive()] == []


def test_a_step_before_the_first_reset_says_so(opened) -> None:
    with pytest.raises(ConfigError, match="reset"):
        opened().step("noop(0)")


def test_an_unknown_backend_is_refused(opened) -> None:
    with pytest.raises(ConfigError, match="fast, browsergym"):
        opened(backend="slow")


@pytest.mark.timeout(180)
def test_browsergyms_own_class_serves_the_other_backend_in_the_same_process(opened) -> None:
    fast = opened()
    wanted, _ = fast.reset(seed=0)
    slow = opened(backend="browsergym", slow_mo=0, pre_observation_delay=0)
    assert isinstance(slow, FastBrowserEnv)
    assert isinstance(slow, BrowserEnv)
    observation, info = slow.reset(seed=0)
    assert slow.page.title() == "Form"
    assert len(slow.page_history) == 1
    assert list(observation) == list(wanted)
    assert info["task_info"] == {"drawn": 44}
    assert slow.step("noop(0)")[0]["last_action_error"] == ""
    slow.close()
    assert fast.step("noop(0)")[0]["open_pages_titles"] == ("Form",)
