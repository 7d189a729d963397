"""Demonstrations of planning: invented tasks, split the way plans should be split.

None is a benchmark's task, nor one with other names in it: what a model is shown here it could
otherwise repeat there. One YAML file a domain in ``prompts/demonstrations_data``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from webpilot.plan import Subtask

__all__ = ["DOMAINS", "Demonstration", "demonstrations", "domain"]

FOLDER = Path(__file__).parent / "demonstrations_data"
DOMAINS = ("widgets", "shop", "cms", "forum", "gitlab", "map")
"""What there are demonstrations for; the first stands in for everything else."""

OF_SITE: Mapping[str, str] = {
    "shopping": "shop",
    "shopping_admin": "cms",
    "reddit": "forum",
    "openstreetmap": "map",
    "wikipedia": "map",
}
"""Benchmarks' names of sites that are not those of our domains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """One task and a good plan for it."""

    task: str
    subtasks: tuple[Subtask, ...]
    """In order, one to nine of them."""


def domain(task_site: str, benchmark: str) -> str:
    """Return the domain of a task: that of its first site, of its benchmark, or the first there is.

    Args:
        task_site: the task's site; of several, separated by blanks or commas, the first counts.
        benchmark: the benchmark's name, looked at where the site says nothing.
    """
    words = [*re.split(r"[\s,;|]+", task_site.strip().casefold())[:1], benchmark.casefold()]
    known = (OF_SITE.get(word, word) for word in words)
    return next((name for name in known if name in DOMAINS), DOMAINS[0])


def demonstrations(task_site: str, benchmark: str) -> tuple[Demonstration, ...]:
    """Return the demonstrations for a task on this site of this benchmark."""
    path = FOLDER / f"{domain(task_site, benchmark)}.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Demonstration(
            task=entry["task"], subtasks=tuple(_subtask(each) for each in entry["subtasks"])
        )
        for entry in entries
    )


def _subtask(entry: Mapping[str, object]) -> Subtask:
    return Subtask(
        goal=str(entry["subtask"]),
        expectation=str(entry["target_page_description"]),
        necessary_actions=str(entry.get("necessary_actions", "")),
        needs_answer=bool(entry.get("need_answer", False)),
    )
