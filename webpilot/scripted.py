"""Global roles that say what they are told to: for tests and for teaching.

Their local counterparts are :mod:`mcts.scripted` and :mod:`mcts.gridroles`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mcts.protocols import NodeContext
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, Reading, Rejection, Review
from webpilot.types import Action, Answer, Completion, Reflection, ReflectionScope, Task

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
        self.refined: list[Review] = []
        """Every review it was shown, in order."""
        self._goals = goals
        self._needs_answer = needs_answer
        self._revisions = list(revisions)

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the first plan."""
        due = self._needs_answer
        subtasks = tuple(Subtask(goal=goal, needs_answer=due) for goal in self._goals)
        return Plan(subtasks=subtasks, needs_answer=due)

    async def refine(self, task: Task, plan: Plan, review: Review) -> Plan:
        """Return the next prepared revision, or the plan as it is."""
        self.refined.append(review)
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
    """Reads prepared values off pages.

    Args:
        value: what every page holds; ``None`` is nothing.
        held: what the pages of these titles hold instead.
    """

    def __init__(self, value: str | None = None, held: Mapping[str, str] | None = None) -> None:
        self.asked: list[tuple[Subtask, tuple[Fact, ...]]] = []
        """Every subtask it read for, with the facts it was given."""
        self._value = value
        self._held = held or {}

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation, facts: tuple[Fact, ...]
    ) -> Reading | None:
        """Return what was prepared for the page, said to be absent so that it needs no evidence."""
        self.asked.append((subtask, facts))
        value = self._held.get(observation.title, self._value)
        return None if value is None else Reading(value=value, absent=True)

    async def conclude(self, task: Task, plan: Plan, facts: tuple[Fact, ...]) -> Answer | None:
        """Return all values, one after the other."""
        return Answer(text=", ".join(fact.value for fact in facts)) if facts else None


class ScriptedVerifier:
    """Lets every action pass but those whose raw string it was told to reject."""

    def __init__(self, *rejected: str) -> None:
        self._rejected = frozenset(rejected)

    async def verify(self, action: Action, context: NodeContext) -> Action | Rejection:
        """Return the action, or why it must not run."""
        if action.raw in self._rejected:
            return Rejection(reason="as told")
        return action
