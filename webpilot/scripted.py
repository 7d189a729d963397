"""Global roles that say what they are told to: for tests and for teaching.

Their local counterparts are :mod:`mcts.scripted` and :mod:`mcts.gridroles`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcts.protocols import NodeContext
from webpilot.roles import Attempt, Rejection
from webpilot.types import (
    Action,
    Answer,
    Completion,
    Observation,
    Plan,
    Reflection,
    ReflectionScope,
    Subtask,
    Task,
)

__all__ = ["ScriptedController", "ScriptedExtractor", "ScriptedPlanner", "ScriptedVerifier"]


class ScriptedPlanner:
    """Plans the subtasks it was given.

    Args:
        goals: subtasks of the first plan.
        revisions: for each call of ``refine`` what is still to do; then plans stay as they are.
        needs_answer: whether the first plan's subtasks are due an answer.
    """

    def __init__(
        self, goals: Sequence[str], *revisions: Sequence[str], needs_answer: bool = False
    ) -> None:
        self.refined: list[Attempt] = []
        """Every attempt it was shown, in order."""
        self._goals = goals
        self._needs_answer = needs_answer
        self._revisions = list(revisions)

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the first plan."""
        due = self._needs_answer
        return Plan(subtasks=tuple(Subtask(goal=goal, needs_answer=due) for goal in self._goals))

    async def refine(self, task: Task, plan: Plan, attempt: Attempt) -> Plan:
        """Return the next prepared revision, or the plan as it is."""
        self.refined.append(attempt)
        if not self._revisions:
            return plan
        subtasks = tuple(Subtask(goal=goal) for goal in self._revisions.pop(0))
        return replace(
            plan, subtasks=subtasks, revision=plan.revision + 1, supersedes=plan.revision
        )


class ScriptedController:
    """Judges attempts as it was told, one verdict each; then every attempt is complete.

    Args:
        verdicts: whether the first, second, ... attempt is complete.
        lesson: text of its strategic reflections; ``None`` gives none.
    """

    def __init__(self, *verdicts: bool, lesson: str | None = "try something else") -> None:
        self.asked: list[Attempt] = []
        """Every attempt it judged, in order."""
        self._verdicts = list(verdicts)
        self._lesson = lesson

    async def complete(self, task: Task, attempt: Attempt) -> Completion:
        """Return the next verdict."""
        self.asked.append(attempt)
        done = self._verdicts.pop(0) if self._verdicts else True
        return Completion(done=done, reason="as told")

    async def reflect(self, task: Task, attempt: Attempt, reason: str) -> Reflection | None:
        """Return the prepared lesson."""
        if self._lesson is None:
            return None
        return Reflection(scope=ReflectionScope.SUBTASK, text=self._lesson)


class ScriptedExtractor:
    """Reads the answer it was given off every page."""

    def __init__(self, answer: str | None = None) -> None:
        self._answer = answer

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation
    ) -> Answer | None:
        """Return the prepared answer."""
        return None if self._answer is None else Answer(text=self._answer)


class ScriptedVerifier:
    """Lets every action pass but those whose raw string it was told to reject."""

    def __init__(self, *rejected: str) -> None:
        self._rejected = frozenset(rejected)

    async def verify(self, action: Action, context: NodeContext) -> Action | Rejection:
        """Return the action, or why it must not run."""
        if action.raw in self._rejected:
            return Rejection(reason="as told")
        return action
