"""WebArena's tasks as a run plays them: a subset, in the order that its dependencies demand."""

from __future__ import annotations

from env.sites.definition import SiteTask
from env.webarena import catalogue
from env.webarena.order import dependencies, in_order

__all__ = ["SPLITS", "load", "tasks"]

SPLITS = catalogue.SUBSETS
"""Named in every result: the 694 and the 812 are two benchmarks."""


def tasks(split: str = "all") -> tuple[SiteTask, ...]:
    """Return the tasks of a subset, in the order they are run in.

    Raises:
        ConfigError: there is no such subset, or the extra is not installed.
    """
    chosen = {task.id: task for task in catalogue.choose(catalogue.tasks(), subset=split)}
    return tuple(chosen[each].on_sites for each in in_order(chosen, dependencies()).tasks)


def load(task_id: str) -> SiteTask:
    """Return the task with this id; the prefix ``webarena.`` may be left out.

    Raises:
        ConfigError: there is no such task, or the extra is not installed.
    """
    return catalogue.load(task_id).on_sites
