"""What a terminal shows: progress while a run goes on, and the table at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from webpilot.records.rows import EpisodeRow
from webpilot.report.words import (
    caveats,
    metrics_of,
    model_cost,
    side_effects_told,
    verdict_of,
    why_failed,
)

__all__ = ["LiveTable", "print_notes", "print_summary"]

UNPRINTED = ("task", "template")
"""Tables with too many rows for a terminal; reports show them."""
_STYLES = {"solved": "green", "partly": "yellow", "failed": "red", "spoiled": "magenta"}


class LiveTable:
    """A table that grows while a run goes on; plain lines where the output is no terminal.

    Args:
        total: episodes of the run.
        console: where to print; standard output by default.
    """

    def __init__(self, total: int, *, console: Console | None = None) -> None:
        self._console = console or Console()
        self._total = total
        self._rows: list[EpisodeRow] = []
        self._running = ""
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.stop()
            if self._rows:
                self._console.print(self._table(self._rows))

    def start(self, task: str, seed: int) -> None:
        """Say which episode runs now."""
        self._running = f"{task} seed {seed}"
        self._refresh()

    def add(self, row: EpisodeRow) -> None:
        """Add a finished episode."""
        self._rows.append(row)
        self._running = ""
        if self._console.is_terminal:
            self._refresh()
        else:
            line = f"[{len(self._rows)}/{self._total}] {row.task} seed {row.seed}: {_verdict(row)}"
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _refresh(self) -> None:
        if not self._console.is_terminal:
            return
        room = max(4, self._console.height - 8)
        parts: list[Table | Spinner | Text] = [self._table(self._rows[-room:])]
        done = f"{len(self._rows)} of {self._total} episodes"
        parts.append(
            Spinner("dots", Text(f"{done}, now {self._running}")) if self._running else Text(done)
        )
        self._live.update(Group(*parts))

    def _table(self, rows: Iterable[EpisodeRow]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("task")
        for name in ("seed", "rollouts", "explored", "committed", "seconds"):
            table.add_column(name, justify="right")
        table.add_column("verdict")
        for row in rows:
            table.add_row(
                row.task,
                str(row.seed),
                str(row.rollouts),
                str(row.explored_steps),
                str(row.committed_steps),
                f"{row.measured.seconds:.1f}",
                Text(_verdict(row), style=_STYLES[verdict_of(row)]),
            )
        return table


def _verdict(row: EpisodeRow) -> str:
    return "solved" if verdict_of(row) == "solved" else why_failed(row)


def print_notes(notes: Iterable[str], *, console: Console | None = None) -> None:
    """Print one line per note, set apart from results."""
    console = console or Console()
    for note in notes:
        console.print(f"note: {note}", style="yellow", markup=False, highlight=False)


def print_summary(
    summary: Mapping[str, Any], *, report: Path | None = None, console: Console | None = None
) -> None:
    """Print the end of a run: strict metric first, then BrowserGym's, with 95 % intervals.

    Args:
        summary: the data of ``summary.json``.
        report: where the report stands; its path is the last line.
        console: where to print; standard output by default.
    """
    console = console or Console()
    label = summary.get("run", {}).get("label")
    if label:
        console.print(f"\n[bold]{escape(label)}[/bold]")
    console.print(_rates(summary))
    graded = summary["graded"]
    if graded["episodes"]:
        mean = graded["mean_reward_raw"]
        console.print(
            f"graded pages, outside the strict metric: {graded['episodes']} episodes, "
            f"mean raw reward {'-' if mean is None else f'{mean:.2f}'}"
        )
    spent, measured = summary["spent"], summary["measured"]
    console.print(
        f"spent: {spent['rollouts']} rollouts, {spent['explored_steps']} explored steps, "
        f"{spent['committed_steps']} committed steps, {model_cost(spent)}; "
        f"{measured['replayed_steps']} steps replayed, "
        f"{measured['seconds']:.0f} s",
        highlight=False,
    )
    if "serving" in measured:
        console.print(_turns(measured["serving"]), highlight=False)
    if "side_effects" in summary:
        told = side_effects_told(summary["side_effects"])
        console.print(f"side effects: {told}", highlight=False)
    for item in summary["infrastructure"]:
        line = f"not counted: {item['task']} seed {item['seed']} ({item['kind']}): {item['error']}"
        console.print(line, style="magenta", markup=False, highlight=False)
    for caveat in reversed(caveats(summary)):
        console.print(caveat, style="dim", highlight=False)
    if report is not None:
        console.print(f"report: {report}", markup=False, highlight=False, soft_wrap=True)


def _turns(serving: Mapping[str, Any]) -> str:
    """Return how the model's calls were served, in one line."""
    even = "" if serving["jain"] is None else f", served alike to {serving['jain']:.3f} (Jain)"
    return (
        f"model calls waited for their turn {serving['wait_p50_s']:.2f} s (P50) and "
        f"{serving['wait_p99_s']:.2f} s (P99) in the slowest episode{even}; "
        f"{100 * serving['shared_prefix']:.0f} % of a prompt began as an earlier one, "
        f"{serving['cached_tokens']:,} tokens were cached by the endpoint"
    )


def _rates(summary: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    metrics = metrics_of(summary)
    for metric in metrics:
        table.add_column(metric.name, justify="right")
    table.add_row("all", *(_rate(summary[each.key]) for each in metrics), style="bold")
    for grouping, blocks in summary["by"].items():
        if grouping in UNPRINTED or len(blocks) < 2:
            continue
        for label, block in blocks.items():
            table.add_row(f"{grouping}: {label}", *(_rate(block[each.key]) for each in metrics))
    return table


def _rate(rate: Mapping[str, Any]) -> str:
    if not rate["total"]:
        return "-"
    low, high = (100 * end for end in rate["interval"])
    share = 100 * rate["rate"]
    clustered = ""
    if "interval_clusters" in rate:
        least, most = (100 * end for end in rate["interval_clusters"])
        clustered = f", by template [{least:.1f}, {most:.1f}]"
    return f"{rate['solved']}/{rate['total']}  {share:.1f} % [{low:.1f}, {high:.1f}]{clustered}"
