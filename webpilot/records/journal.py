"""The folder of an episode as it is written: its journal, its pictures and its search trees.

The journal grows with what happens, so an episode that is killed has told all up to there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from webpilot.observation import Observation
from webpilot.records.disk import LineLog, write_atomically
from webpilot.records.trees import SearchRecord

__all__ = ["JOURNAL_SCHEMA", "EpisodeRecorder", "episode_name"]

JOURNAL_SCHEMA = 1
"""Version of the journal's events."""


def episode_name(task: str, seed: int) -> str:
    """Return the name of an episode's folder."""
    return f"{task}.{seed}"


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
