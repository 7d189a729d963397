"""What a step costs on real sites: BrowserGym, its public knobs, FastBrowserEnv, and the sites.

All take turns at each page of the local suite, on servers of one replica; numbers are medians. On a
real site most of a step that loads a page is the server's and the page's own time, which no
environment can save: ``floor`` is that alone, a navigation of Playwright's until the page has
loaded. A step that only scrolls shows the environment.

    python -m experiments.bench.site_speed --json sites.json       # needs `make localweb`

``fast`` is FastBrowserEnv as the search has it on sites (``eager=False, settle="quiet"``);
``fast, eager`` observes as much as BrowserGym, pictures included, and settles in the same way.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import env.gym
from env.gym.making import open_ended
from env.gym.peer import KNOBS, SHIPPED, action_set
from env.gym.warm import warm_browser
from env.localweb.replica import Replica
from env.sites.page import VIEWPORT
from experiments.bench.tables import save, table

__all__ = ["Timed", "main", "summary"]

PAGES = (
    ("shopping", "/catalogue/"),
    ("shopping", "/catalogue/category/sports-outdoors/camping_11/"),
    ("reddit", "/"),
    ("gitlab", "/timeline"),
    ("wikipedia", "/Category%3A_Bridges.html"),
)
"""Site by WebArena's name, and path."""
SCROLL = "scroll(0, 200)"
SAMPLE = 3
FAST, EAGER, FLOOR = "fast", "fast, eager", "floor"
SLOW, KNOBBED = "browsergym", "browsergym, knobs"
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    SLOW: {"backend": "browsergym", **SHIPPED},
    KNOBBED: {"backend": "browsergym", **KNOBS},
    EAGER: {"eager": True, "settle": "quiet"},
    FAST: {"eager": False, "settle": "quiet"},
}
VISIT, LOOK = "visit", "scroll"

Visitor = Callable[[str], tuple[float, float | None]]
"""Goes to an address and scrolls there; returns the seconds of both, where it scrolls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One contestant at one page."""

    page: str
    contestant: str
    round: int
    visit_ms: float
    scroll_ms: float | None


def visitor(start: str, settings: Mapping[str, Any], held: ExitStack) -> Visitor:
    """Return what visits a page with an environment of these settings."""
    playing = open_ended(start, action_mapping=action_set().to_python_code, **settings)
    held.callback(playing.close)
    playing.reset(seed=0)

    def step(action: str) -> float:
        began = time.perf_counter()
        observation, *_ = playing.step(action)
        seconds = time.perf_counter() - began
        if observation["last_action_error"]:
            raise SystemExit(f"{action}: {observation['last_action_error']}")
        return seconds

    return lambda url: (step(f"goto({url!r})"), step(SCROLL))


def floor(held: ExitStack) -> Visitor:
    """Return what only loads pages."""
    window = warm_browser().browser().open_window(VIEWPORT)
    held.callback(window.close)

    def visit(url: str) -> tuple[float, None]:
        began = time.perf_counter()
        window.active.page.goto(url)
        return time.perf_counter() - began, None

    return visit


def timings(urls: Mapping[str, str], sample: int) -> Iterator[Timed]:
    """Yield visits, the contestants taking turns; one round before is not counted."""
    start = urls["wikipedia"] + "/"
    with ExitStack() as held:
        visitors = {name: visitor(start, one, held) for name, one in SETTINGS.items()}
        visitors[FLOOR] = floor(held)
        for number in range(sample + 1):
            for site, path in PAGES:
                for name, visit in visitors.items():
                    visited, scrolled = visit(urls[site] + path)
                    if number:
                        yield Timed(
                            page=site + path,
                            contestant=name,
                            round=number,
                            visit_ms=visited * 1000,
                            scroll_ms=None if scrolled is None else scrolled * 1000,
                        )


def medians(rows: Sequence[Timed], what: str) -> dict[tuple[str, str], float]:
    """Return the medians of a step by page and contestant, in milliseconds."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        value = row.visit_ms if what == VISIT else row.scroll_ms
        if value is not None:
            found.setdefault((row.page, row.contestant), []).append(value)
    return {key: median(values) for key, values in found.items()}


def summary(rows: Sequence[Timed], *, ours: str = FAST) -> dict[str, float]:
    """Return how many times slower others are than ours, and ours than the sites themselves.

    Each is the median, over the pages, of the ratio of two medians.
    """
    pages = list(dict.fromkeys(row.page for row in rows))

    def ratio(what: str, upper: str, lower: str) -> float:
        found = medians(rows, what)
        return round(median(found[page, upper] / found[page, lower] for page in pages), 2)

    return {
        "visit_ratio_vs_browsergym": ratio(VISIT, SLOW, ours),
        "visit_ratio_vs_browsergym_knobs": ratio(VISIT, KNOBBED, ours),
        "visit_ratio_vs_floor": ratio(VISIT, ours, FLOOR),
        "scroll_ratio_vs_browsergym": ratio(LOOK, SLOW, ours),
        "scroll_ratio_vs_browsergym_knobs": ratio(LOOK, KNOBBED, ours),
    }


def report(rows: Sequence[Timed]) -> str:
    """Return the tables of the whole run."""
    pages = list(dict.fromkeys(row.page for row in rows))
    names = [*SETTINGS, FLOOR]
    parts = []
    for what in (VISIT, LOOK):
        found = medians(rows, what)
        cells = [[page, *(found.get((page, name)) for name in names)] for page in pages]
        parts.append(table((f"{what}, ms", *names), cells))
    told = [summary(rows, ours=name) for name in (EAGER, FAST)]
    parts.append(
        table(("ratio", EAGER, FAST), [[key, *(one[key] for one in told)] for key in told[0]])
    )
    return "\n\n".join(parts)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.site_speed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sample", type=int, default=SAMPLE, help="visits of each to each page")
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    try:
        with Replica().start() as replica:
            rows = list(timings(replica.urls, arguments.sample))
    finally:
        env.gym.close_browser()
    print(report(rows))
    eager = {"summary_eager": summary(rows, ours=EAGER)}
    save(arguments.json, summary(rows), [asdict(row) for row in rows], **eager)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
