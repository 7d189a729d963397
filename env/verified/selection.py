"""WebArena-Verified's tasks as a run plays them: all of them or the Hard subset, in order."""

from __future__ import annotations

from functools import cache

from env.sites.definition import SiteTask
from env.verified.catalogue import ANSWER_FORMAT, BENCHMARK, SUBSETS, Catalogue, VerifiedTask, id_of
from webpilot.errors import ConfigError

__all__ = ["SPLITS", "load", "tasks"]

SPLITS = SUBSETS


def tasks(split: str = "full") -> tuple[SiteTask, ...]:
    """Return the tasks of a subset, in the order they are run in.

    Raises:
        ConfigError: there is no such subset, or the package is not installed.
    """
    return tuple(on_sites(task, split) for task in catalogue().select(subset=split))


def load(task_id: str) -> SiteTask:
    """Return the task with this id, e.g. ``webarena_verified.107``.

    Raises:
        ConfigError: there is no such task, or the package is not installed.
    """
    number = id_of(task_id)
    found = None if number is None else catalogue().tasks.get(number)
    if found is None:
        raise ConfigError(f"no task {task_id!r}: they are {BENCHMARK}.0 to {BENCHMARK}.811")
    return on_sites(found, "hard" if found.id in catalogue().hard else "full")


def on_sites(task: VerifiedTask, split: str) -> SiteTask:
    """Return a task as the worlds of sites play it."""
    return SiteTask(
        id=f"{BENCHMARK}.{task.id}",
        benchmark=BENCHMARK,
        number=task.id,
        sites=task.sites,
        template=task.template,
        split=split,
        kind=BENCHMARK,
        start_urls=task.start_urls,
        intent=task.intent,
        judges=("verified",),
        answer_format=ANSWER_FORMAT,
        raw=catalogue().definition(task.id),
    )


@cache
def catalogue() -> Catalogue:
    """Return the installed package's tasks."""
    return Catalogue()
