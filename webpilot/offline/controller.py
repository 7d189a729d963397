"""The Controller without a language model: the same predicates, over the whole attempt."""

from __future__ import annotations

from mcts.protocols import NodeContext
from webpilot.offline.assessment import Assessment, Judge
from webpilot.roles import Attempt
from webpilot.types import Completion, Reflection, Task

__all__ = ["OfflineController"]


class OfflineController:
    """Judges an attempt by the clauses of its subtask."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def complete(self, task: Task, attempt: Attempt) -> Completion:
        """Return whether every clause holds at the end of ``attempt``."""
        now = self._assess(task, attempt)
        if now.satisfied:
            return Completion(done=True, reason="every clause holds")
        return Completion(done=False, reason=f"still missing: {_missing(now)}")

    async def reflect(self, task: Task, attempt: Attempt, reason: str) -> Reflection | None:
        """Return ``None``: the same predicates would rank the same proposals again."""
        return None

    def _assess(self, task: Task, attempt: Attempt) -> Assessment:
        """Return the assessment of the attempt's end."""
        return self._judge.assess(
            NodeContext(
                goal=task.goal,
                subtask=attempt.subtask,
                observation=attempt.observation,
                root=attempt.root,
                history=attempt.steps,
            )
        )


def _missing(now: Assessment) -> str:
    """Return the open clauses in the goal's words."""
    return "; ".join(now.clauses[position].text for position in now.open) or "nothing known"
