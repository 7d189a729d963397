"""The tasks of the local suite, read from the files in ``tasks/``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from env.sites.definition import SiteTask
from webpilot.errors import ConfigError

__all__ = ["SPLITS", "load", "tasks"]

NAME = "localweb"
FOLDER = Path(__file__).parent / "tasks"
SPLITS = ("open", "heldout", "all")
"""``open`` tasks may be looked at while rules are written; ``heldout`` ones were written after."""
JUDGES = ("database", "libwebarena", "verified")


def tasks(split: str = "all") -> tuple[SiteTask, ...]:
    """Return the tasks of a split, by number.

    Raises:
        ConfigError: there is no such split.
    """
    if split not in SPLITS:
        raise ConfigError(f"split={split!r} is unknown: use one of {', '.join(SPLITS)}")
    return tuple(task for task in catalogue().values() if split in ("all", task.split))


def load(task_id: str) -> SiteTask:
    """Return the task with this id; the prefix ``localweb.`` may be left out.

    Raises:
        ConfigError: there is no such task; the message names close matches.
    """
    name = f"{NAME}.{task_id.removeprefix(NAME + '.')}"
    known = catalogue()
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    raise ConfigError(f"no task {task_id!r}: did you mean {', '.join(close)}?")


@cache
def catalogue() -> Mapping[str, SiteTask]:
    """Return all tasks by id, in the order of their numbers."""
    read = [
        _task(raw, split=file.name.partition("_")[0].removesuffix(".json"))
        for file in sorted(FOLDER.glob("*.json"))
        for raw in json.loads(file.read_text(encoding="utf-8"))
    ]
    read.sort(key=lambda task: task.number)
    return MappingProxyType({task.id: task for task in read})


def _task(raw: Mapping[str, Any], *, split: str) -> SiteTask:
    return SiteTask(
        id=f"{NAME}.{raw['task_id']}",
        benchmark=NAME,
        number=int(raw["task_id"]),
        sites=tuple(raw["sites"]),
        template=int(raw["intent_template_id"]),
        split=split,
        kind=str(raw["kind"]),
        start_urls=tuple(str(raw["start_url"]).split(" |AND| ")),
        intent=str(raw["intent"]),
        judges=tuple(name for name in JUDGES if name in raw["judges"]),
        raw=MappingProxyType(dict(raw)),
    )
