"""What live pages cost to keep: memory by page, and the time of a step by number of pages.

    python -m experiments.bench.growth --json growth.json          # up to 200 pages
    python -m experiments.bench.growth --pages 1 10 50

Every page stands at a node of its own, in a context of its own. Steps and returns are made on pages
drawn at random. Memory is the proportional set size (PSS) of the browser's processes together.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path as File
from statistics import median

from env.miniwob.catalogue import load
from env.miniwob.search import Search, open_search
from env.miniwob.site import MiniwobSite
from env.pool import PoolLimits, family, unshared_mb
from env.restore.tiers import LIVE
from env.world import BrowserWorld
from experiments.bench.charts import chart
from experiments.bench.tables import save, table
from webpilot.observation import Observation
from webpilot.types import Action, Path, PathStep

__all__ = ["Grown", "main", "summary"]

TASK = "enter-text"
PAGES = (1, 5, 20, 50, 100, 200)
SAMPLE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """One reading."""

    pages: int
    processes: int
    pss_mb: float
    unshared_mb: float
    """What the pool's own limit counts."""
    live_ms: float
    """Median time of going to a page that stands there."""
    step_ms: float
    """Median time of a step there."""
    open_ms: float
    """Median time of adding a page since the reading before."""


def pss_mb(pid: int) -> float:
    """Return the proportional set size, in MB, of a process and its descendants."""
    total = 0
    for each in family(pid):
        try:
            lines = (File("/proc") / str(each) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1000


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Return the milliseconds of some work."""
    began = time.perf_counter()
    await work()
    return (time.perf_counter() - began) * 1000


def typing(seen: Observation, text: str) -> Action:
    """Return the action that writes ``text`` into the page's field."""
    field = next(each for each in seen.elements if each.role == "textbox")
    return Action(kind="fill", args=(field.bid, text), target=field)


async def added(world: BrowserWorld, search: Search, number: int) -> Path:
    """Return a node of its own that a further page now stands at."""
    root = Path(root=search.root)
    await world.restore(root)
    action = typing(search.root, f"text {number}")
    after = (await world.step(action)).observation
    return Path(root=search.root, steps=(PathStep(action=action, observation=after),))


async def grown(counts: Sequence[int], sample: int) -> list[Grown]:
    """Return a reading at each number of pages."""
    readings: list[Grown] = []
    chance = random.Random(0)
    limits = PoolLimits(pages=max(counts) + 1, memory_mb=1e9, tiers=(LIVE,), age=10**9)
    with MiniwobSite() as site:
        async with (
            open_search(site, load(TASK).id, seed=1, limits=limits) as search,
            search.worlds.lease() as world,
        ):
            nodes: list[Path] = []
            pid = await site.thread.run(lambda: site.thread.browser().pid)
            for count in sorted(counts):
                opening = []
                while len(nodes) < count:
                    began = time.perf_counter()
                    nodes.append(await added(world, search, len(nodes)))
                    opening.append((time.perf_counter() - began) * 1000)
                live, steps = [], []
                for _ in range(sample):
                    place = chance.randrange(len(nodes))
                    path = nodes[place]
                    live.append(await timed(lambda path=path: world.restore(path)))  # type: ignore[misc]
                    action = typing(path.target, f"text {chance.random()}")
                    began = time.perf_counter()
                    after = (await world.step(action)).observation
                    steps.append((time.perf_counter() - began) * 1000)
                    step = PathStep(action=action, observation=after)
                    nodes[place] = Path(root=search.root, steps=(*path.steps, step))
                readings.append(
                    Grown(
                        pages=count,
                        processes=len(list(family(pid))),
                        pss_mb=pss_mb(pid),
                        unshared_mb=unshared_mb(pid),
                        live_ms=median(live),
                        step_ms=median(steps),
                        open_ms=median(opening) if opening else 0.0,
                    )
                )
    return readings


def summary(rows: Sequence[Grown]) -> dict[str, float]:
    """Return memory by page and how much slower a step is with most pages than with fewest."""
    first, last = rows[0], rows[-1]
    more = max(1, last.pages - first.pages)
    return {
        "pss_mb_per_page": round((last.pss_mb - first.pss_mb) / more, 1),
        "unshared_mb_per_page": round((last.unshared_mb - first.unshared_mb) / more, 1),
        "step_ratio_most_to_fewest": round(last.step_ms / first.step_ms, 2),
        "live_ratio_most_to_fewest": round(last.live_ms / first.live_ms, 2),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.growth", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--pages", nargs="+", type=int, default=list(PAGES), help="how many")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="steps at each number")
    parser.add_argument("--json", type=File, help="where to write summary and rows")
    parser.add_argument("--svg", type=File, help="where to draw it")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    rows = asyncio.run(grown(arguments.pages, arguments.sample))
    plain = [asdict(row) for row in rows]
    print(table(list(plain[0]), [list(row.values()) for row in plain]))
    print()
    print(table(("summary", ""), [list(item) for item in summary(rows).items()]))
    save(arguments.json, summary(rows), plain)
    if arguments.svg:
        names = {"step_ms": "step", "live_ms": "go to a live page", "open_ms": "add a page"}
        chart(
            arguments.svg,
            title="Time by the number of live pages",
            across="live pages",
            up="milliseconds",
            series={
                told: [(float(row.pages), getattr(row, name)) for row in rows if getattr(row, name)]
                for name, told in names.items()
            },
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
