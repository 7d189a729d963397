"""The six roles as protocols (decision 18): three global, three local.

Two casts play them: one with a language model (:mod:`webpilot.cast`), and :mod:`webpilot.offline`
without one. Reflection is the Explorer's. Thin adapters in :mod:`webpilot.adapters` join them to
what :mod:`mcts.protocols` asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from mcts.protocols import HistoryStep, NodeContext
from webpilot.budget import Budget
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Reflection,
    ReflectionScope,
    Task,
)

__all__ = [
    "Appraiser",
    "Attempt",
    "Cast",
    "Controller",
    "Explorer",
    "Extractor",
    "OnEvent",
    "Planner",
    "Reading",
    "Rejection",
    "Review",
    "Roles",
    "Stage",
    "Verifier",
]

OnEvent = Callable[[str, Mapping[str, object]], None]
"""Receives every recorded activity as a name and plain data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One finished search of one subtask, as the global roles see it."""

    subtask: Subtask
    root: Observation
    steps: tuple[HistoryStep, ...]
    """The path the search chose, with what each action did."""
    accepted: bool
    """The search itself judged the subtask done at the path's end."""
    stop_reason: str
    committed: bool = False
    """Its path was taken on the judged page, for good; the next attempt begins behind it."""

    @property
    def observation(self) -> Observation:
        """The page at the path's end."""
        return self.steps[-1].observation if self.steps else self.root


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the Planner is told after an attempt: never the page itself, only what was made of it.

    The plan under review holds what is still to do: the attempted subtask is its first one if the
    attempt failed, and no longer in it if it is finished.
    """

    attempt: Attempt
    completion: Completion
    reflection: Reflection | None = None
    """R_sub, where the attempt failed and another one follows."""
    finished: tuple[Subtask, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the Extractor made of a page, not yet checked against it."""

    value: str
    evidence: str = ""
    """The page's own words that show it."""
    absent: bool = False
    """The page shows that there is no such information; ``value`` says so (``N/A``, ``0``)."""


class Planner(Protocol):
    """Splits a task into subtasks and keeps refining them."""

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the first plan."""
        ...

    async def refine(self, task: Task, plan: Plan, review: Review) -> Plan:
        """Return what is to be done instead of ``plan``, or ``plan`` itself."""
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
    """Reads information off pages and words the answer."""

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation, facts: tuple[Fact, ...]
    ) -> Reading | None:
        """Return what the subtask asks for, or ``None`` where the page does not hold it."""
        ...

    async def conclude(self, task: Task, plan: Plan, facts: tuple[Fact, ...]) -> Answer | None:
        """Return the task's answer, made of the facts; ``None`` where they do not suffice."""
        ...


class Explorer(Protocol):
    """Proposes actions, says what they did, and draws the tactical reflections."""

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` candidates, best first."""
        ...

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return what the last action did; ``None`` where nobody puts it into words."""
        ...

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return the lesson for those whom ``scope`` names: children, siblings, a simulation's."""
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
    """One agent's six roles, for one episode."""

    planner: Planner
    controller: Controller
    extractor: Extractor
    explorer: Explorer
    appraiser: Appraiser
    verifier: Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What roles are given of the episode that they are to play."""

    task: Task
    budget: Budget
    """Model calls and tokens are charged here."""
    on_event: OnEvent
    seed: int = 0
    """Of the run's own random numbers."""


class Cast(Protocol):
    """Who plays: the six roles under one name, made anew for each episode."""

    @property
    def label(self) -> str:
        """What a report calls this policy, e.g. ``offline policy, no language model``."""
        ...

    @property
    def model(self) -> str | None:
        """Name of the language model, or ``None``."""
        ...

    @property
    def reads_cues(self) -> bool:
        """Whether it reads :class:`~webpilot.observation.Cue` (recorded, decision 9)."""
        ...

    def roles(self, stage: Stage) -> Roles:
        """Return the six roles for one episode."""
        ...

    async def aclose(self) -> None:
        """Let go of connections; closing twice is harmless."""
        ...
