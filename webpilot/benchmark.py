"""What the episode runner needs from a benchmark: a world to search, and an episode to be judged.

Two worlds (decision 1): nothing that a :class:`SearchSide` offers carries a reward.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from mcts.protocols import Worlds
from webpilot.committing import Reroot
from webpilot.observation import Observation
from webpilot.types import Action, Task
from webpilot.verdict import Episode

__all__ = ["Benchmark", "Costs", "SearchSide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What the search world's browser did, measured; never part of a comparison of results."""

    restores: Mapping[str, int] = field(default_factory=dict)
    """Restorations by tier."""
    restore_ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by tier, failed tries included."""
    restore_levels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By tier, how often its tries ended at each level."""
    replayed_steps: int = 0
    drifted: int = 0
    seconds_browser: float = 0.0


class SearchSide(Protocol):
    """The world that is explored, opened for one episode."""

    @property
    def task(self) -> Task:
        """What is asked."""
        ...

    @property
    def root(self) -> Observation:
        """The page right after a fresh load."""
        ...

    @property
    def worlds(self) -> Worlds:
        """Where the search acts."""
        ...

    @property
    def reroot(self) -> Reroot | None:
        """Brings the search to where the judged episode stands.

        ``None`` where the whole path is committed at the end; else each subtask's path is committed
        when it is found, and the next search begins from there (decision 2).
        """
        ...

    @property
    def anew(self) -> bool:
        """Whether the servers hold nothing that an earlier try at the episode has done.

        Else that try was cut off, and what it has done counts; see :mod:`webpilot.steps`.
        """
        ...

    @property
    def contaminated(self) -> Callable[[], str]:
        """Returns why the result does not stand for clean servers; empty where it does."""
        ...

    def side_effects(self) -> tuple[str, ...]:
        """Return what search and commit have done to the site so far, one line each."""
        ...

    def costs(self) -> Costs:
        """Return what the browser did so far."""
        ...


class Benchmark(Protocol):
    """A set of tasks with their pages, opened twice per episode."""

    def open_search(self, task_id: str, seed: int) -> AbstractAsyncContextManager[SearchSide]:
        """Return a context manager that yields the search world of one episode."""
        ...

    def open_episode(self, task_id: str, seed: int) -> AbstractAsyncContextManager[Episode]:
        """Return a context manager that yields the judged episode, freshly loaded."""
        ...

    async def pictures(
        self, task_id: str, seed: int, actions: Sequence[Action]
    ) -> tuple[bytes, ...]:
        """Return the page as PNG before the first and after each action.

        Replays the committed path in real time, in a page of its own (decision 11).
        """
        ...

    def versions(self) -> dict[str, str]:
        """Return the versions of browser and packages that a result depends on."""
        ...
