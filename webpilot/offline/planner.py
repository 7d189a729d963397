"""The Planner without a language model: one subtask, searched as a whole."""

from __future__ import annotations

from dataclasses import replace

from webpilot.observation import Observation
from webpilot.offline.assessment import Judge
from webpilot.offline.goal import parse
from webpilot.plan import Plan, Subtask
from webpilot.roles import Review
from webpilot.types import Task

__all__ = ["OfflinePlanner"]


class OfflinePlanner:
    """Keeps the goal whole: its clauses are mostly closed by one control at the end."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the plan with the whole goal as its only subtask."""
        clauses = parse(task.goal, self._judge.skills)
        subtask = Subtask(
            goal=task.goal,
            expectation="; ".join(clause.text for clause in clauses if not clause.event),
            necessary_actions="; ".join(clause.text for clause in clauses if clause.event),
            needs_answer=task.answer_format is not None,
        )
        return Plan(
            subtasks=(subtask,),
            rationale=f"{len(clauses)} clauses, closed together",
            needs_answer=subtask.needs_answer,
        )

    async def refine(self, task: Task, plan: Plan, review: Review) -> Plan:
        """Return the rest of the plan; a goal that was not reached is left as it stands."""
        return replace(plan, revision=plan.revision + 1, supersedes=plan.revision)
