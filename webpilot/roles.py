"""The six roles as protocols (decision 18): three global, three local.

Two implementations exist or will: with a language model, and :mod:`webpilot.offline` without one.
Reflection is the Explorer's. Thin adapters in :mod:`webpilot.adapters` join them to what
:mod:`mcts.protocols` asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mcts.protocols import NodeContext, Reflections
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Observation,
    PathStep,
    Plan,
    Reflection,
    Subtask,
    Task,
)

__all__ = [
    "Appraiser",
    "Attempt",
    "Controller",
    "Explorer",
    "Extractor",
    "Planner",
    "Rejection",
    "Roles",
    "Verifier",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One finished search of one subtask, as the global roles see it."""

    subtask: Subtask
    root: Observation
    steps: tuple[PathStep, ...]
    """The path the search chose."""
    accepted: bool
    """The search itself judged the subtask done at the path's end."""
    stop_reason: str

    @property
    def observation(self) -> Observation:
        """The page at the path's end."""
        return self.steps[-1].observation if self.steps else self.root


class Planner(Protocol):
    """Splits a task into subtasks and keeps refining them."""

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the first plan."""
        ...

    async def refine(self, task: Task, plan: Plan, attempt: Attempt) -> Plan:
        """Return the plan after ``attempt`` at a subtask that ``plan`` no longer holds."""
        ...


class Controller(Protocol):
    """Judges whether a subtask is complete, and reflects on failure."""

    async def complete(self, task: Task, attempt: Attempt) -> Completion:
        """Return whether the subtask is done at the end of ``attempt``."""
        ...

    async def reflect(self, task: Task, attempt: Attempt, reason: str) -> Reflection | None:
        """Return the strategic reflection for the next attempt; ``None`` if none would differ."""
        ...


class Extractor(Protocol):
    """Reads the answer off the page."""

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation
    ) -> Answer | None:
        """Return the answer, or ``None`` where the page does not hold it."""
        ...


class Explorer(Protocol):
    """Proposes actions and draws the tactical reflections."""

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` candidates, best first."""
        ...

    async def reflect(self, context: NodeContext) -> Reflections:
        """Return child and sibling reflection of the node."""
        ...

    async def reflect_simulation(self, context: NodeContext) -> Reflection | None:
        """Return the lesson of a simulated step."""
        ...


class Appraiser(Protocol):
    """Scores a node and judges whether the search may stop there."""

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return the bifaceted self-reward."""
        ...

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether the subtask is done at the node."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why a proposed action must not run."""

    reason: str


class Verifier(Protocol):
    """Checks an action against the page before it runs."""

    async def verify(self, action: Action, context: NodeContext) -> Action | Rejection:
        """Return the action to run (repaired where possible) or why it must not run."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """One agent's six roles."""

    planner: Planner
    controller: Controller
    extractor: Extractor
    explorer: Explorer
    appraiser: Appraiser
    verifier: Verifier
    label: str
    """What a report calls this policy, e.g. ``offline policy, no language model``."""
    model: str | None = None
    reads_cues: bool = False
    """Whether the policy reads :class:`~webpilot.types.Cue` (recorded, decision 9)."""
