"""Who judges whether a subtask is complete (method.md, section 3.2, III)."""

from __future__ import annotations

from webpilot.roles import Attempt, Controller
from webpilot.types import Completion, Task

__all__ = ["by_controller", "nobody"]


async def by_controller(controller: Controller, task: Task, attempt: Attempt) -> Completion:
    """Return the Controller's judgement."""
    return await controller.complete(task, attempt)


async def nobody(controller: Controller, task: Task, attempt: Attempt) -> Completion:
    """Return that the subtask is complete, whatever the search found; nobody is asked."""
    del controller, task, attempt
    return Completion(done=True, reason="no controller: every attempt counts as complete")
