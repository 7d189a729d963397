"""The benchmarks by name: their tasks, and the suites that play them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from env.localweb import catalogue as localweb
from env.localweb.grounds import LocalwebGrounds
from env.miniwob import catalogue as miniwob
from env.miniwob.reference_search import ReferenceSuite
from env.miniwob.suite import MiniwobSuite
from env.official import OFFICIAL, official_grounds
from env.pool import PoolLimits
from env.sites.exploring import REPLICA
from env.sites.suite import SiteSuite
from env.verified import selection as verified
from env.webarena import selection as webarena
from webpilot.benchmark import Benchmark
from webpilot.errors import ConfigError
from webpilot.naming import named

__all__ = ["BACKENDS", "BENCHMARKS", "Playable", "Playing", "Suite", "Tasks", "find", "suite_of"]

BACKENDS: Mapping[str, type[MiniwobSuite]] = MappingProxyType(
    {"fast": MiniwobSuite, "browsergym": ReferenceSuite}
)
"""Whose environment MiniWoB++ is searched in: ours, or BrowserGym's own."""


class Playable(Protocol):
    """A task of any benchmark, as far as a run must know it."""

    @property
    def id(self) -> str:
        """The benchmark's name and the task's, e.g. ``miniwob.click-test``."""
        ...

    @property
    def split(self) -> str:
        """The benchmark's split that it belongs to."""
        ...

    @property
    def groups(self) -> Mapping[str, str]:
        """Further tables of a summary, and the task's label in each."""
        ...

    @property
    def cluster(self) -> str:
        """What tasks share that are no independent evidence; its own id where none does."""
        ...


class Suite(Benchmark, Protocol):
    """A benchmark that is being played."""

    def close(self) -> None:
        """Let go of browser, servers and files. Safe to call twice."""
        ...

    async def aclose(self) -> None:
        """Close from inside a running event loop, even if we are cancelled meanwhile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The tasks of one benchmark."""

    splits: tuple[str, ...]
    select: Callable[[str], tuple[Playable, ...]]
    """Returns the tasks of a split."""
    load: Callable[[str], Playable]
    """Returns the task with this id."""
    settle: str
    """The clock policy that its pages are made for."""
    budget: Mapping[str, float] = field(default_factory=dict)
    """Bounds of an episode that differ from the presets'."""
    search: Mapping[str, float] = field(default_factory=dict)
    """Settings of the searcher that differ from the presets'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """How a benchmark is played."""

    settle: str
    limits: PoolLimits = PoolLimits()
    backend: str = "fast"
    """Key of :data:`BACKENDS`; of MiniWoB++."""
    explore: str = REPLICA
    """How the search is kept from harm on sites; one of :data:`env.sites.exploring.EXPLORING`."""
    accept_dirty: bool = False
    """Whether a WebArena instance may be played on that is not as its last reset left it."""
    run: str = ""
    """Name of the run, for the log of a WebArena instance."""


SITE_BUDGET = MappingProxyType(
    {"rollouts": 30, "committed_steps": 30, "explored_steps": 90, "seconds": 600}
)
"""The thirty committed steps are BrowserGym's for WebArena."""
SITE_SEARCH = MappingProxyType({"max_depth": 30, "rollouts": 30})


def on_sites(
    splits: tuple[str, ...],
    select: Callable[[str], tuple[Playable, ...]],
    load: Callable[[str], Playable],
) -> Tasks:
    """Return the tasks of a benchmark on sites, which are all played alike."""
    return Tasks(
        splits=splits,
        select=select,
        load=load,
        settle="quiet",
        budget=SITE_BUDGET,
        search=SITE_SEARCH,
    )


BENCHMARKS: Mapping[str, Tasks] = MappingProxyType(
    {
        "miniwob": Tasks(
            splits=miniwob.SPLITS,
            select=miniwob.tasks,
            load=miniwob.load,
            settle="virtual:500",
        ),
        "localweb": on_sites(localweb.SPLITS, localweb.tasks, localweb.load),
        "webarena": on_sites(webarena.SPLITS, webarena.tasks, webarena.load),
        "webarena_verified": on_sites(verified.SPLITS, verified.tasks, verified.load),
    }
)


def find(task_id: str) -> tuple[str, Playable]:
    """Return a task and the name of its benchmark, which stands before the first point.

    Without one it is MiniWoB++'s.

    Raises:
        ConfigError: there is no such task.
    """
    prefix, point, _ = task_id.partition(".")
    name = prefix if point and prefix in BENCHMARKS else "miniwob"
    return name, BENCHMARKS[name].load(task_id)


def suite_of(
    benchmark: str,
    playing: Playing,
    chosen: Sequence[Playable] = (),
    *,
    environ: Mapping[str, str] = os.environ,
) -> Suite:
    """Return a suite that plays a benchmark; its browser and servers start with the first page.

    Args:
        benchmark: key of :data:`BENCHMARKS`.
        playing: how.
        chosen: what is to be played; an instance that is not ready for it is refused.
        environ: names a WebArena instance.

    Raises:
        ConfigError: there is no such benchmark, or something that it needs is not installed, not
            there or not ready.
    """
    named("benchmark", benchmark, BENCHMARKS)
    if benchmark == "localweb":
        local = LocalwebGrounds(explore=playing.explore)
        return SiteSuite(local, settle=playing.settle, limits=playing.limits)
    if benchmark in OFFICIAL:
        grounds = official_grounds(
            benchmark,
            [task.id for task in chosen],
            explore=playing.explore,
            accept_dirty=playing.accept_dirty,
            run=playing.run,
            environ=environ,
        )
        return SiteSuite(grounds, settle=playing.settle, limits=playing.limits)
    if playing.backend not in BACKENDS:
        known = ", ".join(BACKENDS)
        raise ConfigError(f"env.backend={playing.backend!r} is unknown: use one of {known}")
    return BACKENDS[playing.backend](settle=playing.settle, limits=playing.limits)
