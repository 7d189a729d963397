"""MiniWoB++ as BrowserGym defines it: which tasks there are, and what is special about some."""

from __future__ import annotations

import csv
import difflib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from webpilot.errors import ConfigError

if TYPE_CHECKING:
    from browsergym.miniwob.base import AbstractMiniwobTask

__all__ = [
    "ACTION_LIMIT",
    "GRADED",
    "HELD_OUT_GROUPS",
    "NEVER_RESTARTED",
    "REAL_TIME",
    "SPLITS",
    "MiniwobTask",
    "is_miniwob",
    "load",
    "page_seed",
    "tasks",
]

PREFIX = "miniwob."
ACTION_LIMIT = 10
"""``EnvArgs.max_steps`` of BrowserGym's benchmark (decision 4)."""
SPLITS = ("train", "test", "all", "heldout", "tuning")

HELD_OUT_GROUPS = frozenset({2, 4, 6, 12, 18, 35, 36, 53, 69, 72})
"""Similarity groups of the train split that no policy was tuned on (docs/tuning.md)."""

GRADED: MappingProxyType[str, str] = MappingProxyType(
    {
        "bisect-angle": "score falls with the angle's error",
        "circle-center": "score falls with the distance from the centre",
        "find-midpoint": "score falls with the distance from the midpoint",
        "right-angle": "score falls with the angle's error",
        "use-colorwheel": "score falls with the colour's distance",
        "use-colorwheel-2": "score falls with the colour's distance",
    }
)
"""Pages with a continuous raw reward, where no strict verdict exists (decision 22).

Found by reading every ``core.endEpisode`` call of the 125 sources: in these the reward is a
continuous function of what was drawn or picked. Elsewhere it takes a few fixed values (shares of
right boxes, steps of accuracy) of which 1 is the one for a right answer.
"""

REAL_TIME: MappingProxyType[str, str] = MappingProxyType(
    {
        "stock-market": "a price changes ten times a second",
        "terminal": "a caret blinks and the input takes the focus on timers",
    }
)
"""Pages that run on timers: they live in real time whatever the policy (decision 10)."""

NEVER_RESTARTED: MappingProxyType[str, str] = MappingProxyType(
    {
        "book-flight": "fields and date picker keep what was entered",
        "book-flight-nodelay": "fields and date picker keep what was entered",
        "choose-date": "the date picker stays open",
        "choose-date-easy": "the date picker stays open",
        "choose-date-medium": "the date picker stays open",
        "choose-date-nodelay": "the date picker stays open",
        "click-pie": "the wheel draws random ids and old wheels stay",
        "click-pie-nodelay": "the wheel draws random ids and old wheels stay",
        "stock-market": "timers of the last episode go on",
        "terminal": "timers of the last episode go on",
        "use-colorwheel": "the colour picker stays open",
        "use-colorwheel-2": "the colour picker stays open",
    }
)
"""Pages whose in-page restart is known to leave something behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniwobTask:
    """One task of the benchmark."""

    id: str
    """As BrowserGym names it, e.g. ``miniwob.click-checkboxes``."""
    name: str
    """The id without its prefix; also the name of the page's file."""
    group: int
    """BrowserGym's ``similarity_group``."""
    split: str
    """``train`` or ``test``."""

    @property
    def graded(self) -> bool:
        """Whether the raw reward is continuous."""
        return self.name in GRADED

    @property
    def held_out(self) -> bool:
        """Whether the task is in the train split and was never opened while tuning."""
        return self.split == "train" and self.group in HELD_OUT_GROUPS

    @property
    def groups(self) -> Mapping[str, str]:
        """The part of the train split that it belongs to, for a summary."""
        if self.split != "train":
            return {}
        return {"part": "held out" if self.held_out else "tuned on"}

    @property
    def cluster(self) -> str:
        """Its own id: tasks count as independent here."""
        return self.id

    @property
    def restartable(self) -> bool:
        """Whether an in-page restart may be tried."""
        return self.name not in NEVER_RESTARTED

    def settle(self, wanted: str) -> str:
        """Return the clock policy to use where ``wanted`` was asked for."""
        if self.name in REAL_TIME and wanted.startswith("virtual:"):
            return wanted.replace("virtual:", "real:")
        return wanted

    def instance(self, *, seed: int, base_url: str) -> AbstractMiniwobTask:
        """Return BrowserGym's own task object, unmodified; one object serves one set-up.

        ``base_url`` is the folder of the pages, with a slash at its end.
        """
        make: Callable[..., AbstractMiniwobTask] = task_classes()[self.name]
        return make(seed=seed, base_url=base_url)


def tasks(split: str = "all") -> tuple[MiniwobTask, ...]:
    """Return the tasks of a split, in BrowserGym's order.

    ``heldout`` and ``tuning`` are the two parts of ``train``.

    Raises:
        ConfigError: there is no such split.
    """
    chosen: dict[str, Callable[[MiniwobTask], bool]] = {
        "all": lambda task: True,
        "train": lambda task: task.split == "train",
        "test": lambda task: task.split == "test",
        "heldout": lambda task: task.held_out,
        "tuning": lambda task: task.split == "train" and not task.held_out,
    }
    if split not in chosen:
        raise ConfigError(f"split={split!r} is unknown: use one of {', '.join(SPLITS)}")
    return tuple(task for task in catalogue().values() if chosen[split](task))


def load(task_id: str) -> MiniwobTask:
    """Return the task with this id; the prefix ``miniwob.`` may be left out.

    Raises:
        ConfigError: there is no such task; the message names close matches.
    """
    name = task_id.removeprefix(PREFIX)
    known = catalogue()
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(PREFIX + match for match in close)}?" if close else ""
    raise ConfigError(f"no task {task_id!r}: {hint or 'the names are those of BrowserGym'}")


def is_miniwob(task: object) -> bool:
    """Return whether a task of BrowserGym is one of MiniWoB++'s."""
    base = sys.modules.get("browsergym.miniwob.base")
    return base is not None and isinstance(task, base.AbstractMiniwobTask)


def page_seed(seed: int) -> int:
    """Return the number BrowserGym's set-up passes to ``Math.seedrandom`` for this seed."""
    return int(np.random.RandomState(seed).randint(0, 1000000))


@cache
def catalogue() -> MappingProxyType[str, MiniwobTask]:
    """Return all tasks by name, read from the table that BrowserGym ships."""
    found: dict[str, MiniwobTask] = {}
    with metadata_file().open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["task_name"].removeprefix(PREFIX)
            found[name] = MiniwobTask(
                id=row["task_name"],
                name=name,
                group=int(row["similarity_group"]),
                split=row["browsergym_split"],
            )
    return MappingProxyType(found)


def metadata_file() -> Path:
    """Return BrowserGym's table of MiniWoB++ tasks.

    Raises:
        ConfigError: BrowserGym is not installed.
    """
    # Located, not imported: browsergym.experiments pulls in what we never use.
    spec = importlib.util.find_spec("browsergym")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        table = Path(folder) / "experiments" / "benchmark" / "metadata" / "miniwob.csv"
        if table.is_file():
            return table
    raise ConfigError("BrowserGym's MiniWoB++ table is missing: run `make setup`")


@cache
def task_classes() -> MappingProxyType[str, type[AbstractMiniwobTask]]:
    """Return BrowserGym's task classes by page name."""
    module = importlib.import_module("browsergym.miniwob.all")
    classes = {}
    for value in vars(module).values():
        name = getattr(value, "subdomain", None)
        if isinstance(value, type) and isinstance(name, str):
            classes[name] = value
    return MappingProxyType(classes)
