"""The order that WebArena's tasks are run in: BrowserGym's dependencies, for want of resets.

Most tasks change the sites, and nothing is reset between them, so BrowserGym fixes what must not
come before what. The table ships with ``browsergym-experiments``.
"""

from __future__ import annotations

import csv
import heapq
import importlib.util
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from webpilot.errors import ConfigError

__all__ = ["Order", "dependencies", "in_order", "longest_chain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Tasks in the order they are run in."""

    tasks: tuple[str, ...]
    """Every task after all that it depends on, directly or through tasks that are left out."""
    left_out: tuple[str, ...]
    """What any of them depends on and is not among them: their effects are missing in this run."""


@cache
def dependencies() -> Mapping[str, tuple[str, ...]]:
    """Return what each of the 812 tasks depends on directly, by id.

    Raises:
        ConfigError: BrowserGym's table is not installed.
    """
    spec = importlib.util.find_spec("browsergym")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        table = Path(folder) / "experiments" / "benchmark" / "metadata" / "webarena.csv"
        if table.is_file():
            with table.open(encoding="utf-8", newline="") as file:
                rows = {row["task_name"]: row["depends_on"] for row in csv.DictReader(file)}
            return MappingProxyType({task: tuple(text.split()) for task, text in rows.items()})
    raise ConfigError("BrowserGym's WebArena table is missing: run `make setup`")


def in_order(wanted: Collection[str], depends_on: Mapping[str, Collection[str]]) -> Order:
    """Return these tasks in an order that respects the dependencies, always the same one.

    Among tasks that may come next, the one with the lowest number does. Leaving tasks out does not
    change the order of the others.

    Args:
        wanted: ids.
        depends_on: direct dependencies of every task there is.

    Raises:
        ConfigError: a task is unknown, or tasks depend on each other in a circle.
    """
    unknown = sorted(set(wanted) - set(depends_on))
    if unknown:
        raise ConfigError(f"BrowserGym's table has no order for {', '.join(unknown)}")
    chosen = set(wanted)
    whole = _sorted(depends_on)
    needed = set(chosen)
    for task in reversed(whole):
        if task in needed:
            needed.update(depends_on[task])
    return Order(
        tasks=tuple(task for task in whole if task in chosen),
        left_out=tuple(task for task in whole if task in needed - chosen),
    )


def longest_chain(depends_on: Mapping[str, Collection[str]]) -> int:
    """Return how many tasks the longest chain has in which each depends on the one before."""
    length: dict[str, int] = {}
    for task in _sorted(depends_on):
        length[task] = 1 + max((length[each] for each in depends_on[task]), default=0)
    return max(length.values(), default=0)


def _sorted(depends_on: Mapping[str, Collection[str]]) -> list[str]:
    """Return all tasks, each after its dependencies, otherwise by number."""
    missing = {task: set(direct) for task, direct in depends_on.items()}
    followers: dict[str, list[str]] = {task: [] for task in depends_on}
    for task, direct in depends_on.items():
        for each in direct:
            if each not in followers:
                raise ConfigError(f"{task} depends on {each}, which does not exist")
            followers[each].append(task)
    ready = [_key(task) for task, direct in missing.items() if not direct]
    heapq.heapify(ready)
    found: list[str] = []
    while ready:
        _, task = heapq.heappop(ready)
        found.append(task)
        for follower in followers[task]:
            missing[follower].discard(task)
            if not missing[follower]:
                heapq.heappush(ready, _key(follower))
    if len(found) < len(depends_on):
        circle = sorted(set(depends_on) - set(found), key=_key)
        raise ConfigError(f"these tasks depend on each other in a circle: {', '.join(circle[:5])}")
    return found


def _key(task: str) -> tuple[int, str]:
    number = task.rpartition(".")[2]
    return (int(number) if number.isdigit() else -1, task)
