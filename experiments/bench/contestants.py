"""Who takes part in :mod:`experiments.bench.env_speed`: each plays a task's script of clicks."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

import env.gym
from env.gym.peer import Peer, action_set
from env.link.page_session import DEADLINE
from env.miniwob.catalogue import load, task_classes
from env.miniwob.page import MiniwobPage
from env.miniwob.site import DEFAULT_SETTLE, MiniwobSite
from experiments.bench.floor import Floor
from webpilot.actions import PRIMITIVES, parse_action

__all__ = ["Click", "Contestant", "fast", "floor", "peer", "restarted", "scripted"]

SEED = 3
SCALE = 1.5
"""BrowserGym's coordinates are CSS pixels times this on MiniWoB++."""
ROUNDS = 3
EAGER: Mapping[str, Any] = {"eager": True}
"""As other clients have it: pictures and DOM snapshots too, in real time."""
SEARCH: Mapping[str, Any] = {"eager": False, "settle": DEFAULT_SETTLE}
"""As our search has it: what is not read is not made, and time passes only when granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One action of a task's script."""

    action: str
    point: tuple[float, float]
    """Where the floor clicks, in CSS pixels."""


NOWHERE = Click(action="mouse_click(300.0, 285.0)", point=(200.0, 190.0))
"""A click beside everything, where a page has fewer harmless elements than steps."""

Contestant = Callable[[str, Sequence[Click]], tuple[float, list[float]]]
"""Plays a task's script; returns the seconds of the reset and of each step."""


def fast_env(task: str, base_url: str, **settings: Any) -> env.gym.FastBrowserEnv:
    """Return our environment for a task; nothing is loaded yet."""
    return env.gym.FastBrowserEnv(
        task_entrypoint=task_classes()[load(task).name],
        task_kwargs={"base_url": base_url},
        action_mapping=action_set().to_python_code,
        **settings,
    )


def scripted(task: str, base_url: str, steps: int) -> tuple[Click, ...]:
    """Return clicks on visible elements that work one after another and do not end the episode."""
    fast = fast_env(task, base_url, **EAGER)
    found: list[Click] = []
    try:
        observation, _ = fast.reset(seed=SEED)
        offered = [*offers(observation), NOWHERE]
        for click in itertools.islice(itertools.cycle(offered), ROUNDS * len(offered)):
            if len(found) == steps:
                break
            observation, _, done, _, _ = fast.step(click.action)
            if done:
                fast.reset(seed=SEED)
                for one in found:
                    fast.step(one.action)
            elif not observation["last_action_error"]:
                found.append(click)
    finally:
        fast.close()
    return tuple(found)


def offers(observation: Mapping[str, Any]) -> Iterator[Click]:
    """Yield a click on each element that is wholly visible and looks as if it took one."""
    for bid, told in observation["extra_element_properties"].items():
        if told["set_of_marks"] and told["bbox"] and told["visibility"] == 1:
            left, top, width, height = (side / SCALE for side in told["bbox"])
            yield Click(action=f"click({bid!r})", point=(left + width / 2, top + height / 2))


def peer(other: Peer, base_url: str, knobs: Mapping[str, Any]) -> Contestant:
    """Return BrowserGym as a contestant."""

    def play(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        other.reset(task, SEED, base_url=base_url, knobs=knobs)
        reset = other.answer().seconds
        steps = []
        for click in clicks:
            other.step(click.action)
            steps.append(other.answer().seconds)
        return reset, steps

    return play


def fast(base_url: str, **settings: Any) -> Contestant:
    """Return FastBrowserEnv as a contestant; it resets from a running episode, as BrowserGym."""
    running: dict[str, env.gym.FastBrowserEnv] = {}

    def play(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        if task not in running:
            for other in running.values():
                other.close()
            running.clear()
            running[task] = fast_env(task, base_url, **settings)
        ours = running[task]
        reset = seconds_of(lambda: ours.reset(seed=SEED))
        return reset, [seconds_of(partial(ours.step, one.action)) for one in clicks]

    return play


def restarted(site: MiniwobSite) -> Contestant:
    """Return the search's own page as a contestant: it restarts in the page, and verifies it.

    Where a restart is refused or does not lead to the very page, it is loaded, as the search does.
    """
    pages: dict[str, MiniwobPage] = {}
    roots: dict[str, str] = {}

    def loaded(task: str) -> MiniwobPage:
        for other in pages.values():
            other.close()
        pages.clear()
        page = site.page(load(task), seed=SEED, deadline=DEADLINE)
        page.load()
        pages[task], roots[task] = page, page.observe().fingerprint.exact
        return page

    def reset(page: MiniwobPage, task: str) -> None:
        if not page.restart() or page.observe().fingerprint.exact != roots[task]:
            page.load()
            page.observe()

    def step(page: MiniwobPage, action: str) -> None:
        error = page.act(parse_action(action, allowed=tuple(PRIMITIVES)))
        page.observe(last_error=error)
        page.ended()

    def work(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        page = pages.get(task) or loaded(task)
        began = seconds_of(lambda: reset(page, task))
        return began, [seconds_of(partial(step, page, one.action)) for one in clicks]

    def play(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        done: Future[tuple[float, list[float]]] = site.thread.submit(work, task, clicks)
        return done.result()

    return play


def floor(bare: Floor, base_url: str) -> Contestant:
    """Return the floor as a contestant."""

    def play(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        reset = bare.reset(f"{base_url}{task}.html", SEED)
        return reset, [bare.step(click.point) for click in clicks]

    return play


def seconds_of(work: Callable[[], Any]) -> float:
    """Return how long a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
