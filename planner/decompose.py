"""Hierarchical task decomposition (method.md, section 3.1), and the plan of who has no planner."""

from __future__ import annotations

from webpilot.observation import Observation
from webpilot.plan import Plan, Subtask
from webpilot.roles import Planner
from webpilot.types import Task

__all__ = ["by_planner", "whole_task"]


async def by_planner(planner: Planner, task: Task, observation: Observation) -> Plan:
    """Return the Planner's subtasks."""
    return await planner.plan(task, observation)


async def whole_task(planner: Planner, task: Task, observation: Observation) -> Plan:
    """Return the task as its own and only subtask; nobody is asked."""
    del planner, observation
    due = task.answer_format is not None
    return Plan(
        subtasks=(Subtask(goal=task.goal, needs_answer=due),),
        rationale="the task is the only subtask",
        needs_answer=due,
        answer_requirements=task.answer_format or "",
    )
