"""Reading a run back: rows, summary, journals and search trees. Needs no browser and no key.

Works while the run goes on: what a writer has not finished yet is simply not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webpilot.errors import ConfigError
from webpilot.records.journal import JOURNAL_SCHEMA, episode_name
from webpilot.records.rows import EpisodeRow, latest
from webpilot.records.statistics import summarise
from webpilot.records.trees import SearchRecord

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EpisodeRecord", "Run", "Shown", "first_event", "load_run"]


def load_run(path: str | Path) -> Run:
    """Return the run in the folder ``path``.

    Raises:
        ConfigError: there is no run, or another version of WebPilot wrote it.
    """
    folder = Path(path)
    if not (folder / "results.jsonl").is_file():
        raise ConfigError(
            f"{folder} holds no run (results.jsonl is missing): name a folder that "
            "`python -m experiments.run` or `make demo` has written"
        )
    return Run(folder, tuple(latest(_rows(folder / "results.jsonl"))))


class Run:
    """One run as it stood on disk when it was loaded; ``rows`` hold one row per episode."""

    def __init__(self, path: Path, rows: tuple[EpisodeRow, ...]) -> None:
        self.path = path
        self.rows = rows

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r}, {len(self.rows)} episodes)"

    @property
    def results(self) -> pd.DataFrame:
        """One line per episode, sorted by task and seed; ``measured.*`` are columns too."""
        import pandas as pd

        data = [row.to_dict() for row in self.rows]
        for item in data:
            measured = item.pop("measured")
            item |= {f"measured.{name}": value for name, value in measured.items()}
        return pd.DataFrame(data)

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """The data of ``summary.json``; computed from the rows where the file is behind them."""
        try:
            stored = json.loads((self.path / "summary.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            stored = {}
        if stored.get("episodes") == len(self.rows):
            return dict(stored)
        return {"run": stored.get("run", {}), **summarise(self.rows)}

    @property
    def config(self) -> str:
        """The text of ``config.yaml``, or the empty string."""
        file = self.path / "config.yaml"
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    @property
    def episodes(self) -> tuple[EpisodeRecord, ...]:
        """Every finished episode, sorted by task and seed."""
        return tuple(self._episode(row) for row in self.rows)

    def episode(self, task: str, seed: int) -> EpisodeRecord:
        """Return one finished episode.

        Raises:
            ConfigError: the run has no row for it.
        """
        for row in self.rows:
            if row.key == (task, seed):
                return self._episode(row)
        seeds = [str(row.seed) for row in self.rows if row.task == task]
        there = f"seeds {', '.join(seeds)} of it" if seeds else "no episode of that task"
        raise ConfigError(f"{self.path} holds no finished {task} with seed {seed}, only {there}")

    def _episode(self, row: EpisodeRow) -> EpisodeRecord:
        return EpisodeRecord(folder=self.path / "episodes" / episode_name(*row.key), row=row)


@dataclass(frozen=True, kw_only=True)
class EpisodeRecord:
    """One episode on disk."""

    folder: Path
    row: EpisodeRow | None
    """``None`` while the episode is not finished."""

    @cached_property
    def tree(self) -> SearchRecord:
        """All searches of the episode, empty where none was written."""
        file = self.folder / "tree.json"
        if not file.is_file():
            task, seed = self._key
            return SearchRecord(task=task, seed=seed)
        return SearchRecord.from_dict(json.loads(file.read_text(encoding="utf-8")))

    def journal(self) -> list[dict[str, Any]]:
        """Return every recorded activity in order; a line torn by a kill is left out.

        Raises:
            ConfigError: another version of WebPilot wrote it.
        """
        file = self.folder / "journal.jsonl"
        events = list(_whole_lines(file)) if file.is_file() else []
        if events and events[0].get("schema") != JOURNAL_SCHEMA:
            raise ConfigError(
                f"{file} has schema {events[0].get('schema')}, not {JOURNAL_SCHEMA}: it was "
                "written by another version of WebPilot"
            )
        return events

    def pages(self) -> dict[str, dict[str, Any]]:
        """Return every recorded page (``url``, ``title``, ``text``) by its digest."""
        return {
            event["digest"]: event for event in self.journal() if event["event"] == "observation"
        }

    def show(self, step: int = 0) -> Shown:
        """Return the page after ``step`` actions of the chosen path, to be shown in a notebook.

        Args:
            step: 0 is the fresh page; negative numbers count from the end.

        Raises:
            ConfigError: the path has no such step.
        """
        path = [
            node
            for attempt in self.tree.attempts
            for node in _chosen(attempt.nodes, attempt.chosen)
            if node["parent"] is not None or attempt is self.tree.attempts[0]
        ]
        if not -len(path) <= step < len(path):
            raise ConfigError(f"the path has {max(0, len(path) - 1)} steps, so no step {step}")
        node = path[step]
        page = self.pages().get(node.get("page") or "", {})
        return Shown(
            step=step % len(path),
            action=_action(node),
            value=node.get("value"),
            text=page.get("text", ""),
        )

    @property
    def _key(self) -> tuple[str, int]:
        if self.row is not None:
            return self.row.key
        task, _, seed = self.folder.name.rpartition(".")
        return task, int(seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One page of the chosen path, printable in a terminal and in a notebook."""

    step: int
    action: str | None
    """The action that led here, ``None`` at the start."""
    value: float | None
    text: str
    """The page's accessibility text."""

    def __str__(self) -> str:
        return f"step {self.step}: {self.action or 'fresh page'}\n{self.text}"

    def _repr_html_(self) -> str:
        head = f"<b>step {self.step}</b> <code>{escape(self.action or 'fresh page')}</code>"
        return f"{head}<pre>{escape(self.text)}</pre>"


def _action(node: Mapping[str, Any]) -> str | None:
    move = node.get("move")
    return None if move is None else str(move.get("raw") or f"stop: {move['kind']}")


def first_event(journal: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """Return the first event of this name, empty where there is none."""
    return next((event for event in journal if event["event"] == name), {})


def _chosen(
    nodes: tuple[Mapping[str, Any], ...], chosen: tuple[int, ...]
) -> list[Mapping[str, Any]]:
    by_id = {node["id"]: node for node in nodes}
    return [by_id[key] for key in chosen]


def _rows(file: Path) -> Iterator[EpisodeRow]:
    """Yield the rows of whole lines; the last one may just be being written."""
    for line in _whole_text_lines(file):
        yield EpisodeRow.from_json(line)


def _whole_text_lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]


def _whole_lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in _whole_text_lines(file):
        yield json.loads(line)
