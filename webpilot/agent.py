"""The agent: plan, search, judge, refine, commit. Reads like the paper's algorithm.

Global optimisation (method.md, section 3.2) over local searches (section 4). The agent holds the
judged episode as a :class:`~webpilot.verdict.Committer`: it can commit a path, it can never ask
for the score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mcts.config import SearchConfig
from mcts.protocols import HistoryStep, Worlds
from mcts.search import SearchResult, SearchRoles, search
from mcts.tree import Tree
from planner.progress import PlanLimits, Progress
from webpilot.adapters import VerifiedPolicy
from webpilot.budget import Budget
from webpilot.committing import Committer
from webpilot.roles import Attempt, Roles
from webpilot.types import (
    Action,
    Completion,
    Done,
    Observation,
    Outcome,
    Path,
    Reflection,
    Subtask,
    Task,
)

FINAL = ("infeasible", "budget", "limit", "drift")
"""Ends of a search after which no further subtask is tried."""

__all__ = ["Agent", "AgentConfig", "AgentResult", "SearchedAttempt"]

OnEvent = Callable[[str, Mapping[str, object]], None]
"""Receives every recorded activity as a name and plain data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """What one agent does, apart from its roles and its budget."""

    search: SearchConfig
    plan: PlanLimits = PlanLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedAttempt:
    """One attempt at one subtask, with the tree that its search grew."""

    subtask: Subtask
    attempt: int
    """0 for the first attempt at the subtask."""
    tree: Tree
    """Grows while the search runs."""
    chosen: int = 0
    """Id of the node the search chose; the root's while it runs, and where the world failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResult:
    """How an agent ended, before the benchmark's verdict."""

    outcome: Outcome
    actions: tuple[Action, ...]
    """The committed path."""
    stop_reason: str
    """``done, infeasible, exhausted, budget, limit`` or ``drift``."""
    plan_revision: int


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

    async def run(self, root: Observation, worlds: Worlds, committer: Committer) -> AgentResult:
        """Return how the agent stopped, after committing the path it chose.

        Args:
            root: the page right after a fresh load of the search world.
            worlds: where the search acts.
            committer: where the chosen path is taken, once.
        """
        path = Path(root=root)
        plan = await self.roles.planner.plan(self.task, root)
        progress = self._planned(Progress(plan=plan, limits=self.config.plan))
        outcome: Outcome = Done(reason="the plan is worked off")
        stop_reason = "exhausted"
        tries: list[SearchResult] = []
        while (subtask := progress.head) is not None:
            result = await self._search(subtask, path, worlds, progress)
            tries.append(result)
            attempt = _attempt(subtask, path, result)
            completion = await self.roles.controller.complete(self.task, attempt)
            self.on_event("subtask", {"done": completion.done, "reason": completion.reason})
            reflection = await self._retry(progress, attempt, completion)
            if reflection is not None:
                progress = progress.failed(reflection)
                continue
            best = _best_try(tries)
            path, attempt = adopt(path, best), _attempt(subtask, path, best)
            outcome = completion.outcome or best.outcome or outcome
            outcome = await self._extracted(subtask, attempt) or outcome
            stop_reason = self._why(result)
            if stop_reason in FINAL:
                break
            progress, tries = progress.completed(), []
            plan = await self.roles.planner.refine(self.task, progress.plan, attempt)
            progress = self._planned(progress.revised(plan))
        return AgentResult(
            outcome=outcome,
            actions=await self._commit(path, committer),
            stop_reason=stop_reason,
            plan_revision=progress.plan.revision,
        )

    async def _retry(
        self, progress: Progress, attempt: Attempt, completion: Completion
    ) -> Reflection | None:
        """Return the lesson for another attempt at the subtask, or ``None`` to go on.

        Only an attempt that came to its own end is repeated: what the budget, the action limit or
        drift has cut would be cut again.
        """
        ended_by_itself = attempt.stop_reason in ("exhausted", "done")
        if completion.done or progress.last_try or not ended_by_itself:
            return None
        return await self.roles.controller.reflect(self.task, attempt, completion.reason)

    async def _extracted(self, subtask: Subtask, attempt: Attempt) -> Outcome | None:
        """Return the answer that the subtask is due; ``None`` if none is due or none is found."""
        if not subtask.needs_answer:
            return None
        return await self.roles.extractor.extract(self.task, subtask, attempt.observation)

    def _actions_left(self, path: Path) -> int | None:
        """Return how many actions may follow ``path``: the benchmark's limit or the budget's."""
        limit = math.inf if self.task.action_limit is None else self.task.action_limit
        bound = min(limit, self.budget.remaining("committed_steps"))
        return None if math.isinf(bound) else int(bound) - len(path.committed)

    def _why(self, result: SearchResult) -> str:
        """Return the stop reason; a limit that is the budget's own is called that."""
        limit = self.task.action_limit
        ours = limit is None or self.budget.remaining("committed_steps") < limit
        return "budget" if result.stop_reason == "limit" and ours else result.stop_reason

    async def _search(
        self, subtask: Subtask, path: Path, worlds: Worlds, progress: Progress
    ) -> SearchResult:
        """Return the result of one search, rooted at the end of the adopted path."""
        tree = Tree(path, scale=self.config.search.scale_name)
        searched = SearchedAttempt(subtask=subtask, attempt=progress.failures, tree=tree)
        self.attempts.append(searched)
        result = await search(
            worlds,
            SearchRoles(
                policy=VerifiedPolicy(self.roles.explorer, self.roles.verifier),
                appraiser=self.roles.appraiser,
                reflector=self.roles.explorer,
            ),
            goal=self.task.goal,
            subtask=subtask,
            root=path,
            config=self.config.search,
            budget=self.budget,
            seed=(*self.seed, len(self.attempts) - 1),
            tree=tree,
            committed=tuple(
                HistoryStep(action=step.action, observation=step.observation)
                for step in path.committed
            ),
            strategic_reflection=progress.reflection,
            remaining_actions=self._actions_left(path),
            on_event=self.on_event,
        )
        self.attempts[-1] = replace(searched, chosen=result.best)
        return result

    async def _commit(self, path: Path, committer: Committer) -> tuple[Action, ...]:
        """Return the actions that were executed on the judged page."""
        await committer.commit([step.action for step in path.all_steps])
        committed = committer.committed
        self.budget.record("committed_steps", len(committed))
        self.on_event("commit", {"actions": [action.raw for action in committed]})
        return committed

    def _planned(self, progress: Progress) -> Progress:
        """Return ``progress`` after its plan is recorded."""
        plan = progress.plan
        self.on_event(
            "plan",
            {
                "revision": plan.revision,
                "supersedes": plan.supersedes,
                "rationale": plan.rationale,
                "subtasks": [subtask.goal for subtask in plan.subtasks],
            },
        )
        return progress


def _attempt(subtask: Subtask, path: Path, result: SearchResult) -> Attempt:
    return Attempt(
        subtask=subtask,
        root=path.target,
        steps=result.steps,
        accepted=result.accepted,
        stop_reason=result.stop_reason,
    )


def _best_try(tries: Sequence[SearchResult]) -> SearchResult:
    """Return the attempt whose path is taken: an accepted one, else the last that found any."""
    accepted = [result for result in tries if result.accepted]
    found = accepted or [result for result in tries if result.steps] or tries
    return found[-1]


def adopt(path: Path, result: SearchResult) -> Path:
    """Return the path that the next search starts from: the chosen steps become its prefix.

    Nothing is committed by this (decision 2); the world needs no method for it.
    """
    return replace(path, committed=path.committed + result.steps, steps=())
