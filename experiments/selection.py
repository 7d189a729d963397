"""Which episodes a run plays: the tasks of a benchmark that are asked for, and their seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from env.benchmarks import BENCHMARKS, Playable
from webpilot.errors import ConfigError

__all__ = ["episodes_of"]


def episodes_of(plain: Mapping[str, Any]) -> tuple[tuple[Playable, int], ...]:
    """Return every (task, seed), seed by seed so that a cut run has seen every task.

    Args:
        plain: the composed configuration; ``benchmark.name`` is known to exist.

    Raises:
        ConfigError: tasks or seeds are of the wrong kind, or none is left.
    """
    benchmark = BENCHMARKS[plain["benchmark"]["name"]]
    chosen, split = plain["task"], benchmark.select(str(plain["split"]))
    names = [chosen] if isinstance(chosen, str) else chosen
    if names is None:
        found = _kept(plain["benchmark"], split)
    elif isinstance(names, list) and names and all(isinstance(name, str) for name in names):
        found = tuple(dict.fromkeys(benchmark.load(name) for name in names))
    else:
        raise ConfigError(f"task={chosen!r} must be the name of a task or a list of names")
    return tuple((task, seed) for seed in _seeds(plain) for task in found)


def _kept(node: Mapping[str, Any], split: tuple[Playable, ...]) -> tuple[Playable, ...]:
    """Return the tasks that need no sites and are of no templates but those named."""
    sites, templates = node["sites"], node["templates"]
    for key, chosen in (("sites", sites), ("templates", templates)):
        if chosen is not None and (not isinstance(chosen, list) or not chosen):
            raise ConfigError(f"benchmark.{key}={chosen!r} must be a list, e.g. [shopping] or [3]")
    found = tuple(
        task
        for task in split
        if (sites is None or set(task.groups.get("site", "").split("+")) <= set(sites))
        and (templates is None or task.groups.get("template") in {str(each) for each in templates})
    )
    if not found:
        raise ConfigError("no task of the split is on these sites and of these templates")
    return found


def _seeds(plain: Mapping[str, Any]) -> tuple[int, ...]:
    seed, seeds = plain["seed"], plain["seeds"]
    wanted: Any = [seed] if seed is not None else seeds
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        wanted = list(range(wanted))
    fits = isinstance(wanted, list) and all(
        isinstance(each, int) and not isinstance(each, bool) and 0 <= each < 2**32
        for each in wanted
    )
    if not fits or not wanted:
        raise ConfigError(
            f"seeds={seeds!r} seed={seed!r}: give whole numbers from 0 on, e.g. seed=3, seeds=2 "
            "or seeds=[0,1]"
        )
    return tuple(dict.fromkeys(wanted))
