"""Local optimisation as the agent uses it: one search of one subtask, from the path's end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mcts.config import SearchConfig
from mcts.protocols import HistoryStep, Worlds
from mcts.search import SearchResult, SearchRoles, Setting, search
from mcts.tree import Tree
from planner.progress import Progress
from webpilot.adapters import VerifiedPolicy
from webpilot.budget import Budget
from webpilot.observation import Observation
from webpilot.plan import Subtask
from webpilot.roles import Attempt, OnEvent, Roles
from webpilot.types import Path, PathStep, Task

__all__ = ["LocalSearch", "SearchedAttempt", "adopt", "as_committed", "best_try", "summed_up"]


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
class LocalSearch:
    """What all searches of one episode share."""

    task: Task
    roles: Roles
    config: SearchConfig
    budget: Budget
    seed: tuple[int, ...]
    on_event: OnEvent
    attempts: list[SearchedAttempt]
    """Every search so far; the running one is the last."""

    async def run(
        self,
        subtask: Subtask,
        path: Path,
        worlds: Worlds,
        progress: Progress,
        *,
        taken: Sequence[PathStep] = (),
    ) -> SearchResult:
        """Return the result of one search, rooted at the end of the adopted path.

        ``taken`` are the steps that led to the path's root and cannot be taken back.
        """
        tree = Tree(path, scale=self.config.scale_name)
        searched = SearchedAttempt(subtask=subtask, attempt=progress.failures, tree=tree)
        self.attempts.append(searched)
        setting = Setting(
            goal=self.task.goal,
            subtask=subtask,
            seed=(*self.seed, len(self.attempts) - 1),
            committed=tuple(
                HistoryStep(action=step.action, observation=step.observation)
                for step in (*taken, *path.committed)
            ),
            finished=progress.finished,
            facts=progress.facts,
            strategic_reflection=progress.reflection,
            remaining_actions=self._actions_left(len(taken) + len(path.committed)),
        )
        result = await search(
            worlds,
            SearchRoles(
                policy=VerifiedPolicy(self.roles.explorer, self.roles.verifier),
                appraiser=self.roles.appraiser,
                reflector=self.roles.explorer,
            ),
            setting,
            root=path,
            config=self.config,
            budget=self.budget,
            tree=tree,
            on_event=self.on_event,
        )
        self.attempts[-1] = replace(searched, chosen=result.best)
        return result

    def _actions_left(self, behind: int) -> int | None:
        """Return how many actions may follow so many: the benchmark's limit or the budget's."""
        limit = math.inf if self.task.action_limit is None else self.task.action_limit
        bound = min(limit, self.budget.remaining("committed_steps"))
        return None if math.isinf(bound) else int(bound) - behind

    def why(self, result: SearchResult) -> str:
        """Return the stop reason; a limit that is the budget's own is called that."""
        limit = self.task.action_limit
        ours = limit is None or self.budget.remaining("committed_steps") < limit
        return "budget" if result.stop_reason == "limit" and ours else result.stop_reason


def summed_up(subtask: Subtask, path: Path, result: SearchResult) -> Attempt:
    """Return what the global roles see of a search."""
    return Attempt(
        subtask=subtask,
        root=path.target,
        steps=result.tree.history(result.tree[result.best]),
        accepted=result.accepted,
        stop_reason=result.stop_reason,
    )


def as_committed(attempt: Attempt, seen: Observation) -> Attempt:
    """Return an attempt that ends with the page that committing it has led to."""
    if not attempt.steps:
        return attempt
    *before, last = attempt.steps
    return replace(attempt, steps=(*before, replace(last, observation=seen)), committed=True)


def best_try(tries: Sequence[SearchResult]) -> SearchResult:
    """Return the attempt whose path is taken: an accepted one, else the last that found any."""
    accepted = [result for result in tries if result.accepted]
    found = accepted or [result for result in tries if result.steps] or tries
    return found[-1]


def adopt(path: Path, result: SearchResult) -> Path:
    """Return the path that the next search starts from: the chosen steps become its prefix.

    Nothing is committed by this (decision 2); the world needs no method for it.
    """
    return replace(path, committed=path.committed + result.steps, steps=())
