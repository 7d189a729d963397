"""WebArena-Verified's tasks as a run plays them: a subset, in the order of their dependencies."""

from __future__ import annotations

from env.sites.definition import SiteTask
from env.verified.catalogue import SUBSETS, Catalogue, id_of, name_of
from webpilot.errors import ConfigError

__all__ = ["SPLITS", "load", "tasks"]

SPLITS = SUBSETS
"""The full set and the Hard 258: two benchmarks, named in every result."""


def tasks(split: str = "full") -> tuple[SiteTask, ...]:
    """Return the tasks of a subset, in the order they are run in.

    Raises:
        ConfigError: there is no such subset, or the environment is not installed.
    """
    catalogue = Catalogue()
    return tuple(catalogue.on_sites(task.id) for task in catalogue.select(subset=split))


def load(task_id: str) -> SiteTask:
    """Return the task with this name, e.g. ``webarena_verified.107``.

    Raises:
        ConfigError: there is no such task, or the environment is not installed.
    """
    catalogue, number = Catalogue(), id_of(task_id)
    if number is None or number not in catalogue.tasks:
        last = max(catalogue.tasks)
        raise ConfigError(f"no task {task_id!r}: they are {name_of(0)} to {name_of(last)}")
    return catalogue.on_sites(number)
