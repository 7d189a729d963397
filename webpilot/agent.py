"""The agent: plan, search, judge, reflect, adjust, commit. Reads like the paper's algorithm.

Global optimisation (method.md, section 3.2) over local searches (section 4). The agent holds the
judged episode as a :class:`~webpilot.committing.Committer`: it can commit a path, it can never ask
for the score.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from mcts.config import SearchConfig
from mcts.protocols import Worlds
from planner.config import PlanConfig
from planner.progress import Progress
from webpilot.budget import Budget
from webpilot.committing import Committer, Reroot
from webpilot.errors import BudgetExhausted
from webpilot.guidance import Guidance
from webpilot.journey import Journey
from webpilot.local import LocalSearch, SearchedAttempt, as_committed, summed_up
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, OnEvent, Roles
from webpilot.types import Action, Completion, Infeasible, Outcome, Path, Reflection, Task

FINAL = ("infeasible", "budget", "limit", "drift")
"""Ends of a search after which no further subtask is tried."""

__all__ = ["Agent", "AgentConfig", "AgentResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """What one agent does, apart from its roles and its budget."""

    search: SearchConfig
    plan: PlanConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResult:
    """How an agent ended, before the benchmark's verdict."""

    outcome: Outcome
    actions: tuple[Action, ...]
    """The committed path."""
    stop_reason: str
    """``done, infeasible, exhausted, budget, limit`` or ``drift``."""
    plan_revision: int
    facts: tuple[Fact, ...] = ()


class Taking(NamedTuple):
    """What it takes to commit subtask by subtask."""

    committer: Committer
    reroot: Reroot


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent on one task. ``attempts`` grows while it runs, so a broken run keeps its trees."""

    task: Task
    roles: Roles
    config: AgentConfig
    budget: Budget
    seed: tuple[int, ...]
    on_event: OnEvent
    attempts: list[SearchedAttempt] = field(default_factory=list)

    @property
    def _guidance(self) -> Guidance:
        return Guidance(
            task=self.task, roles=self.roles, config=self.config.plan, on_event=self.on_event
        )

    @property
    def _local(self) -> LocalSearch:
        return LocalSearch(
            task=self.task,
            roles=self.roles,
            config=self.config.search,
            budget=self.budget,
            seed=self.seed,
            on_event=self.on_event,
            attempts=self.attempts,
        )

    async def run(
        self,
        root: Observation,
        worlds: Worlds,
        committer: Committer,
        *,
        reroot: Reroot | None = None,
    ) -> AgentResult:
        """Return how the agent stopped, after committing the path it chose.

        Args:
            root: the page right after a fresh load of the search world.
            worlds: where the search acts.
            committer: where the chosen path is taken, once.
            reroot: given where each subtask is committed when its path is found, and the next
                search begins where that has led; ``None`` commits everything at the end.
        """
        limits = self.config.plan
        empty = Progress(
            task=self.task,
            plan=Plan(subtasks=()),
            subtasks=limits.subtasks,
            retries=limits.retries,
        )
        journey = Journey(path=Path(root=root), progress=empty, worlds=worlds)
        taking = None if reroot is None else Taking(committer, reroot)
        try:
            self._revise(journey, await self._guidance.planned(root))
            while (subtask := journey.progress.head) is not None:
                if not await self._work_on(subtask, journey, taking):
                    break
        except BudgetExhausted:
            journey.stop_reason = "budget"
            if journey.tries:
                journey.path = journey.adopted
        return await self._end(journey, committer)

    async def _work_on(self, subtask: Subtask, journey: Journey, taking: Taking | None) -> bool:
        """Return whether to go on after one attempt at the head of the plan."""
        fact = await self._guidance.read(subtask, journey.path.target, journey.progress)
        if fact is not None:  # the page at hand holds what is asked for: nothing to search
            attempt = Attempt(
                subtask=subtask,
                root=journey.path.target,
                steps=(),
                accepted=True,
                stop_reason="done",
            )
            completion = Completion(done=True, reason="read off the page")
            journey.tries, journey.stop_reason = [], "done"
        else:
            result = await self._local.run(
                subtask, journey.path, journey.worlds, journey.progress, taken=journey.taken
            )
            journey.tries.append(result)
            attempt = summed_up(subtask, journey.path, result)
            best = journey.best
            if taking is not None and (result.accepted or journey.progress.last_try):
                attempt = await self._take(journey, summed_up(subtask, journey.path, best), taking)
            completion, fact = await self._guidance.judged(attempt, journey.progress)
            reflection = await self._guidance.lesson(journey.progress, attempt, completion)
            if reflection is not None:
                journey.progress = journey.progress.failed(reflection)
                await self._adjust(journey, attempt, completion, reflection)
                return True
            if journey.tries:
                attempt = summed_up(subtask, journey.path, best)
                journey.path, journey.tries = journey.adopted, []
            journey.outcome = completion.outcome or best.outcome or journey.outcome
            journey.stop_reason = self._local.why(result)
        journey.progress = journey.progress.completed(fact)
        if journey.stop_reason in FINAL:
            return False
        await self._adjust(journey, attempt, completion, None)
        return True

    async def _take(self, journey: Journey, attempt: Attempt, taking: Taking) -> Attempt:
        """Return the attempt as it was committed; the search goes on from where that has led."""
        steps = journey.adopted.all_steps
        seen = await taking.committer.commit([step.action for step in steps])
        rooted = await taking.reroot()
        self.on_event("reroot", {"committed": len(taking.committer.committed)})
        journey.go_on_from(rooted, taken=steps)
        return as_committed(attempt, seen)

    async def _adjust(
        self,
        journey: Journey,
        attempt: Attempt,
        completion: Completion,
        reflection: Reflection | None,
    ) -> None:
        """Let the Planner see its plan again, in the light of the attempt."""
        progress = journey.progress
        plan = await self._guidance.adjusted(progress, attempt, completion, reflection)
        if plan is not progress.plan:
            self._revise(journey, plan)

    def _revise(self, journey: Journey, plan: Plan) -> None:
        """Take over a plan, and record it."""
        journey.revise(plan)
        self.on_event(
            "plan",
            {
                "revision": plan.revision,
                "supersedes": plan.supersedes,
                "rationale": plan.rationale,
                "infeasible": plan.infeasible,
                "subtasks": [subtask.goal for subtask in plan.subtasks],
            },
        )

    async def _end(self, journey: Journey, committer: Committer) -> AgentResult:
        """Return the result after the answer is worded and the path committed."""
        progress, outcome = journey.progress, journey.outcome
        if not isinstance(outcome, Infeasible):
            with suppress(BudgetExhausted):
                outcome = await self._guidance.answer(progress) or outcome
        return AgentResult(
            outcome=outcome,
            actions=await self._commit(journey.path, committer),
            stop_reason=journey.stop_reason,
            plan_revision=progress.plan.revision,
            facts=progress.facts,
        )

    async def _commit(self, path: Path, committer: Committer) -> tuple[Action, ...]:
        """Return the actions that were executed on the judged page."""
        await committer.commit([step.action for step in path.all_steps])
        committed = committer.committed
        self.budget.record("committed_steps", len(committed))
        self.on_event("commit", {"actions": [action.raw for action in committed]})
        return committed
