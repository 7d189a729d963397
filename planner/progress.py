"""How far a plan has come: which subtask is next, how often it was tried, when to give up.

Pure bookkeeping of the global optimisation (method.md, section 3.2); the roles decide, this module
counts. Replaces the authors' loop, whose limit of subtasks raised an exception and lost the task.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from webpilot.types import Plan, Reflection, Subtask

__all__ = ["PlanLimits", "Progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimits:
    """Bounds of the global loop."""

    subtasks: int = 15
    """Finished subtasks after which the agent stops with the state it has."""
    retries: int = 2
    """Further attempts at a subtask after its first one failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A plan being worked off; every change is a new value."""

    plan: Plan
    limits: PlanLimits = PlanLimits()
    finished: tuple[Subtask, ...] = ()
    failures: int = 0
    """Failed attempts at the head of the plan."""
    reflection: Reflection | None = None
    """R_sub of the last failed attempt at the head."""

    @property
    def head(self) -> Subtask | None:
        """The subtask to search next; ``None`` when the plan is done or the limit is reached."""
        if not self.plan.subtasks or len(self.finished) >= self.limits.subtasks:
            return None
        return self.plan.subtasks[0]

    @property
    def last_try(self) -> bool:
        """Whether a failure of the head now would exhaust its retries."""
        return self.failures >= self.limits.retries

    def failed(self, reflection: Reflection) -> Progress:
        """Return the progress after a failed attempt that will be repeated."""
        return replace(self, failures=self.failures + 1, reflection=reflection)

    def completed(self) -> Progress:
        """Return the progress with the head moved to the finished subtasks.

        Also used when the retries are exhausted: the subtask is then *forced* complete, as in the
        paper's code.
        """
        head, rest = self.plan.subtasks[0], self.plan.subtasks[1:]
        return replace(
            self,
            plan=replace(self.plan, subtasks=rest),
            finished=(*self.finished, head),
            failures=0,
            reflection=None,
        )

    def revised(self, plan: Plan) -> Progress:
        """Return the progress with the plan replaced by the Planner's revision of it."""
        return replace(self, plan=plan)
