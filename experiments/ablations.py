"""The ablation grid: the full method and eight with one part taken out, on the same tasks.

    python -m experiments.ablations                       # ten train tasks, offline policy
    python -m experiments.ablations preset=paper seeds=2  # any override of experiments.run
    python -m experiments.ablations --json FILE

One table: how each fares, and in how many episodes its search differs from the full method's. Where
it is none, the part that was taken out decides nothing on these tasks: *inert here*.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException
from rich.console import Console
from rich.table import Table

from experiments.configs import build, register
from experiments.run import carry_out
from webpilot.errors import WebPilotError
from webpilot.records.reading import Run, load_run

__all__ = ["ABLATIONS", "Grid", "Line", "decisions", "grid", "main"]

FULL = "full method"
ABLATIONS = (
    "no_planner",
    "no_task_adjustment",
    "no_controller",
    "no_child_reflection",
    "no_sibling_reflection",
    "uct_selection",
    "no_simulation",
    "mean_backup",
)
"""Files in ``conf/experiment/``, one override each."""

DECIDED = ("id", "parent", "move", "page", "status", "accepted", "visits", "reward", "value")
"""What of a node is compared: what was tried and what it was worth, not what was written of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One method of the grid."""

    name: str
    episodes: int
    strict: int
    """Episodes with a raw reward of at least 1, among ``discrete``."""
    discrete: int
    """Episodes of tasks with discrete rewards."""
    solved: int
    """Episodes that the benchmark's own metric counts."""
    rollouts: int
    explored_steps: int
    llm_calls: int
    spoiled: int
    """Episodes that the world spoiled; in no other count but ``episodes``."""
    differing: int
    """Episodes whose search differs from the full method's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The whole table."""

    label: str
    """Who played, e.g. ``offline policy, no language model``."""
    lines: tuple[Line, ...]
    """The full method first."""


def decisions(tree: Mapping[str, Any]) -> list[Any]:
    """Return what a ``tree.json`` decided: moves, values and choices, without the words."""
    return [
        [
            attempt["subtask"],
            attempt["attempt"],
            attempt["chosen"],
            [{key: node[key] for key in DECIDED} for node in attempt["nodes"]],
        ]
        for attempt in tree["attempts"]
    ]


def grid(overrides: Sequence[str], *, root: str = "runs/ablations") -> Grid:
    """Return the full method's line and each ablation's, after playing what is missing.

    Args:
        overrides: as for ``experiments.run``; ten train tasks unless they name others.
        root: folder of the nine runs.

    Raises:
        ConfigError: bad input.
    """
    runs = {name: _played(name, overrides, root) for name in (FULL, *ABLATIONS)}
    full = runs[FULL]
    about = full.summary["run"]
    return Grid(
        label=f"{about['label']}; preset {about['preset']}",
        lines=tuple(_line(name, run, full) for name, run in runs.items()),
    )


def _played(name: str, overrides: Sequence[str], root: str) -> Run:
    tasks = () if any(each.startswith(("task=", "split=")) for each in overrides) else ("demo",)
    chosen = [*tasks, *(() if name == FULL else (name,))]
    told = [f"+experiment=[{','.join(chosen)}]", "env.screenshots=false", *overrides]
    register()
    with initialize_config_module(config_module="conf", version_base="1.3"):
        settings = build(compose("config", overrides=told))
    slug = name.replace(" ", "_")
    settings = replace(settings, run=replace(settings.run, name=slug, root=root))
    command = shlex.join(["python", "-m", "experiments.run", *told, f"run.root={root}"])
    with contextlib.redirect_stdout(sys.stderr):  # the grid's own table is the output
        print(f"== {name}")
        carry_out(settings, command=f"{command} run.name={slug}")
    return load_run(Path(root) / slug)


def _line(name: str, run: Run, full: Run) -> Line:
    rows = run.rows
    judged = [row for row in rows if not row.is_infrastructure]
    discrete = [row for row in judged if row.strict_success is not None]
    return Line(
        name=name,
        episodes=len(rows),
        strict=sum(bool(row.strict_success) for row in discrete),
        discrete=len(discrete),
        solved=sum(bool(row.success) for row in judged),
        rollouts=sum(row.rollouts for row in rows),
        explored_steps=sum(row.explored_steps for row in rows),
        llm_calls=sum(row.llm_calls for row in rows),
        spoiled=len(rows) - len(judged),
        differing=sum(
            decisions(run.episode(*row.key).tree.to_dict())
            != decisions(full.episode(*row.key).tree.to_dict())
            for row in rows
        ),
    )


def _table(found: Grid) -> Table:
    table = Table(title=found.label)
    for heading in ("method", "strict", "solved", "rollouts", "steps", "calls", "differs in"):
        words = heading in ("method", "differs in")
        table.add_column(heading, justify="left" if words else "right", no_wrap=True)
    for line in found.lines:
        shown = f"{line.differing} of {line.episodes}" if line.differing else "inert here"
        table.add_row(
            line.name,
            f"{line.strict}/{line.discrete}",
            f"{line.solved}/{line.episodes - line.spoiled}",
            str(line.rollouts),
            str(line.explored_steps),
            str(line.llm_calls),
            "" if line.name == FULL else shown,
        )
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 0, 1 where the world spoiled episodes, 2 for bad input."""
    parser = argparse.ArgumentParser(description="The full method and its eight ablations.")
    parser.add_argument("overrides", nargs="*", help="as for experiments.run")
    parser.add_argument("--json", type=Path, help="write the table's figures here too")
    parser.add_argument("--root", default="runs/ablations", help="folder of the runs")
    told = parser.parse_args(arguments)
    try:
        found = grid(told.overrides, root=told.root)
    except (WebPilotError, HydraException, OmegaConfBaseException) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    Console().print(_table(found))
    if told.json:
        told.json.write_text(
            json.dumps(
                {"label": found.label, "summary": [asdict(line) for line in found.lines]}, indent=1
            )
            + "\n",
            encoding="utf-8",
        )
    return int(any(line.spoiled for line in found.lines))


if __name__ == "__main__":
    sys.exit(main())
