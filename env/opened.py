"""The search side of one episode, as the episode runner holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from env.measure import Measured
from mcts.protocols import Worlds
from webpilot.benchmark import Costs
from webpilot.committing import Reroot
from webpilot.observation import Observation
from webpilot.types import Task

__all__ = ["MeasuredWorlds", "Opened"]


class MeasuredWorlds(Worlds, Protocol):
    """Worlds that count what they cost."""

    def measured(self) -> Measured:
        """Return what the browser did so far."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The search side of one episode; implements :class:`webpilot.benchmark.SearchSide`."""

    task: Task
    root: Observation
    worlds: MeasuredWorlds
    reroot: Reroot | None = None
    """See :class:`webpilot.benchmark.SearchSide`."""
    anew: bool = True
    """See :class:`webpilot.benchmark.SearchSide`."""
    contaminated: Callable[[], str] = str
    """Returns why the result does not stand for clean servers; empty where it does."""
    effects: Callable[[], tuple[str, ...]] = tuple
    """Returns what was done to the site so far, one line each."""

    def costs(self) -> Costs:
        """Return what the search world's browser did so far."""
        read = self.worlds.measured()
        return Costs(
            restores=read.restores,
            replayed_steps=read.replayed_steps,
            restore_ms=read.restore_ms,
            restore_levels=read.restore_levels,
            drifted=read.drifted,
            seconds_browser=read.seconds_browser,
        )

    def side_effects(self) -> tuple[str, ...]:
        """Return what was done to the site so far, by search and commit, one line each."""
        return self.effects()
