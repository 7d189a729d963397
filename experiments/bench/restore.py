"""What going back costs: BrowserGym's reset and replay, as other agents go back, and our tiers.

All take turns in one run, on the same served pages, seeds and clicks, and reach the same node of
depth 3; numbers are medians. One machine's milliseconds tell little, their ratios within a run do.

    python -m experiments.bench.restore --json restore.json     # a few minutes
    python -m experiments.bench.restore --sample 10 --walks 125 # more of each

A second part walks at random over the pages of many tasks and counts how each tier's tries ended.
Whatever is handed out as exact is compared with what was seen the first time, word for word.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from env.gym.peer import Peer
from env.miniwob.catalogue import load, tasks
from env.miniwob.site import MiniwobSite
from env.restore.tiers import LIVE, RELOAD, RESTART
from experiments.bench.racing import DEPTH, NAMES, PEERS, SEED, Reached, raced
from experiments.bench.tables import save, table
from experiments.bench.walking import Walk, walked
from mcts.protocols import Level

__all__ = ["main", "summary"]

TASKS = (
    *("click-checkboxes-large", "email-inbox", "click-tab-2", "login-user", "enter-text"),
    *("choose-list", "navigate-tree", "book-flight"),
)
"""From 40 to 300 DOM nodes; the last one is never restarted in its page."""
SAMPLE = 3
WALKS = 16
MOVES = 10


async def measured(
    names: Sequence[str], sample: int, walks: int
) -> tuple[list[Reached], list[Walk]]:
    """Return the races and the walks."""
    races: list[Reached] = []
    chosen = tasks("all")[:: max(1, len(tasks("all")) // walks)] if walks else ()
    with MiniwobSite() as site, Peer() as shipped, Peer() as knobs:
        for name in names:
            peers = dict(zip(PEERS, (shipped, knobs), strict=True))
            races += await raced(site, peers, name, sample)
        strolls = [await walked(site, task, seed=SEED, moves=MOVES) for task in chosen[:walks]]
        return races, strolls


def of(rows: Sequence[Reached], name: str, task: str) -> float | None:
    """Return the median milliseconds of a contestant on a task, ``None`` where it has none."""
    spent = [row.ms for row in rows if (row.contestant, row.task) == (name, task)]
    return median(spent) if spent else None


def ratios(rows: Sequence[Reached], upper: str, lower: str) -> Iterator[float]:
    """Yield by task how many times slower one contestant was than another."""
    for task in dict.fromkeys(row.task for row in rows):
        above, below = of(rows, upper, task), of(rows, lower, task)
        if above is not None and below is not None:
            yield above / below


def summary(rows: Sequence[Reached], walks: Sequence[Walk]) -> dict[str, float]:
    """Return how many times slower BrowserGym's replay is than each tier, and how ours ended.

    A ratio is the median over the tasks of the ratio of two medians.
    """
    found: dict[str, float] = {}
    for key, tier in (("live", LIVE), ("restart", RESTART), ("fresh_page", RELOAD)):
        for suffix, peer in (("", "browsergym"), ("_knobs", "browsergym, knobs")):
            each = list(ratios(rows, peer, tier))
            if each:
                found[f"{key}_ratio_vs_replay{suffix}"] = round(median(each), 1)
    ours = [row for row in rows if row.level is not None]
    levels = Counter(row.level for row in ours)
    for walk in walks:
        levels.update(walk.levels)
    total = sum(levels.values())
    called = [row.same for row in ours if row.level == Level.EXACT]
    exact = len(called) + sum(walk.levels[Level.EXACT] for walk in walks)
    same = sum(bool(each) for each in called) + sum(walk.same for walk in walks)
    return {
        **found,
        "exact_share": round(levels[Level.EXACT] / total, 4),
        "drift_rate": round(levels[Level.DRIFTED] / total, 4),
        "exact_and_equal_text": round(same / exact, 4) if exact else 0.0,
        "walks_exact_and_in_place": round(share_in_place(walks), 4),
        "restores": total,
    }


def share_in_place(walks: Sequence[Walk]) -> float:
    """Return the share of the pages handed out as exact with every element in its very place.

    The fingerprint leaves places out: a picture that turns does not make another page of it.
    """
    exact = sum(walk.levels[Level.EXACT] for walk in walks)
    return sum(walk.still for walk in walks) / exact if exact else 0.0


def report(rows: Sequence[Reached], walks: Sequence[Walk]) -> str:
    """Return the tables of the whole run."""
    cells = []
    for task in dict.fromkeys(row.task for row in rows):
        spent = [of(rows, name, task) for name in NAMES]
        cells.append([task, *("-" if each is None else each for each in spent)])
    parts = [table((f"to depth {DEPTH}, ms", *NAMES), cells)]
    tiers: dict[str, Counter[str]] = {}
    times: Counter[str] = Counter()
    for walk in walks:
        times.update(walk.ms)
        for tier, levels in walk.tries.items():
            tiers.setdefault(tier, Counter()).update(levels)
    kinds = [level.value for level in Level]
    tried = [
        [tier, *(levels[kind] for kind in kinds), times[tier] / sum(levels.values())]
        for tier, levels in tiers.items()
    ]
    parts.append(table((f"walks on {len(walks)} tasks", *kinds, "ms a try"), tried))
    parts.append(table(("summary", ""), [list(item) for item in summary(rows, walks).items()]))
    return "\n\n".join(parts)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.restore", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), help="names of tasks")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="ways of each contestant")
    parser.add_argument("--walks", type=int, default=WALKS, help="tasks walked on at random")
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    names = [load(name).name for name in arguments.tasks]
    rows, walks = asyncio.run(measured(names, arguments.sample, arguments.walks))
    print(report(rows, walks))
    plain = [asdict(walk) for walk in walks]
    save(arguments.json, summary(rows, walks), [asdict(row) for row in rows], walks=plain)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
