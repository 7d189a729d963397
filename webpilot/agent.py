"""The agent: plan, search, judge, reflect, adjust, commit. Reads like the paper's algorithm.

Global optimisation (method.md, section 3.2) over local searches (section 4). The agent holds the
judged episode as a :class:`~webpilot.committing.Committer`: it can commit a path, it can never ask
for the score.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mcts.config import SearchConfig
from mcts.protocols import Worlds
from mcts.search import SearchResult
from planner.config import PlanConfig
from planner.progress import Progress
from webpilot.budget import Budget
from webpilot.committing import Committer, Reroot
from webpilot.errors import BudgetExhausted
from webpilot.local import (
    LocalSearch,
    SearchedAttempt,
    adopt,
    as_committed,
    best_try,
    summed_up,
)
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, OnEvent, Review, Roles
from webpilot.types import (
    Action,
    Completion,
    Done,
    Infeasible,
    Outcome,
    Path,
    PathStep,
    Reflection,
    Task,
)

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
class _Journey:
    """Where the agent stands; what it has when a budget ends it, it commits."""

    path: Path
    """What finished subtasks have adopted."""
    progress: Progress
    worlds: Worlds
    """Where the search acts."""
    taken: tuple[PathStep, ...] = ()
    """Steps committed before the path's root, where subtasks are committed one by one."""
    tries: list[SearchResult] = field(default_factory=list)
    """Searches since the last subtask was finished."""
    outcome: Outcome = Done(reason="the plan is worked off")
    stop_reason: str = "exhausted"


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
        journey = _Journey(path=Path(root=root), progress=empty, worlds=worlds)
        taking = None if reroot is None else Taking(committer, reroot)
        try:
            plan = await limits.decompose(self.roles.planner, self.task, root)
            self._revise(journey, plan)
            while (subtask := journey.progress.head) is not None:
                if not await self._work_on(subtask, journey, taking):
                    break
        except BudgetExhausted:
            journey.stop_reason = "budget"
            if journey.tries:
                journey.path = adopt(journey.path, best_try(journey.tries))
        return await self._end(journey, committer)

    async def _work_on(self, subtask: Subtask, journey: _Journey, taking: Taking | None) -> bool:
        """Return whether to go on after one attempt at the head of the plan."""
        fact = await self._read(subtask, journey.path.target, journey.progress)
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
            best = best_try(journey.tries)
            if taking is not None and (result.accepted or journey.progress.last_try):
                attempt = await self._take(journey, summed_up(subtask, journey.path, best), taking)
            completion, fact = await self._judged(attempt, journey.progress)
            reflection = await self._lesson(journey.progress, attempt, completion)
            if reflection is not None:
                journey.progress = journey.progress.failed(reflection)
                await self._adjust(journey, attempt, completion, reflection)
                return True
            if journey.tries:
                attempt = summed_up(subtask, journey.path, best)
                journey.path, journey.tries = adopt(journey.path, best), []
            journey.outcome = completion.outcome or best.outcome or journey.outcome
            journey.stop_reason = self._local.why(result)
        journey.progress = journey.progress.completed(fact)
        if journey.stop_reason in FINAL:
            return False
        await self._adjust(journey, attempt, completion, None)
        return True

    async def _take(self, journey: _Journey, attempt: Attempt, taking: Taking) -> Attempt:
        """Return the attempt as it was committed; the search goes on from where that has led."""
        path = adopt(journey.path, best_try(journey.tries))
        seen = await taking.committer.commit([step.action for step in path.all_steps])
        rooted = await taking.reroot()
        self.on_event("reroot", {"committed": len(taking.committer.committed)})
        journey.taken += path.all_steps
        journey.path, journey.worlds = Path(root=rooted.root), rooted.worlds
        journey.tries = []
        return as_committed(attempt, seen)

    async def _judged(self, attempt: Attempt, progress: Progress) -> tuple[Completion, Fact | None]:
        """Return whether the subtask is done at the attempt's end, and what was read there."""
        completion = await self.config.plan.control(self.roles.controller, self.task, attempt)
        fact = None
        if attempt.subtask.needs_answer and (completion.done or progress.last_try):
            fact = await self._read(attempt.subtask, attempt.observation, progress)
            if fact is None:
                completion = replace(
                    completion, done=False, reason="the page does not hold what is asked for"
                )
        self.on_event("subtask", {"done": completion.done, "reason": completion.reason})
        return completion, fact

    async def _read(
        self, subtask: Subtask, observation: Observation, progress: Progress
    ) -> Fact | None:
        """Return what the subtask asks for; ``None`` if nothing is due or nothing is found."""
        if not subtask.needs_answer:
            return None
        fact = await self.config.plan.read(
            self.roles.extractor, self.task, subtask, observation, progress.facts
        )
        if fact is not None:
            self.on_event(
                "fact",
                {"question": fact.question, "value": fact.value, "evidence": fact.evidence},
            )
        return fact

    async def _lesson(
        self, progress: Progress, attempt: Attempt, completion: Completion
    ) -> Reflection | None:
        """Return the lesson for another attempt at the subtask, or ``None`` to go on.

        Only an attempt that came to its own end is repeated: what the budget, the action limit or
        drift has cut would be cut again.
        """
        ended_by_itself = attempt.stop_reason in ("exhausted", "done")
        if completion.done or progress.last_try or not ended_by_itself:
            return None
        lesson = await self.roles.controller.reflect(self.task, attempt, completion.reason)
        if lesson is not None:
            self.on_event("lesson", {"text": lesson.text})
        return lesson

    async def _adjust(
        self,
        journey: _Journey,
        attempt: Attempt,
        completion: Completion,
        reflection: Reflection | None,
    ) -> None:
        """Let the Planner see its plan again, in the light of the attempt."""
        progress = journey.progress
        review = Review(
            attempt=attempt,
            completion=completion,
            reflection=reflection,
            finished=progress.finished,
            facts=progress.facts,
        )
        plan = await self.config.plan.adjust(self.roles.planner, self.task, progress.plan, review)
        if plan is not progress.plan:
            self._revise(journey, plan)

    def _revise(self, journey: _Journey, plan: Plan) -> None:
        """Take over a plan, and record it."""
        journey.progress = journey.progress.revised(plan)
        if plan.infeasible:
            journey.outcome = Infeasible(reason=plan.infeasible)
            journey.stop_reason = "infeasible"
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

    async def _end(self, journey: _Journey, committer: Committer) -> AgentResult:
        """Return the result after the answer is worded and the path committed."""
        progress, outcome = journey.progress, journey.outcome
        due = progress.plan.needs_answer or self.task.answer_due
        if due and progress.facts and not isinstance(outcome, Infeasible):
            with suppress(BudgetExhausted):
                answer = await self.roles.extractor.conclude(
                    self.task, progress.plan, progress.facts
                )
                outcome = answer or outcome
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
