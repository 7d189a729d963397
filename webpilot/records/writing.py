"""The folder of a run as it is written: its configuration, its rows and its summary.

Everything is text, every file is valid at every moment, and nothing that a finished episode wrote
is ever overwritten. :mod:`webpilot.records.journal` writes each episode's own folder in it,
:mod:`webpilot.records.reading` reads everything back.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from webpilot.errors import ConfigError
from webpilot.records.disk import LineLog, clean_up, write_atomically
from webpilot.records.identity import changed_versions, differences
from webpilot.records.journal import EpisodeRecorder, episode_name
from webpilot.records.rows import EpisodeRow, latest
from webpilot.records.statistics import summarise

__all__ = ["RunFolder", "salt_of"]


def salt_of(path: Path) -> bytes:
    """Return the salt of the run in ``path``, or a new one where there is no run yet.

    It makes the nonces of the fences around page text, so a page cannot foresee them and a resumed
    run repeats them. The run keeps it in ``summary.json`` (``about["salt"]``).
    """
    try:
        summary = json.loads((path / "summary.json").read_text(encoding="utf-8"))
        return bytes.fromhex(summary["run"]["salt"])
    except (OSError, ValueError, KeyError, TypeError):
        return secrets.token_bytes(16)


class RunFolder:
    """One run's folder, opened for writing by one process.

    Opening it again with the same configuration is how a run resumes.

    Args:
        path: ``runs/NAME``; made if missing.
        config: the composed configuration as YAML text, secrets masked. Kept verbatim.
        about: plain data that ``summary.json`` repeats under ``run`` and the report opens with:
            ``command``, ``label`` (of the policy), ``budget`` and ``versions`` are shown.
        loose: dotted names in the configuration that may differ when a run resumes, each with all
            that lies under it.

    Raises:
        ConfigError: the folder holds another configuration, or another process writes to it.
        RecordError: the folder cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        config: str,
        about: Mapping[str, Any] | None = None,
        loose: tuple[str, ...] = ("run",),
    ) -> None:
        self.path = path
        self.about = dict(about or {})
        self.warnings: tuple[str, ...] = ()
        """One line each: versions that changed since the run began, a row that a kill tore."""
        stored = path / "config.yaml"
        if stored.exists():
            there = stored.read_text(encoding="utf-8")
            if differing := differences(there, config, loose=loose):
                raise ConfigError(
                    f"{path} holds a run with another configuration: {', '.join(differing)}; "
                    "choose another run.name=, or remove that folder"
                )
        self._rows = LineLog(path / "results.jsonl", durable=True)
        try:
            clean_up(path)
            if not stored.exists():
                write_atomically(stored, config)
            if self._rows.repaired:
                self.warnings += (
                    "the last row was torn by a kill and is left out; its episode runs again",
                )
            before = self._summary()
            self.warnings += (changed := changed_versions(before.get("run", {}), self.about))
            if changed:
                # What the run began with stays; each row names the versions it was played with.
                self.about["resumed_with"] = self.about["versions"]
                self.about["versions"] = before["run"]["versions"]
            self.write_summary()
        except BaseException:
            self._rows.close()
            raise

    @staticmethod
    def remove(path: Path) -> None:
        """Remove the run in ``path``, if there is one.

        Raises:
            ConfigError: the folder holds something else, or another process writes to the run.
        """
        if not path.exists():
            return
        if not (path / "results.jsonl").is_file():
            raise ConfigError(f"{path} holds no run and is left alone; choose another run.name=")
        LineLog(path / "results.jsonl", durable=True).close()  # refused where it is in use
        shutil.rmtree(path)

    @property
    def summary_path(self) -> Path:
        """Where ``summary.json`` stands."""
        return self.path / "summary.json"

    def rows(self) -> list[EpisodeRow]:
        """Return every row, in the order of writing; a retried episode has several."""
        file = self.path / "results.jsonl"
        return [
            _row(file, number, line)
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        ]

    def finished(self, *, retry_errors: bool = False) -> frozenset[tuple[str, int]]:
        """Return task and seed of every episode that need not run again.

        Interrupted episodes always run again; those that the world spoiled do so with
        ``retry_errors``; the agent's failures never.
        """
        return frozenset(
            row.key
            for row in latest(self.rows())
            if row.stop_reason != "interrupted" and not (retry_errors and row.is_infrastructure)
        )

    def append(self, row: EpisodeRow) -> None:
        """Add one row; when this returns, it is on the disk.

        Raises:
            RecordError: no space; the rows before it are kept.
        """
        self._rows.append(row.to_json())

    def write_summary(
        self,
        *,
        groupings: Mapping[str, Mapping[str, str]] | None = None,
        clusters: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Write ``summary.json`` from the rows so far and return its data.

        Args:
            groupings: see :func:`webpilot.records.statistics.summarise`.
            clusters: the same.
        """
        summary = summarise(self.rows(), groupings=groupings, clusters=clusters)
        summary = {"schema": summary.pop("schema"), "run": self.about, **summary}
        write_atomically(
            self.summary_path, json.dumps(summary, indent=1, ensure_ascii=False) + "\n"
        )
        return summary

    def episode(
        self, task: str, seed: int, *, clock: Callable[[], float] = time.monotonic
    ) -> EpisodeRecorder:
        """Return the recorder of an episode, its folder begun anew.

        What an unfinished episode left there goes; a finished one (now retried) is kept under
        another name.
        """
        folder = self.path / "episodes" / episode_name(task, seed)
        if folder.exists():
            if any(row.key == (task, seed) for row in self.rows()):
                folder.rename(_free_name(folder))
            else:
                shutil.rmtree(folder)
        return EpisodeRecorder(folder, task=task, seed=seed, clock=clock)

    def close(self) -> None:
        """Let another process write to the folder."""
        self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _summary(self) -> dict[str, Any]:
        try:
            summary: dict[str, Any] = json.loads(self.summary_path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return summary


def _row(file: Path, number: int, line: str) -> EpisodeRow:
    try:
        return EpisodeRow.from_json(line)
    except ConfigError as error:
        raise ConfigError(
            f"{file}, line {number}: {error}; without that line its episode runs again"
        ) from error


def _free_name(folder: Path) -> Path:
    """Return where a finished episode goes when it is run again."""
    number = 1
    while (name := folder.with_name(f"{folder.name}.superseded-{number}")).exists():
        number += 1
    return name
