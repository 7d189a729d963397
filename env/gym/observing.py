"""Observations in BrowserGym's format, whole, lazy or raw."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import numpy as np
from browsergym.core.env import _try_to_extract_legacy_goal

from env.gym.lazy import LazyObservation
from env.gym.stage import Stage
from webpilot.errors import ConfigError

__all__ = ["COSTLY", "lazily", "observation", "raw_observation", "told"]

COSTLY = ("screenshot", "dom_object", "extra_element_properties")
"""Parts that take longer than all the rest; a lazy observation makes them when first read."""

Observation = dict[str, Any]
T = TypeVar("T")


def told(
    *,
    messages: list[dict[str, Any]],
    goal: list[dict[str, Any]],
    action: str,
    error: str,
    elapsed: float,
) -> Observation:
    """Return the parts that no page is asked for; ``elapsed`` is in seconds."""
    return {
        "chat_messages": tuple(copy.deepcopy(messages)),
        "goal": _try_to_extract_legacy_goal(goal),
        "goal_object": tuple(copy.deepcopy(goal)),
        "last_action": action,
        "last_action_error": error,
        "elapsed_time": np.asarray([elapsed]),
    }


def raw_observation(stage: Stage, known: Mapping[str, Any]) -> Observation:
    """Return the observation that holds the Playwright page itself."""
    addresses, index = stage.addresses()
    return {
        "page": stage.page,
        "chat_messages": known["chat_messages"],
        "goal": known["goal"],
        "goal_object": known["goal_object"],
        "open_pages_urls": tuple(url for url, _ in addresses),
        "open_pages_titles": tuple(title for _, title in addresses),
        "active_page_index": np.asarray([index]),
        "url": addresses[index][0],
        "last_action": known["last_action"],
        "last_action_error": known["last_action_error"],
        "elapsed_time": known["elapsed_time"],
    }


def observation(stage: Stage, known: Mapping[str, Any]) -> Observation:
    """Return the observation; the costly parts are ``None`` where the stage did not make them."""
    seen = stage.observe()
    return {
        "chat_messages": known["chat_messages"],
        "goal": known["goal"],
        "goal_object": known["goal_object"],
        "open_pages_urls": seen.urls,
        "open_pages_titles": seen.titles,
        "active_page_index": np.asarray([seen.index]),
        "url": seen.urls[seen.index],
        "screenshot": seen.costly.get("screenshot"),
        "dom_object": seen.costly.get("dom_object"),
        "axtree_object": seen.tree,
        "extra_element_properties": seen.costly.get("extra_element_properties"),
        "focused_element_bid": seen.focused,
        "last_action": known["last_action"],
        "last_action_error": known["last_action_error"],
        "elapsed_time": known["elapsed_time"],
    }


def lazily(
    seen: Observation, stage: Stage, guarded: Callable[[Callable[[], Any]], Any]
) -> Observation:
    """Return an observation that makes its costly parts when they are first read.

    Args:
        seen: the observation without them.
        stage: what they are made of.
        guarded: does a piece of work while the page is the one that was observed, else raises.
    """

    def drawn(work: Callable[[], T]) -> T:
        if stage.still:
            raise ConfigError(
                "no picture is drawn and nothing is measured while the page's clock stands still: "
                'pass settle="quiet" to read this part of the observation'
            )
        made: T = guarded(work)
        return made

    @cache
    def dom() -> tuple[Any, Any]:
        return drawn(stage.dom)

    makers = {
        "screenshot": lambda: drawn(stage.screenshot),
        "dom_object": lambda: dom()[0],
        "extra_element_properties": lambda: dom()[1],
    }
    return LazyObservation(seen, makers)
