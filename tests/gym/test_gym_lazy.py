"""A lazy observation makes its costly parts when they are read, or says why it cannot."""

from __future__ import annotations

import copy
import pickle  # noqa: TID251  # what clients do to observations
from typing import Any

import numpy as np
import pytest

from env.gym.lazy import LazyObservation
from tests.gym.gym_rig import bid_of, text_of
from webpilot.errors import ConfigError

COSTLY = ("screenshot", "dom_object", "extra_element_properties")
TAKERS: dict[str, Any] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "dict.copy": lambda observation: observation.copy(),
    "pickle": lambda observation: pickle.loads(pickle.dumps(observation)),  # noqa: S301
    "dict": dict,
    "unpacking": lambda observation: {**observation},
    "items": lambda observation: dict(observation.items()),
    "union": lambda observation: observation | {},
}


def counted() -> tuple[LazyObservation, list[str]]:
    made: list[str] = []

    def maker() -> list[int]:
        made.append("b")
        return [1]

    return LazyObservation({"a": 0, "b": None, "c": 2}, {"b": maker}), made


def test_a_part_is_made_once_and_only_when_it_is_read() -> None:
    lazy, made = counted()
    assert (list(lazy), len(lazy), "b" in lazy, lazy["a"]) == (["a", "b", "c"], 3, True, 0)
    assert made == []
    assert "not read" in repr(lazy)
    assert (lazy["b"], lazy.get("b"), lazy["b"]) == ([1], [1], [1])
    assert made == ["b"]


@pytest.mark.parametrize("taker", TAKERS)
def test_whatever_takes_it_all_gets_a_plain_dictionary_with_every_part(taker: str) -> None:
    lazy, _ = counted()
    taken = TAKERS[taker](lazy)
    assert type(taken) is dict
    assert taken == {"a": 0, "b": [1], "c": 2}


def test_a_part_that_is_replaced_or_removed_is_never_made() -> None:
    lazy, made = counted()
    lazy["b"] = 5
    assert lazy.pop("b") == 5
    other, also = counted()
    del other["b"]
    other.update(c=3)
    assert (dict(other), made, also) == ({"a": 0, "c": 3}, [], [])


def test_it_holds_what_an_eager_observation_holds(opened) -> None:
    lazy, _ = opened(eager=False).reset(seed=0)
    eager, _ = opened(eager=True).reset(seed=0)
    assert type(lazy) is LazyObservation
    assert list(lazy) == list(eager)
    assert text_of(lazy) == text_of(eager)
    assert np.array_equal(lazy["screenshot"], eager["screenshot"])
    visible = {bid: told["visibility"] for bid, told in lazy["extra_element_properties"].items()}
    assert visible == {
        bid: told["visibility"] for bid, told in eager["extra_element_properties"].items()
    }
    assert opened(eager=False).observation_space.contains(lazy)


def test_reading_a_part_changes_no_bid(opened) -> None:
    fast = opened("frames", eager=False)
    first, _ = fast.reset(seed=0)
    bids = set(first["extra_element_properties"])
    second, *_ = fast.step("noop(0)")
    assert text_of(first) == text_of(second)
    assert set(second["extra_element_properties"]) == bids


@pytest.mark.parametrize("key", COSTLY)
def test_a_part_whose_page_is_gone_says_so(opened, key: str) -> None:
    fast = opened(eager=False)
    observation, _ = fast.reset(seed=0)
    fast.step(f"click('{bid_of(observation, 'checkbox')}')")
    with pytest.raises(ConfigError, match="before the next step"):
        observation[key]


@pytest.mark.parametrize("taker", TAKERS)
def test_taking_it_all_too_late_fails_as_clearly(opened, taker: str) -> None:
    fast = opened(eager=False)
    observation, _ = fast.reset(seed=0)
    fast.close()
    with pytest.raises(ConfigError, match="before the next step"):
        TAKERS[taker](observation)


def test_what_was_read_in_time_stays(opened) -> None:
    fast = opened(eager=False)
    observation, _ = fast.reset(seed=0)
    shape = observation["screenshot"].shape
    fast.step("noop(0)")
    assert observation["screenshot"].shape == shape


def test_a_page_whose_clock_stands_still_has_its_text_but_nothing_that_must_be_drawn(
    opened,
) -> None:
    fast = opened(eager=False, settle="virtual:500")
    observation, _ = fast.reset(seed=0)
    observation, *_ = fast.step(f"click('{bid_of(observation, 'button', 'Wait')}')")
    assert "Later" in text_of(observation)
    for key in COSTLY:
        with pytest.raises(ConfigError, match="clock stands still"):
            observation[key]
    with pytest.raises(ConfigError, match="clock"):
        _ = fast.unwrapped.page


@pytest.mark.parametrize(
    "settings", [{"eager": True}, {"eager": False, "use_raw_page_output": True}]
)
def test_a_clock_that_stands_still_excludes_pictures_and_the_raw_page(opened, settings) -> None:
    with pytest.raises(ConfigError, match="stops the page's clock"):
        opened(settle="virtual:500", **settings)
