"""What the global optimisation is made of: functions, and numbers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from planner import adjust, control, decompose, reading
from webpilot.observation import Observation
from webpilot.overriding import Tables
from webpilot.overriding import override as overridden
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, Controller, Extractor, Planner, Review
from webpilot.types import Completion, Task

__all__ = ["TABLES", "PlanConfig", "override", "paper", "webpilot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanConfig:
    """One way to plan."""

    decompose: Callable[[Planner, Task, Observation], Awaitable[Plan]]
    adjust: Callable[[Planner, Task, Plan, Review], Awaitable[Plan]]
    control: Callable[[Controller, Task, Attempt], Awaitable[Completion]]
    read: Callable[
        [Extractor, Task, Subtask, Observation, tuple[Fact, ...]], Awaitable[Fact | None]
    ]
    subtasks: int = 15
    """Finished subtasks after which the agent stops with the state it has."""
    retries: int = 2
    """Further attempts at a subtask after its first one failed."""


TABLES: Tables = {
    "decompose": {"by_planner": decompose.by_planner, "whole_task": decompose.whole_task},
    "adjust": {
        "after_each_subtask": adjust.after_each_subtask,
        "after_each_attempt": adjust.after_each_attempt,
        "retry_only": adjust.retry_only,
    },
    "control": {"by_controller": control.by_controller, "nobody": control.nobody},
    "read": {"verified": reading.verified, "as_read": reading.as_read},
}
"""The functions by name, field by field."""


def override(config: PlanConfig, **changes: Any) -> PlanConfig:
    """Return ``config`` with changes; functions may be given by name.

    Raises:
        ConfigError: no such field, or no such function; the message lists what there is.
    """
    return overridden(config, TABLES, kind="planner", **changes)


def paper() -> PlanConfig:
    """Return the published method; its plan is refined as the paper says, not as its code does."""
    return PlanConfig(
        decompose=decompose.by_planner,
        adjust=adjust.after_each_subtask,
        control=control.by_controller,
        read=reading.as_read,
    )


def webpilot() -> PlanConfig:
    """Return our improved design: failures change the plan too, and answers are verified."""
    return PlanConfig(
        decompose=decompose.by_planner,
        adjust=adjust.after_each_attempt,
        control=control.by_controller,
        read=reading.verified,
    )
