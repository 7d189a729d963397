"""Reflective Task Adjustment: when the Planner sees its plan again (method.md, section 3.2, V)."""

from __future__ import annotations

from webpilot.plan import Plan
from webpilot.roles import Planner, Review
from webpilot.types import Task

__all__ = ["after_each_attempt", "after_each_subtask", "retry_only"]


async def after_each_subtask(planner: Planner, task: Task, plan: Plan, review: Review) -> Plan:
    """Return the refined plan once a subtask is finished; a failed one is repeated as it stands."""
    return plan if review.reflection is not None else await planner.refine(task, plan, review)


async def after_each_attempt(planner: Planner, task: Task, plan: Plan, review: Review) -> Plan:
    """Return the refined plan after success and failure alike.

    Goes beyond the paper: what a failed attempt has seen may show that its subtask was the wrong
    one (method.md, section 9, weakness 3).
    """
    return await planner.refine(task, plan, review)


async def retry_only(planner: Planner, task: Task, plan: Plan, review: Review) -> Plan:
    """Return the plan as it is; nobody is asked."""
    del planner, task, review
    return plan
