"""Whether anything is left behind: memory over many episodes in a row, and processes at the end.

    python -m experiments.bench.lifetime --episodes 200 --json lifetime.json

Each episode opens a search world, acts on it, goes back twice and closes. Memory is the
proportional set size (PSS) of the browser's processes together, and the resident set of our own.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path as File

import numpy as np

from env.miniwob.catalogue import load
from env.miniwob.search import Search, open_search
from env.miniwob.site import MiniwobSite
from env.pool import family
from experiments.bench.growth import pss_mb
from experiments.bench.tables import save, table
from webpilot.types import Action, Path, PathStep

__all__ = ["Reading", "main", "summary"]

TASKS = ("click-test", "click-checkboxes", "enter-text", "navigate-tree", "login-user")
EVERY = 10
WARM = 0.25
"""Share of the episodes, at the beginning, in which caches fill; not in the slope."""
PAGE = 4096 / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Memory after a number of episodes."""

    episodes: int
    browser_mb: float
    own_mb: float
    processes: int
    """Of the browser."""


async def episode(search: Search) -> None:
    """Press what there is to press, and go back twice."""
    async with search.worlds.lease() as world:
        root = Path(root=search.root)
        for element in search.root.elements[:2]:
            action = Action(kind="click", args=(element.bid,), target=element)
            after = await world.step(action)
            step = PathStep(action=action, observation=after.observation)
            await world.restore(root)
            if not after.ended:
                await world.restore(Path(root=search.root, steps=(step,)))
            await world.restore(root)


def own_mb() -> float:
    """Return the resident set of this process, in MB."""
    return int((File("/proc/self/statm")).read_text().split()[1]) * PAGE


async def lived(episodes: int) -> tuple[list[Reading], int]:
    """Return the readings, and how many processes of the browser outlived the closing."""
    readings: list[Reading] = []
    with MiniwobSite() as site:
        for number in range(1, episodes + 1):
            task = load(TASKS[number % len(TASKS)]).id
            async with open_search(site, task, seed=number) as search:
                await episode(search)
            pid = await site.thread.run(lambda: site.thread.browser().pid)
            if number % EVERY == 0:
                readings.append(
                    Reading(
                        episodes=number,
                        browser_mb=pss_mb(pid),
                        own_mb=own_mb(),
                        processes=len(list(family(pid))),
                    )
                )
        before = list(family(pid))
    left = [each for each in before if (File("/proc") / str(each) / "exe").exists()]
    return readings, len(left)


def slope(rows: Sequence[Reading], part: str) -> float:
    """Return the least-squares slope, in MB for 100 episodes, once caches are warm."""
    late = [row for row in rows if row.episodes > WARM * rows[-1].episodes]
    xs, ys = [row.episodes for row in late], [getattr(row, part) for row in late]
    return round(float(np.polyfit(xs, ys, 1)[0]) * 100, 2) if len(late) > 1 else 0.0


def summary(rows: Sequence[Reading], left: int) -> dict[str, float]:
    """Return the slopes and what was left."""
    return {
        "browser_mb_per_100_episodes": slope(rows, "browser_mb"),
        "own_mb_per_100_episodes": slope(rows, "own_mb"),
        "processes_left": left,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.lifetime", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--episodes", type=int, default=200, help="how many")
    parser.add_argument("--json", type=File, help="where to write summary and rows")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    rows, left = asyncio.run(lived(max(arguments.episodes, 2 * EVERY)))
    plain = [asdict(row) for row in rows]
    print(table(list(plain[0]), [list(row.values()) for row in plain]))
    print()
    print(table(("summary", ""), [list(item) for item in summary(rows, left).items()]))
    save(arguments.json, summary(rows, left), plain)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
