"""What the search core needs from the world and from the roles. It owns these protocols.

No reward, no info dict and no console output crosses them (decision 1): a world says what the
page shows and whether it still takes actions, nothing about success.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np

from webpilot.observation import Observation
from webpilot.plan import Fact, Subtask
from webpilot.types import (
    Action,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Outcome,
    Path,
    Reflection,
    ReflectionScope,
)

__all__ = [
    "Appraiser",
    "HistoryStep",
    "Lessons",
    "Level",
    "NodeContext",
    "Policy",
    "Reflector",
    "Restored",
    "SiblingNote",
    "Transition",
    "World",
    "Worlds",
]


class Level(StrEnum):
    """How far a restored page agrees with the page that was first seen there (decision 6)."""

    EXACT = "exact"
    EQUIVALENT = "equivalent"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """The page after one action."""

    observation: Observation
    ended: bool
    """The page takes no more actions. Stops expansion; enters no value and no acceptance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The page after going back to a path's end."""

    observation: Observation
    tier: str
    """Name of the restoration tier that produced the page, for the record only."""
    level: Level


class World(Protocol):
    """One live state that can act and go back."""

    async def observe(self) -> Observation:
        """Return the current page without changing it."""
        ...

    async def step(self, action: Action) -> Transition:
        """Execute ``action``; a failed action is an observation with ``last_error``, no exception.

        Raises:
            EnvironmentDown: the page or browser is gone.
        """
        ...

    async def restore(self, path: Path) -> Restored:
        """Go back to the end of ``path`` and say how exactly that was achieved.

        Bids of the returned observation are those of ``path.target``.
        """
        ...


class Worlds(Protocol):
    """A pool of worlds of one episode; serial search holds one lease."""

    def lease(self) -> AbstractAsyncContextManager[World]:
        """Return a context manager that yields a world for exclusive use."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStep:
    """One executed action on the way to a node, with its observed effect."""

    action: Action
    observation: Observation
    """The page that followed."""
    effect: Effect | None = None
    """What it did, in the describing role's words."""
    reason: str = ""
    """What the appraiser said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingNote:
    """An action already tried at the same parent, with the lesson drawn from it."""

    candidate: Candidate
    reflection: Reflection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeContext:
    """All that a role may know of a node; built anew for each call."""

    goal: str
    """The task's goal, verbatim."""
    subtask: Subtask
    observation: Observation
    """The page at the node."""
    root: Observation
    """The page at the search's root."""
    history: tuple[HistoryStep, ...] = ()
    """Steps from the search's root to the node; the last one led here."""
    committed: tuple[HistoryStep, ...] = ()
    """Steps of finished subtasks, before the search's root."""
    finished: tuple[Subtask, ...] = ()
    """Subtasks done before this one."""
    facts: tuple[Fact, ...] = ()
    """What was read off pages so far."""
    siblings: tuple[SiblingNote, ...] = ()
    """Children the node already has, oldest first (for ``propose``)."""
    rivals: tuple[Candidate, ...] = ()
    """The parent's proposals that wait to be tried: what a sibling reflection may speak against."""
    child_reflection: Reflection | None = None
    """R_c of the node itself: advice for its children."""
    simulation_reflection: Reflection | None = None
    strategic_reflection: Reflection | None = None
    """R_sub of the previous attempt at this subtask."""
    not_done_reason: str = ""
    """C_t: why the node was not judged complete."""
    remaining_actions: int | None = None
    """Actions left before the benchmark's limit; ``None`` without one."""
    ended: bool = False
    """The page takes no more actions. Policies must not propose; appraisers must not read it."""
    failed: bool = False
    """The last action was an error and left the page as it was."""
    simulated: bool = False
    """The observation is a simulated step's, not a node's."""
    claim: Outcome | None = None
    """The stop proposed at this node, for the appraiser to judge; ``None`` after an action."""
    seed: tuple[int, ...] = ()
    """Key of this node's random numbers (decision 16)."""

    @property
    def previous(self) -> Observation:
        """The page before the last action (the root's at the root)."""
        return self.history[-2].observation if len(self.history) > 1 else self.root

    def rng(self, role: str, sample: int = 0) -> np.random.Generator:
        """Return the generator of (run seed, task, node, role, sample): equal keys, equal draws."""
        words = (*self.seed, *role.encode(), sample)
        return np.random.default_rng(np.random.SeedSequence(words))


class Policy(Protocol):
    """Proposes what to try at a node."""

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` candidates, best first; empty where nothing is left to try."""
        ...


class Appraiser(Protocol):
    """Judges a node from what the page shows."""

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return the bifaceted self-reward of the node."""
        ...

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether the subtask is done at the node."""
        ...


class Lessons(NamedTuple):
    """The tactical reflections of one node; either may be missing."""

    child: Reflection | None = None
    sibling: Reflection | None = None


class Reflector(Protocol):
    """Says what an executed action did, and draws lessons from it, whatever its score."""

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return what the last action did; ``None`` where nobody puts it into words."""
        ...

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return the lesson for those whom ``scope`` names: children, siblings, or a simulation's.

        ``SUBTASK`` is never asked for here: that lesson is the Controller's.
        """
        ...
