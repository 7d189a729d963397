"""What a client of BrowserGym finds: parameters, observations, steps, errors."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest
from browsergym.core.action.highlevel import HighLevelActionSet
from browsergym.core.env import BrowserEnv

import env.gym
from env.gym import FastBrowserEnv
from tests.gym.gym_rig import EVERY, bid_of, make, text_of
from webpilot.errors import ConfigError

NEW = {"backend", "eager", "settle", "uploads"}


def test_the_constructor_takes_browsergyms_parameters_in_its_order() -> None:
    theirs = inspect.signature(BrowserEnv).parameters
    ours = inspect.signature(FastBrowserEnv).parameters
    assert [name for name in ours if name not in NEW] == list(theirs)
    assert all(ours[name].kind is inspect.Parameter.KEYWORD_ONLY for name in NEW)


@pytest.mark.parametrize(
    "settings",
    [
        {"headless": False},
        {"wait_for_user_message": True},
        {"resizeable_window": True},
        {"record_video_dir": "videos"},
        {"pw_chromium_kwargs": {"channel": "beta"}},
        {"action_mapping": None},
        {"action_mapping": str.upper},
        {"action_mapping": HighLevelActionSet(demo_mode="default").to_python_code},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_cannot_be_honoured_is_refused_in_one_line_that_names_the_other_backend(
    served, settings
) -> None:
    with pytest.raises(ConfigError) as refused:
        make(served, **settings)
    assert 'backend="browsergym"' in str(refused.value)
    assert "\n" not in str(refused.value)


def test_actions_of_somebodys_own_are_refused() -> None:
    def beep(bid: str):
        """Make a sound.

        Examples:
            beep('12')
        """

    own = HighLevelActionSet(["bid", "custom"], custom_actions=[beep])
    with pytest.raises(ConfigError, match="beep"):
        FastBrowserEnv(task_entrypoint=object, action_mapping=own.to_python_code)


def test_a_mapping_that_overrides_browsergyms_is_refused(served) -> None:
    class Own(HighLevelActionSet):
        def to_python_code(self, action):
            return "import os"

    with pytest.raises(ConfigError, match="no text is run"):
        make(served, action_mapping=Own().to_python_code)


@pytest.mark.parametrize("settle", ["sometime", "quiet:", ""])
def test_an_unknown_settling_is_refused(served, settle: str) -> None:
    with pytest.raises(ConfigError, match="settle="):
        make(served, settle=settle)


def test_observations_are_browsergyms_in_keys_order_and_types(opened) -> None:
    fast = opened()
    observation, info = fast.reset(seed=1)
    assert fast.observation_space.contains(observation)
    assert list(observation) == [
        *("chat_messages", "goal", "goal_object", "open_pages_urls", "open_pages_titles"),
        *("active_page_index", "url", "screenshot", "dom_object", "axtree_object"),
        *("extra_element_properties", "focused_element_bid", "last_action", "last_action_error"),
        "elapsed_time",
    ]
    assert info == {"task_info": {"drawn": int(np.random.RandomState(1).randint(100))}}
    assert observation["goal"] == "Do it."
    assert observation["goal_object"] == ({"type": "text", "text": "Do it."},)
    assert [one["role"] for one in observation["chat_messages"]] == ["assistant", "user"]
    assert observation["open_pages_titles"] == ("Form",)
    assert observation["active_page_index"].tolist() == [0]
    assert observation["url"] == observation["open_pages_urls"][0] == fast.page.url
    assert observation["screenshot"].shape == (500, 600, 3)


def test_a_step_gives_the_five_and_the_times_of_what_was_done(opened) -> None:
    fast = opened()
    first, _ = fast.reset(seed=1)
    observation, reward, terminated, truncated, info = fast.step(
        f"click('{bid_of(first, 'button', 'Send')}')"
    )
    assert (reward, terminated, truncated) == (1.0, True, False)
    assert "Sent" in text_of(observation)
    assert observation["chat_messages"][-1]["message"] == "Well done."
    assert list(info) == [
        *("action_exec_start", "action_exec_timeout", "action_exec_stop"),
        *("wait_for_page_loading_start", "wait_for_page_loading_stop"),
        *("validation_start", "task_info", "validation_stop"),
        *("get_observation_start", "get_observation_stop"),
    ]
    times = [value for name, value in info.items() if name.endswith(("start", "stop"))]
    assert times == sorted(times)


def test_the_page_can_be_had_raw(opened) -> None:
    fast = opened(use_raw_page_output=True)
    observation, _ = fast.reset(seed=1)
    assert fast.observation_space.contains(observation)
    assert set(observation) == set(fast.observation_space.spaces)
    assert observation["page"].title() == "Form"


ERRORS = {
    "": "ValueError: Received an empty action.",
    "I would rather not.": "ValueError: Received an empty action.",
    "click('9999')": 'ValueError: Could not find element with bid "9999"',
    "click(12)": "ValueError: expected a string, got 12",
    "click()": "TypeError: click() missing 1 required positional argument: 'bid'",
    "click('1', bad=2)": "TypeError: click() got an unexpected keyword argument 'bad'",
    "jump('1')": "NameError: Invalid action type 'jump'.",
    "noop(0) noop(0)": ("ValueError: Received a multi-action, only single-actions are allowed."),
    "keyboard_press('NoSuchKey')": 'Error: Keyboard.press: Unknown key: "NoSuchKey"',
    "tab_focus(7)": "IndexError: list index out of range",
}


def test_errors_have_browsergyms_class_and_words(opened) -> None:
    fast = opened()
    fast.reset(seed=1)
    for action, error in ERRORS.items():
        observation, *_ = fast.step(action)
        assert observation["last_action_error"].split("\n")[0] == error, action
        assert observation["last_action"] == action


def test_a_covered_element_times_out_and_the_error_names_what_covers_it(opened) -> None:
    fast = opened()
    first, _ = fast.reset(seed=1)
    observation, *_ = fast.step(f"click('{bid_of(first, 'button', 'Under')}')")
    first_line, *rest = observation["last_action_error"].split("\n")
    assert first_line == "TimeoutError: Locator.click: Timeout 500ms exceeded."
    assert re.search('class="lid".*intercepts pointer events', rest[0])


def test_a_covered_element_is_clicked_anyway_where_the_set_retries_with_force(opened) -> None:
    actions = HighLevelActionSet(EVERY, multiaction=False, retry_with_force=True)
    fast = opened(action_mapping=actions.to_python_code)
    first, _ = fast.reset(seed=1)
    fast.page.evaluate("document.querySelector('.lid').onclick = () => { window.reward = 1 }")
    observation, reward, *_ = fast.step(f"click('{bid_of(first, 'button', 'Under')}')")
    assert (observation["last_action_error"], reward) == ("", 1.0)


def test_the_call_is_found_in_prose_as_browsergym_finds_it(opened) -> None:
    fast = opened()
    first, _ = fast.reset(seed=1)
    bid = bid_of(first, "textbox")
    observation, *_ = fast.step(f"I fill the name. # fill('0', 'x')\nfill('{bid}', \"Ann\")\nDone.")
    assert observation["last_action_error"] == ""
    assert fast.page.evaluate("document.getElementById('name').value") == "Ann"


def test_a_strict_set_takes_no_prose(opened) -> None:
    actions = HighLevelActionSet(EVERY, multiaction=False, strict=True)
    fast = opened(action_mapping=actions.to_python_code)
    fast.reset(seed=1)
    observation, *_ = fast.step("Well: noop(0)")
    assert observation["last_action_error"].startswith("ParseException: ")


def test_several_calls_run_in_order_until_one_fails_where_the_set_allows_them(opened) -> None:
    fast = opened(action_mapping=HighLevelActionSet(EVERY).to_python_code)
    first, _ = fast.reset(seed=1)
    bid = bid_of(first, "textbox")
    observation, *_ = fast.step(f"fill('{bid}', 'a')\nclick('9999')\nfill('{bid}', 'b')")
    assert observation["last_action_error"].startswith("ValueError: Could not find element")
    assert fast.page.evaluate("document.getElementById('name').value") == "a"


def test_nothing_runs_where_one_of_several_calls_is_not_allowed(opened) -> None:
    fast = opened(action_mapping=HighLevelActionSet(["bid"]).to_python_code)
    first, _ = fast.reset(seed=1)
    bid = bid_of(first, "textbox")
    observation, *_ = fast.step(f"fill('{bid}', 'a')\ngoto('http://127.0.0.1/')")
    assert observation["last_action_error"] == "NameError: Invalid action type 'goto'."
    assert fast.page.evaluate("document.getElementById('name').value") == ""


def test_an_answer_reaches_the_task_and_the_report_of_infeasibility_ends_it(opened) -> None:
    fast = opened()
    fast.reset(seed=1)
    _, _, terminated, _, info = fast.step("send_msg_to_user('42')")
    assert (terminated, info["task_info"]["answered"]) == (False, ["42"])
    observation, _, terminated, _, _ = fast.step("report_infeasible('no such thing')")
    assert terminated
    assert observation["chat_messages"][-1]["role"] == "infeasible"
    lenient = opened(terminate_on_infeasible=False)
    lenient.reset(seed=1)
    assert lenient.step("report_infeasible('no')")[2] is False


def test_a_chat_takes_what_clients_put_into_it(opened) -> None:
    fast = opened()
    fast.reset(seed=1)
    fast.unwrapped.chat.add_message(role="info", msg="thinking")
    assert [one["role"] for one in fast.chat.messages] == ["assistant", "user"]
    with pytest.raises(ValueError, match="Invalid role: nobody"):
        fast.chat.add_message(role="nobody", msg="")


def test_a_goal_may_hold_pictures(opened) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    goal = [{"type": "text", "text": "Find it."}, picture]
    observation, _ = opened(task_kwargs={"goal": goal}).reset(seed=1)
    assert observation["goal_object"] == tuple(goal)
    assert observation["chat_messages"][-1]["role"] == "user_image"


def test_a_task_of_browsergyms_registry_is_made_by_its_name() -> None:
    made = env.gym.make("miniwob.click-test", max_episode_steps=2)
    try:
        observation, _ = made.reset(seed=0)
        assert "Click" in observation["goal"]
        assert isinstance(made.unwrapped, FastBrowserEnv)
        made.step("noop(0)")
        assert made.step("noop(0)")[3] is True
    finally:
        made.close()
