"""What a step and a reset cost: BrowserGym, its public knobs, FastBrowserEnv, and the floor.

All take turns in one run, on the same served pages, seeds and clicks; numbers are medians. One
machine's milliseconds tell little, their ratios within a run do.

    python -m experiments.bench.env_speed --json speed.json        # a few minutes
    python -m experiments.bench.env_speed --sample 10              # more episodes of each

``fast`` is FastBrowserEnv with the search's settings: parts that nobody reads are not made, and
time passes only when granted (``eager=False, settle="virtual:500"``). ``fast, eager`` is what
clients of BrowserGym get unasked: as much as BrowserGym observes, in real time. ``restart`` begins
its episodes in the page, as the search's own pages do, and checks that it came to the same state;
where that is refused (``email-inbox`` fetches pictures, which would outlive it) the page is loaded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import env.gym
from env.gym.peer import KNOBS, SHIPPED, Peer
from env.miniwob.catalogue import load
from env.miniwob.page import FOLDER
from env.miniwob.site import MiniwobSite
from experiments.bench import contestants as contest
from experiments.bench.contestants import Contestant
from experiments.bench.floor import Floor
from experiments.bench.tables import save, table

__all__ = ["Timed", "main", "summary"]

TASKS = ("click-test", "click-checkboxes-large", "book-flight", "email-inbox", "social-media-all")
"""From 40 to 305 DOM nodes; the last two have more than 250."""
STEPS = 4
SAMPLE = 3
FAST, EAGER, RESTART = "fast", "fast, eager", "restart"
OURS = (FAST, EAGER, RESTART)
NAMES = ("browsergym", "browsergym, knobs", EAGER, FAST, RESTART, "floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One episode of one contestant."""

    task: str
    contestant: str
    round: int
    reset_ms: float
    step_ms: tuple[float, ...]


def timings(
    names: Sequence[str], playing: Mapping[str, Contestant], base_url: str, arguments: Any
) -> Iterator[Timed]:
    """Yield episodes, the contestants taking turns; one round before is not counted."""
    for task in names:
        clicks = contest.scripted(task, base_url, arguments.steps)
        for number in range(arguments.sample + 1):
            for name, play in playing.items():
                if name == RESTART and not load(task).restartable:
                    continue
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


def summary(rows: Sequence[Timed], *, ours: str = FAST, steps: int = STEPS) -> dict[str, float]:
    """Return how many times slower others are than ours, and ours than the floor.

    Each is the median, over the tasks that ours played, of the ratio of two medians.
    """
    found = medians(rows)
    names = list(dict.fromkeys(row.task for row in rows if row.contestant == ours))

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
    nothing = (None, None)
    parts = []
    for index, what in ((1, "step"), (0, "reset")):
        cells = [
            [task, *(found.get((task, name), nothing)[index] for name in NAMES)] for task in names
        ]
        parts.append(table((f"{what}, ms", *NAMES), cells))
    told = [summary(rows, ours=name, steps=steps) for name in OURS]
    parts.append(table(("ratio", *OURS), [[key, *(one[key] for one in told)] for key in told[0]]))
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
        with MiniwobSite() as site, Peer() as shipped, Peer() as knobs:
            base_url = site.server.url + FOLDER
            playing = {
                "browsergym": contest.peer(shipped, base_url, SHIPPED),
                "browsergym, knobs": contest.peer(knobs, base_url, KNOBS),
                EAGER: contest.fast(base_url, **contest.EAGER),
                FAST: contest.fast(base_url, **contest.SEARCH),
                RESTART: contest.restarted(site),
                "floor": contest.floor(Floor(), base_url),
            }
            rows = list(timings(names, playing, base_url, arguments))
    finally:
        env.gym.close_browser()
    print(report(rows, arguments.steps))
    told = {name: summary(rows, ours=name, steps=arguments.steps) for name in OURS}
    others = {"summary_eager": told[EAGER], "summary_restart": told[RESTART]}
    save(arguments.json, told[FAST], [asdict(row) for row in rows], **others)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
