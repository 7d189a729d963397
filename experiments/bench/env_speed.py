"""What a step and a reset cost: BrowserGym, its public knobs, FastBrowserEnv, and the floor.

All take turns in one run, on the same served pages, seeds and clicks; numbers are medians. One
machine's milliseconds tell little, their ratios within a run do.

    python -m experiments.bench.env_speed --json speed.json        # a few minutes
    python -m experiments.bench.env_speed --sample 10              # more episodes of each

``fast`` observes as much as BrowserGym (``eager=True``); ``fast, lazy`` leaves picture and DOM
snapshot to be made when read, and is what an agent that reads text needs.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import env.gym
from env.gym.peer import KNOBS, SHIPPED, Peer, action_set
from env.live import FOLDER
from env.miniwob import load, task_classes
from env.server import PageServer, miniwob_folder
from experiments.bench.floor import Floor
from experiments.bench.tables import save, table

__all__ = ["Timed", "main", "summary"]

TASKS = ("click-test", "click-checkboxes-large", "book-flight", "email-inbox", "social-media-all")
"""From 40 to 305 DOM nodes; the last two have more than 250."""
SEED = 3
STEPS = 4
SAMPLE = 3
SCALE = 1.5
"""BrowserGym's coordinates are CSS pixels times this on MiniWoB++."""
NAMES = ("browsergym", "browsergym, knobs", "fast", "fast, lazy", "floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One action of a task's script."""

    action: str
    point: tuple[float, float]
    """Where the floor clicks, in CSS pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One episode of one contestant."""

    task: str
    contestant: str
    round: int
    reset_ms: float
    step_ms: tuple[float, ...]


NOWHERE = Click(action="mouse_click(300.0, 285.0)", point=(200.0, 190.0))
"""A click beside everything, where a page has fewer harmless elements than steps."""
ROUNDS = 3

Contestant = Callable[[str, Sequence[Click]], tuple[float, list[float]]]
"""Plays a task's script; returns the seconds of the reset and of each step."""


def fast_env(task: str, base_url: str, *, eager: bool) -> env.gym.FastBrowserEnv:
    """Return our environment for a task; nothing is loaded yet."""
    return env.gym.FastBrowserEnv(
        task_entrypoint=task_classes()[load(task).name],
        task_kwargs={"base_url": base_url},
        action_mapping=action_set().to_python_code,
        eager=eager,
    )


def scripted(task: str, base_url: str, steps: int) -> tuple[Click, ...]:
    """Return clicks on visible elements that work one after another and do not end the episode."""
    fast = fast_env(task, base_url, eager=True)
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


def play_peer(peer: Peer, base_url: str, knobs: Mapping[str, Any]) -> Contestant:
    """Return BrowserGym as a contestant."""

    def play(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        peer.reset(task, SEED, base_url=base_url, knobs=knobs)
        reset = peer.answer().seconds
        steps = []
        for click in clicks:
            peer.step(click.action)
            steps.append(peer.answer().seconds)
        return reset, steps

    return play


def play_fast(base_url: str, *, eager: bool) -> Contestant:
    """Return FastBrowserEnv as a contestant; it resets from a running episode, as BrowserGym."""
    running: dict[str, env.gym.FastBrowserEnv] = {}

    def play(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        if task not in running:
            for other in running.values():
                other.close()
            running.clear()
            running[task] = fast_env(task, base_url, eager=eager)
        fast = running[task]
        began = time.perf_counter()
        fast.reset(seed=SEED)
        reset = time.perf_counter() - began
        steps = []
        for click in clicks:
            began = time.perf_counter()
            fast.step(click.action)
            steps.append(time.perf_counter() - began)
        return reset, steps

    return play


def play_floor(floor: Floor, base_url: str) -> Contestant:
    """Return the floor as a contestant."""

    def play(task: str, clicks: Sequence[Click]) -> tuple[float, list[float]]:
        reset = floor.reset(f"{base_url}{task}.html", SEED)
        return reset, [floor.step(click.point) for click in clicks]

    return play


def timings(
    names: Sequence[str], contestants: Mapping[str, Contestant], base_url: str, arguments: Any
) -> Iterator[Timed]:
    """Yield episodes, the contestants taking turns; one round before is not counted."""
    for task in names:
        clicks = scripted(task, base_url, arguments.steps)
        for number in range(arguments.sample + 1):
            for name, play in contestants.items():
                reset, steps = play(task, clicks)
                if number:
                    yield Timed(
                        task=task,
                        contestant=name,
                        round=number,
                        reset_ms=reset * 1000,
                        step_ms=tuple(step * 1000 for step in steps),
                    )


def medians(rows: Sequence[Timed]) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the medians of reset and step by task and contestant, in milliseconds."""
    found = {}
    for task, name in dict.fromkeys((row.task, row.contestant) for row in rows):
        own = [row for row in rows if (row.task, row.contestant) == (task, name)]
        resets = [row.reset_ms for row in own]
        steps = [step for row in own for step in row.step_ms]
        found[task, name] = (median(resets), median(steps))
    return found


def summary(rows: Sequence[Timed], *, ours: str = "fast", steps: int = STEPS) -> dict[str, float]:
    """Return how many times slower others are than ours, and ours than the floor.

    Each is the median over the tasks of the ratio of two medians.
    """
    found = medians(rows)
    names = list(dict.fromkeys(row.task for row in rows))

    def ratio(part: Callable[[str, str], float], upper: str, lower: str) -> float:
        return round(median(part(task, upper) / part(task, lower) for task in names), 2)

    def reset(task: str, name: str) -> float:
        return found[task, name][0]

    def step(task: str, name: str) -> float:
        return found[task, name][1]

    def episode(task: str, name: str) -> float:
        return reset(task, name) + steps * step(task, name)

    return {
        "step_ratio_vs_browsergym": ratio(step, "browsergym", ours),
        "step_ratio_vs_browsergym_knobs": ratio(step, "browsergym, knobs", ours),
        "step_ratio_vs_floor": ratio(step, ours, "floor"),
        "reset_ratio_vs_browsergym": ratio(reset, "browsergym", ours),
        "episodes_ratio": ratio(episode, "browsergym", ours),
    }


def report(rows: Sequence[Timed], steps: int) -> str:
    """Return the tables of the whole run."""
    found = medians(rows)
    names = list(dict.fromkeys(row.task for row in rows))
    parts = []
    for index, what in ((1, "step"), (0, "reset")):
        cells = [[task, *(found[task, name][index] for name in NAMES)] for task in names]
        parts.append(table((f"{what}, ms", *NAMES), cells))
    eager, lazy = summary(rows, steps=steps), summary(rows, ours="fast, lazy", steps=steps)
    ratios = [[key, eager[key], lazy[key]] for key in eager]
    parts.append(table(("ratio", "fast", "fast, lazy"), ratios))
    return "\n\n".join(parts)


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Return the command's arguments."""
    parser = argparse.ArgumentParser(prog="experiments.bench.env_speed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), help="names of tasks")
    parser.add_argument("--steps", type=int, default=STEPS, help="clicks an episode")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="episodes of each contestant")
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit status."""
    arguments = parsed(sys.argv[1:] if argv is None else argv)
    names = [load(name).name for name in arguments.tasks]
    try:
        with PageServer(miniwob_folder()) as server, Peer() as shipped, Peer() as knobs:
            base_url = server.url + FOLDER
            floor = Floor()
            contestants = {
                "browsergym": play_peer(shipped, base_url, SHIPPED),
                "browsergym, knobs": play_peer(knobs, base_url, KNOBS),
                "fast": play_fast(base_url, eager=True),
                "fast, lazy": play_fast(base_url, eager=False),
                "floor": play_floor(floor, base_url),
            }
            rows = list(timings(names, contestants, base_url, arguments))
    finally:
        env.gym.close_browser()
    print(report(rows, arguments.steps))
    lazy = summary(rows, ours="fast, lazy", steps=arguments.steps)
    found = summary(rows, steps=arguments.steps)
    save(arguments.json, found, [asdict(row) for row in rows], summary_lazy=lazy)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
