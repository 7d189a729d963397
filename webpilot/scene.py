"""A node that roles are asked about when their promises are checked, and what all must give."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mcts.contract import Promise
from mcts.protocols import NodeContext
from webpilot.plan import Plan, Subtask
from webpilot.roles import Attempt, Roles
from webpilot.types import Answer, Completion, Done, Infeasible, Reflection, ReflectionScope, Task

__all__ = ["OUTCOMES", "Scene", "require_completion", "require_plan", "require_reflection"]

OUTCOMES = (Done, Answer, Infeasible)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the roles are asked about."""

    roles: Roles
    task: Task
    context: NodeContext
    """A node after an action."""

    @property
    def root(self) -> NodeContext:
        """The root of the same search."""
        left = self.context.remaining_actions
        return replace(
            self.context,
            observation=self.context.root,
            history=(),
            siblings=(),
            rivals=(),
            child_reflection=None,
            simulation_reflection=None,
            not_done_reason="",
            failed=False,
            remaining_actions=None if left is None else left + len(self.context.history),
            seed=(*self.context.seed, 1),
        )

    @property
    def simulated(self) -> NodeContext:
        """The node, as if its last step had been a simulated one."""
        return replace(self.context, simulated=True, seed=(*self.context.seed, 2))

    @property
    def claimed(self) -> NodeContext:
        """A proposal to stop at the node."""
        claim = Done(reason="it is done")
        return replace(self.context, claim=claim, seed=(*self.context.seed, 3))

    @property
    def attempt(self) -> Attempt:
        """The search, had it ended at the node without being sure of it."""
        return Attempt(
            subtask=self.context.subtask,
            root=self.context.root,
            steps=self.context.history,
            accepted=False,
            stop_reason="exhausted",
        )


def require_plan(plan: Plan, promise: Promise) -> None:
    """Return ``None`` where it is a plan whose subtasks say what is to be done."""
    promise.require(isinstance(plan, Plan), f"{plan!r:.80} is no Plan")
    named = all(isinstance(each, Subtask) and each.goal.strip() for each in plan.subtasks)
    promise.require(isinstance(plan.subtasks, tuple) and named, f"{plan.subtasks!r:.80}")


def require_completion(completion: Completion, promise: Promise) -> None:
    """Return ``None`` where it says whether it is done, and how to stop if at all."""
    fits = isinstance(completion, Completion) and isinstance(completion.done, bool)
    promise.require(fits and isinstance(completion.reason, str), f"{completion!r:.80}")
    known = completion.outcome is None or isinstance(completion.outcome, OUTCOMES)
    promise.require(known, f"{completion.outcome!r:.80} is no way to stop")


def require_reflection(
    reflection: Reflection | None, scope: ReflectionScope, promise: Promise
) -> None:
    """Return ``None`` where it is of that scope and says something, or is none."""
    if reflection is None:
        return
    promise.require(isinstance(reflection, Reflection), f"{reflection!r:.80} is no Reflection")
    promise.require(reflection.scope is scope, f"{reflection.scope} in place of {scope}")
    says = bool(reflection.text.strip() or reflection.avoid)
    promise.require(says, f"the one of scope {scope} says nothing")
