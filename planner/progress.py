"""How far a plan has come: which subtask is next, how often it was tried, when to give up.

Pure bookkeeping of the global optimisation (method.md, section 3.2); the roles decide, this module
counts. Replaces the authors' loop, whose limit of subtasks raised an exception and lost the task.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from webpilot.plan import Fact, Plan, Subtask
from webpilot.types import Reflection, Task

__all__ = ["Progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A plan being worked off; every change is a new value."""

    task: Task
    plan: Plan
    subtasks: int = 15
    """Finished subtasks after which the agent stops with the state it has."""
    retries: int = 2
    """Further attempts after a subtask's first one failed, however often it is rewritten."""
    finished: tuple[Subtask, ...] = ()
    facts: tuple[Fact, ...] = ()
    """What finished subtasks read off pages."""
    failures: int = 0
    """Failed attempts since the last subtask was finished."""
    reflection: Reflection | None = None
    """R_sub of the last failed attempt at the head."""

    @property
    def head(self) -> Subtask | None:
        """The subtask to search next.

        ``None`` when the plan is done, given up as infeasible, or at the limit of subtasks. A plan
        that is done but for a due answer gets a last subtask that asks for it.
        """
        if self.plan.infeasible or len(self.finished) >= self.subtasks:
            return None
        if self.plan.subtasks:
            return self.plan.subtasks[0]
        asked = bool(self.finished) and self.finished[-1].needs_answer
        if self.plan.needs_answer and not asked:
            return Subtask(
                goal=self.task.goal,
                expectation=self.plan.answer_requirements,
                needs_answer=True,
            )
        return None

    @property
    def last_try(self) -> bool:
        """Whether a failure of the head now would exhaust its retries."""
        return self.failures >= self.retries

    def failed(self, reflection: Reflection) -> Progress:
        """Return the progress after a failed attempt that will be repeated."""
        return replace(self, failures=self.failures + 1, reflection=reflection)

    def completed(self, fact: Fact | None = None) -> Progress:
        """Return the progress with the head moved to the finished subtasks.

        Also used when the retries are exhausted: the subtask is then *forced* complete, as in the
        paper's code.
        """
        head = self.head
        if head is None:
            return self
        return replace(
            self,
            plan=replace(self.plan, subtasks=self.plan.subtasks[1:]),
            finished=(*self.finished, head),
            facts=self.facts if fact is None else (*self.facts, fact),
            failures=0,
            reflection=None,
        )

    def revised(self, plan: Plan) -> Progress:
        """Return the progress with the plan replaced by the Planner's revision of it."""
        return replace(self, plan=plan)
