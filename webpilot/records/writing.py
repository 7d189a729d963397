"""The record of a run as it is written: rows, summary, and one folder per episode.

Everything is text or PNG, every file is valid at every moment, and nothing that a finished episode
wrote is ever overwritten. :mod:`webpilot.records.reading` reads it back.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import yaml  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from webpilot.errors import ConfigError
from webpilot.observation import Observation
from webpilot.records.disk import LineLog, clean_up, write_atomically
from webpilot.records.rows import EpisodeRow, latest
from webpilot.records.statistics import summarise
from webpilot.records.trees import SearchRecord

__all__ = ["JOURNAL_SCHEMA", "EpisodeRecorder", "RunFolder", "episode_name", "salt_of"]

JOURNAL_SCHEMA = 1


def episode_name(task: str, seed: int) -> str:
    """Return the name of an episode's folder."""
    return f"{task}.{seed}"


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
            _refuse_other(path, stored.read_text(encoding="utf-8"), config, loose)
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
            self.warnings += (changed := _changed_versions(before, self.about))
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


class EpisodeRecorder:
    """One episode's folder: the journal as it happens, screenshots, and the search trees.

    Every line of the journal has ``seq`` (0, 1, 2, ...), ``at`` (seconds since the episode began)
    and ``event``; the first one has the schema's version. Names and fields that the report reads
    are listed in ``docs/record.md``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        task: str,
        seed: int,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._started = clock()
        self._sequence = 0
        self._seen: set[str] = set()
        self._log = LineLog(folder / "journal.jsonl", durable=False)
        head = {"schema": JOURNAL_SCHEMA, "task": task, "seed": seed, "began": round(now(), 3)}
        self.event("journal", head)

    def event(
        self, name: str, data: Mapping[str, object] | None = None, /, **plain: object
    ) -> None:
        """Append one event. ``data`` and ``plain`` are plain data (text, numbers, lists, dicts).

        Raises:
            RecordError: no space.
        """
        head = {"seq": self._sequence, "at": round(self._clock() - self._started, 3), "event": name}
        line = json.dumps({**head, **(data or {}), **plain}, ensure_ascii=False, allow_nan=False)
        self._log.append(line)
        self._sequence += 1

    def observation(self, observation: Observation) -> str:
        """Return the digest that names this page in the journal, storing its text once."""
        digest = observation.fingerprint.exact
        if digest not in self._seen:
            self.event(
                "observation",
                digest=digest,
                url=observation.url,
                title=observation.title,
                text=observation.text,
            )
            self._seen.add(digest)
        return digest

    def screenshot(self, step: int, png: bytes) -> str:
        """Store the page after ``step`` committed actions and return the file's name."""
        name = f"step-{step:02d}.png"
        write_atomically(self.folder / name, png)
        self.event("screenshot", step=step, file=name)
        return name

    def evidence(self, name: str, content: bytes) -> None:
        """Store what a judge was shown as a file of the episode."""
        write_atomically(self.folder / name, content)
        self.event("evidence", file=name, bytes=len(content))

    def tree(self, record: SearchRecord) -> None:
        """Write ``tree.json``."""
        write_atomically(self.folder / "tree.json", record.to_json())

    def close(self) -> None:
        """End the journal; closing twice is harmless."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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


def _refuse_other(path: Path, stored: str, config: str, loose: tuple[str, ...]) -> None:
    """Raise if two configurations differ in anything that is part of a run's identity."""
    there, now = (_flat(yaml.safe_load(text)) for text in (stored, config))
    differing = [
        f"{key} ({there.get(key, 'absent')} there, {now.get(key, 'absent')} now)"
        for key in sorted(there.keys() | now.keys())
        if there.get(key, _ABSENT) != now.get(key, _ABSENT)
        and not any(key == name or key.startswith(f"{name}.") for name in loose)
    ]
    if differing:
        raise ConfigError(
            f"{path} holds a run with another configuration: {', '.join(differing)}; choose "
            "another run.name=, or remove that folder"
        )


_ABSENT = object()


def _flat(value: object, name: str = "") -> dict[str, object]:
    """Return dotted names and leaf values of nested mappings."""
    if not isinstance(value, dict) or (not value and name):
        return {name: value} if name else {}
    flat: dict[str, object] = {}
    for key, item in value.items():
        flat |= _flat(item, f"{name}.{key}" if name else str(key))
    return flat


def _changed_versions(before: Mapping[str, Any], about: Mapping[str, Any]) -> tuple[str, ...]:
    then = before.get("run", {}).get("versions", {})
    now = about.get("versions", {})
    return tuple(
        f"{name} was {then[name]} when this run began and is {now[name]} now"
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    )
