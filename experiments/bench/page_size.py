"""How the time of a step grows with the page: from 100 to 20,000 elements.

    python -m experiments.bench.page_size --json size.json --svg size.svg

The page is a list of rows with a button each; a step clicks one of them and observes all. The floor
does the same with bare DevTools messages, so what is above it is ours.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from env.act.actions import perform
from env.clock import VirtualTime
from env.link.page_session import PageSession
from env.link.thread import BrowserThread
from env.page.observe import Canonical, observe
from env.page.presentation import watch_frames
from env.page.whole import Reading, read
from env.server import PageServer
from experiments.bench.charts import chart
from experiments.bench.floor import bare_step
from experiments.bench.tables import save, table
from webpilot.types import Action

__all__ = ["Reached", "main", "page", "summary"]

SIZES = (100, 300, 1_000, 3_000, 10_000, 20_000)
SAMPLE = 5
PER_ROW = 4
"""Elements: a row, its label, its button and the button's inner text element."""
FOUND = "(() => { const r = document.querySelector('button').getBoundingClientRect();" + (
    "return [r.x + r.width / 2, r.y + r.height / 2]; })()"
)
VIEWPORT = {"width": 800, "height": 600}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One size of page; medians in milliseconds."""

    elements: int
    nodes: int
    """Of the accessibility tree."""
    act: float
    settle: float
    observe: float
    """Our search's observation: text, elements, cues and fingerprint."""
    read: float
    """FastBrowserEnv's: the merged tree as BrowserGym gives it."""
    floor: float
    """Three mouse events, one accessibility tree and one evaluation."""

    @property
    def step(self) -> float:
        """A whole step of the search."""
        return self.act + self.settle + self.observe


def page(elements: int) -> str:
    """Return a page with about this many elements."""
    row = "<li><span>Row {0}</span> <button><b>Take {0}</b></button></li>"
    rows = "\n".join(row.format(number) for number in range(max(1, elements // PER_ROW)))
    return f"<!doctype html><title>Rows</title><ul>{rows}</ul>"


def milliseconds(began: float) -> float:
    """Return how long ago something began."""
    return (time.perf_counter() - began) * 1000


def measured(session: PageSession, elements: int, sample: int) -> Reached:
    """Return what a step takes on a page that stands there."""
    clock = VirtualTime(500)
    clock.loaded(session)
    everywhere = Canonical.of({})
    seen = observe(session, canonical=everywhere)
    target = next(each for each in seen.elements if each.role == "button")
    action = Action(kind="click", args=(target.bid,), target=target)
    point = tuple(session.evaluate(FOUND))
    nodes = len(session.send("Accessibility.getFullAXTree")["nodes"])
    rows: list[tuple[float, ...]] = []
    for _ in range(sample + 1):
        moments = [time.perf_counter()]
        perform(session, action, scale=1.0, wait=lambda wanted: clock.wait(session, wanted))
        moments.append(time.perf_counter())
        clock.settle(session)
        moments.append(time.perf_counter())
        observe(session, canonical=everywhere)
        moments.append(time.perf_counter())
        read(session, Reading(snapshot=False, still=True))
        moments.append(time.perf_counter())
        bare_step(session, point)
        moments.append(time.perf_counter())
        rows.append(tuple((b - a) * 1000 for a, b in zip(moments, moments[1:], strict=False)))
    act, settle, ours, tree, floor = (median(column) for column in zip(*rows[1:], strict=True))
    return Reached(
        elements=elements, nodes=nodes, act=act, settle=settle, observe=ours, read=tree, floor=floor
    )


def reached(sizes: Sequence[int], sample: int) -> list[Reached]:
    """Return a reading at each size."""
    found = []
    with tempfile.TemporaryDirectory(prefix="webpilot-pages-") as folder:
        for size in sizes:
            (Path(folder) / f"{size}.html").write_text(page(size), encoding="utf-8")
        with PageServer(Path(folder)) as server, BrowserThread() as thread:

            def work(size: int) -> Reached:
                tab = thread.browser().open_tab(VIEWPORT)
                watch_frames(tab.session)
                tab.page.goto(f"{server.url}{size}.html")
                try:
                    return measured(tab.session, size, sample)
                finally:
                    tab.close()

            for size in sizes:
                found.append(thread.submit(work, size).result())
    return found


def summary(rows: Sequence[Reached]) -> dict[str, float]:
    """Return the power of the size that a step grows with, and how far above the floor it is.

    1 is linear; the powers are those between the largest two sizes: fixed costs show least there.
    """
    before, last = rows[-2], rows[-1]
    grew = math.log(last.elements / before.elements)
    return {
        "step_power": round(math.log(last.step / before.step) / grew, 2),
        "floor_power": round(math.log(last.floor / before.floor) / grew, 2),
        "step_ratio_to_floor_smallest": round(rows[0].step / rows[0].floor, 2),
        "step_ratio_to_floor_largest": round(last.step / last.floor, 2),
    }


def drawn(path: Path, rows: Sequence[Reached]) -> None:
    """Write the chart."""
    names = {"step": "step", "observe": "observe (search)", "read": "observe (gym)"}
    names |= {"act": "act", "floor": "floor"}
    chart(
        path,
        title="A step by the size of the page",
        across="elements on the page",
        up="milliseconds",
        series={
            told: [(float(row.elements), getattr(row, name)) for row in rows]
            for name, told in names.items()
        },
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, draw and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.page_size", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="elements")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="steps at each size")
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    parser.add_argument("--svg", type=Path, help="where to draw it")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    rows = reached(arguments.sizes, arguments.sample)
    plain = [{**asdict(row), "step": row.step} for row in rows]
    print(table(list(plain[0]), [list(row.values()) for row in plain]))
    if len(rows) > 1:
        print()
        print(table(("summary", ""), [list(item) for item in summary(rows).items()]))
        save(arguments.json, summary(rows), plain)
    if arguments.svg:
        drawn(arguments.svg, rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
