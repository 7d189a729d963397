"""The same searches on our environment and on BrowserGym's own: the same trees, and what they cost.

    python -m experiments.bench.backends --sample 3 --json FILE    # minutes
    python -m experiments.bench.backends                          # 20 tasks, 10 minutes

Both runs are of the offline policy (no language model) with preset ``webpilot``, seed 0. A tree is
the same where every move, page, value and choice is.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module

from env.benchmarks import BACKENDS
from experiments.ablations import decisions
from experiments.bench.tables import save, table
from experiments.configs import build, register
from experiments.run import carry_out
from webpilot.records.reading import Run, load_run

__all__ = ["Side", "TASKS", "main", "sides", "summary"]

TASKS = (
    *("click-checkboxes-large", "click-checkboxes-soft", "click-collapsible-nodelay"),
    *("daily-calendar", "drag-shapes", "drag-single-shape", "drag-sort-numbers", "enter-text"),
    *("enter-text-dynamic", "enter-time", "find-midpoint", "identify-shape", "login-user"),
    *("login-user-popup", "navigate-tree", "text-transform", "use-autocomplete"),
    *("use-autocomplete-nodelay", "use-colorwheel", "visual-addition"),
)
"""Twenty drawn from the train split without its held-out groups and pages on real-time timers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One task on both backends."""

    task: str
    same: bool
    """Whether both searches grew the same tree."""
    nodes: int
    """Nodes of our trees."""
    ours: float
    theirs: float
    """Seconds the browser worked for the search."""


def sides(run: Run, reference: Run) -> list[Side]:
    """Return both runs of the same episodes side by side; spoiled ones are left out."""
    others = {row.key: row for row in reference.rows if not row.is_infrastructure}
    found = []
    for row in run.rows:
        other = others.get(row.key)
        if row.is_infrastructure or other is None:
            continue
        trees = [each.episode(*row.key).tree.to_dict() for each in (run, reference)]
        found.append(
            Side(
                task=row.task,
                same=decisions(trees[0]) == decisions(trees[1]),
                nodes=sum(len(attempt["nodes"]) for attempt in trees[0]["attempts"]),
                ours=row.measured.seconds_browser,
                theirs=other.measured.seconds_browser,
            )
        )
    return found


def summary(found: Sequence[Side]) -> dict[str, float]:
    """Return how many trees are the same, and how many times longer BrowserGym's browser worked."""
    ours, theirs = (sum(getattr(one, side) for one in found) for side in ("ours", "theirs"))
    return {
        "episodes": len(found),
        "same_trees": sum(one.same for one in found),
        "browser_seconds_ratio": round(theirs / ours, 2) if ours else 0.0,
    }


def played(backend: str, tasks: Sequence[str], root: str) -> Run:
    """Return the run of all tasks on one backend."""
    told = [f"task=[{','.join(tasks)}]", "seed=0", f"env.backend={backend}"]
    told += ["env.referee=0", "env.screenshots=false", f"run.root={root}", f"run.name={backend}"]
    register()
    with initialize_config_module(config_module="conf", version_base="1.3"):
        settings = build(compose("config", overrides=told))
    with contextlib.redirect_stdout(sys.stderr):  # the table at the end is the output
        carry_out(settings)
    return load_run(Path(root) / backend)


def report(found: Sequence[Side]) -> str:
    """Return the table of the whole run."""
    rows: list[list[Any]] = [
        [one.task, one.nodes, "same" if one.same else "differs", one.ours, one.theirs]
        for one in found
    ]
    told = summary(found)
    head = ("task", "nodes", "trees", "browser s, ours", "browser s, BrowserGym")
    return (
        f"{table(head, rows)}\n\n{told['same_trees']} of {told['episodes']} trees are the same; "
        f"BrowserGym's browser works {told['browser_seconds_ratio']} times as long"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Play, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.backends", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sample", type=int, default=len(TASKS), help="how many of the tasks")
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    with tempfile.TemporaryDirectory(prefix="webpilot-backends-") as root:
        runs = [played(backend, TASKS[: arguments.sample], root) for backend in BACKENDS]
        found = sides(*runs)
    print(report(found))
    save(arguments.json, summary(found), [asdict(one) for one in found])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
