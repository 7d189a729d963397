"""The journal of the steps that change a site: what was begun, and what is known to be done.

Each step has a key: task, seed, what was committed before it, and the action. That it begins is on
the disk before it is sent, that it is done afterwards. A step that was begun and is not known to be
done is never sent again: nobody can tell whether the site took it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webpilot.closing import Closing
from webpilot.errors import ConfigError, SiteUnknown
from webpilot.records.disk import LineLog, sync_folder
from webpilot.records.journal import episode_name

__all__ = ["StepJournal", "StepKey", "path_hash", "steps_file"]

BEGUN, DONE, VOID = "begun", "done", "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKey:
    """What names one step of one episode."""

    task: str
    seed: int
    path: str
    """Hash of the actions committed before it; see :func:`path_hash`."""
    action: str
    """The action as it was wanted, as a string."""

    def __str__(self) -> str:
        return f"{self.action} of {self.task} seed {self.seed}"


@dataclass(frozen=True, slots=True)
class _Known:
    state: str
    url: str = ""


class StepJournal(Closing):
    """The journal of one episode's steps, append-only; one process writes at a time."""

    def __init__(self, file: Path) -> None:
        """Open the journal, or begin it.

        Args:
            file: outlives every attempt at the episode; see :func:`steps_file`.

        Raises:
            ConfigError: another process holds it, or it is damaged.
            RecordError: it cannot be written.
        """
        self._log = LineLog(file, durable=True)
        self._steps: dict[StepKey, _Known] = {}
        try:
            # The file must be found again, too, not only what is written to it.
            sync_folder(file.parent)
            sync_folder(file.parent.parent)
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                key, known = _read(file, number, line)
                self._steps[key] = known
        except BaseException:
            self._log.close()
            raise

    def begin(self, key: StepKey) -> bool:
        """Return whether a step may be sent now; where it may, that it begins is on the disk.

        It may not where it is done already: its effect is taken for granted.

        Raises:
            SiteUnknown: it was begun before, and nobody knows whether it was done.
            RecordError: it cannot be written down, so it must not be sent.
        """
        known = self._steps.get(key)
        if known is not None and known.state == BEGUN:
            raise SiteUnknown(
                f"contaminated: {key} was begun and is not known to be done, so it is not sent "
                "again; reset the site and start another run"
            )
        if known is not None and known.state == DONE:
            return False
        self._write(key, _Known(BEGUN))
        return True

    def done(self, key: StepKey, *, url: str = "") -> None:
        """Note that a step was carried out.

        Args:
            key: of a step that was begun.
            url: of the page that followed, for those who take the effect for granted.
        """
        self._write(key, _Known(DONE, url))

    def void(self, key: StepKey) -> None:
        """Note that a step that was begun was not sent after all: it may be begun again."""
        self._write(key, _Known(VOID))

    def url(self, key: StepKey) -> str:
        """Return the address of the page that followed a done step, empty where none is known."""
        return self._steps[key].url

    @property
    def finished(self) -> tuple[StepKey, ...]:
        """The steps that are done, in the order in which they were begun."""
        return tuple(key for key, known in self._steps.items() if known.state == DONE)

    @property
    def sent(self) -> tuple[StepKey, ...]:
        """The steps that are done or may be, in the order in which they were begun."""
        return tuple(key for key, known in self._steps.items() if known.state != VOID)

    def close(self) -> None:
        """Let another process write; closing twice is harmless."""
        self._log.close()

    def _write(self, key: StepKey, known: _Known) -> None:
        line = {
            "state": known.state,
            "task": key.task,
            "seed": key.seed,
            "path": key.path,
            "action": key.action,
            "url": known.url,
        }
        self._log.append(json.dumps(line))
        self._steps[key] = known


def path_hash(actions: Sequence[str]) -> str:
    """Return 16 hexadecimal digits that stand for the actions before a step."""
    return hashlib.sha256(json.dumps(list(actions)).encode()).hexdigest()[:16]


def steps_file(run: Path, task: str, seed: int) -> Path:
    """Return where the journal of an episode's steps stands.

    Beside the episodes' folders, not in one: a folder is begun anew when its episode runs again.
    """
    return run / "steps" / f"{episode_name(task, seed)}.jsonl"


def _read(file: Path, number: int, line: str) -> tuple[StepKey, _Known]:
    try:
        data: dict[str, Any] = json.loads(line)
        known = _Known(data["state"], data["url"])
        names = ("task", "seed", "path", "action")
        key = StepKey(**{name: data[name] for name in names})
        if known.state not in (BEGUN, DONE, VOID):
            raise ValueError(f"no such state: {known.state}")
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{file}, line {number}, is damaged ({error}), so nobody knows what the site holds: "
            "reset the site and start another run"
        ) from error
    return key, known
