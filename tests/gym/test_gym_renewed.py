"""A window of MiniWoB++ is used again only where nothing tells the episodes apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsergym.utils.obs import flatten_axtree_to_str

import env.gym
from env.gym.fast import FastBrowserEnv
from env.gym.peer import action_set

KNOWN = """[history.length, window.name, document.cookie, innerWidth, innerHeight, scrollY,
devicePixelRatio, document.hasFocus(), document.visibilityState].join()"""
SETTINGS: tuple[dict[str, Any], ...] = (
    {"eager": False, "settle": "virtual:500"},
    {"eager": True, "settle": "quiet"},
)


@pytest.fixture
def made() -> Iterator[Any]:
    envs: list[Any] = []

    def make(task: str = "miniwob.enter-text", **settings: Any) -> FastBrowserEnv:
        envs.append(env.gym.make(task, action_mapping=action_set().to_python_code, **settings))
        return envs[-1].unwrapped

    yield make
    for one in envs:
        one.close()
    env.gym.close_browser()


def text(observation: dict[str, Any]) -> str:
    return str(flatten_axtree_to_str(observation["axtree_object"]))


def on_page(fast: FastBrowserEnv, script: str) -> Any:
    assert fast._stage is not None
    return fast._stage.window.active.session.evaluate(script)


@pytest.mark.parametrize("settings", SETTINGS, ids=["search", "eager"])
def test_the_second_episode_begins_as_the_first(made, settings) -> None:
    fast = made(**settings)
    first, _ = fast.reset(seed=5)
    context, told = fast.context, on_page(fast, KNOWN)
    fast.step("mouse_click(60, 120)")
    fast.step("keyboard_type('typed')")
    fast.step("mouse_down(80, 140)")
    assert fast.step("keyboard_down('Shift')")[0]["last_action_error"] == ""
    second, _ = fast.reset(seed=5)
    assert text(second) == text(first)
    assert on_page(fast, KNOWN) == told
    assert second["goal"] == first["goal"]
    assert second["focused_element_bid"] == first["focused_element_bid"]
    assert fast.context is context
    assert second["open_pages_urls"] == first["open_pages_urls"]


@pytest.mark.parametrize("settings", SETTINGS, ids=["search", "eager"])
def test_a_step_back_leads_where_it_leads_in_the_first_episode(made, settings) -> None:
    fast = made(**settings)
    ends = []
    for _ in range(2):
        fast.reset(seed=5)
        observation, reward, done, *_ = fast.step("go_back()")
        ends.append((observation["url"], reward, done))
    assert ends == [("about:blank", 0, True)] * 2


def test_nothing_is_held_and_nothing_hovered_in_the_second_episode(made) -> None:
    fast = made(**SETTINGS[0])
    under = "[...document.querySelectorAll(':hover, :active')].map((one) => one.id).join()"
    fast.reset(seed=5)
    corner = on_page(fast, under)
    fast.step("mouse_down(80, 140)")
    fast.step("keyboard_down('Shift')")
    assert on_page(fast, under) != corner
    fast.reset(seed=5)
    assert on_page(fast, under) in ("", corner)  # with its first frame a page learns of the corner
    on_page(fast, "onkeydown = onmousemove = (e) => { window.held = [e.shiftKey, e.buttons]; }; 0")
    fast.step("mouse_move(90, 150)")
    assert on_page(fast, "held.join()") == "false,0"


@pytest.mark.parametrize(
    "script",
    [
        "document.cookie = 'kept=1'",
        "localStorage.setItem('kept', '1')",
        "sessionStorage.setItem('kept', '1')",
        "void open('about:blank')",
        "window.name = 'kept'",
    ],
)
def test_what_keeps_something_is_not_used_again(made, script: str) -> None:
    fast = made(eager=False)
    fast.reset(seed=5)
    context = fast.context
    on_page(fast, script)
    fast.step("noop(100)")
    fast.reset(seed=5)
    assert fast.context is not context
    assert (
        on_page(fast, "[localStorage.length, sessionStorage.length, document.cookie] + ''")
        == "0,0,"
    )
    assert len(fast._stage.window.tabs) == 1


def test_a_page_somebody_listens_to_is_not_used_again(made) -> None:
    fast = made(eager=False)
    fast.reset(seed=5)
    context = fast.context
    fast.page.on("console", lambda message: None)
    fast.reset(seed=5)
    assert fast.context is not context


def test_a_listener_is_called_within_the_step(made) -> None:
    fast = made(eager=False)
    fast.reset(seed=5)
    heard: list[str] = []
    fast.page.on("console", lambda message: heard.append(message.text))
    on_page(fast, "console.log('said')")
    fast.step("noop(0)")
    assert heard == ["said"]
