"""The course of an episode: what is to be played and by whom, how it goes, and what it leaves.

Whatever an episode ends by, its row and its record are made of what was known of it then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from webpilot.agent import Agent, AgentConfig, AgentResult
from webpilot.benchmark import Costs
from webpilot.budget import Budget, Limits
from webpilot.errors import WebPilotError
from webpilot.llm.measure import Measure
from webpilot.local import SearchedAttempt
from webpilot.records.rows import EpisodeRow, Measured
from webpilot.records.trees import AttemptRecord, SearchRecord
from webpilot.roles import Cast
from webpilot.types import Answer, Outcome
from webpilot.verdict import Verdict

__all__ = ["Course", "EpisodePlan", "one_line", "record_of", "row_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePlan:
    """One episode to play, and by whom."""

    task: str
    seed: int
    split: str
    preset: str
    searcher: str
    policy: str
    """``offline`` (no language model) or ``llm``."""
    cast: Cast
    """Who plays."""
    config: AgentConfig
    limits: Limits = Limits()
    run_seed: int = 0
    """Seed of the run's own random numbers, apart from the episode's."""
    screenshots: bool = False
    steps: Path | None = None
    """Journal of committed steps, where each may be sent once at most; see
    :class:`webpilot.steps.StepJournal`."""


@dataclass(slots=True, kw_only=True)
class Course:
    """What is known of a running episode; read when it ends, however it ends."""

    agent: Agent | None = None
    result: AgentResult | None = None
    verdict: Verdict | None = None
    drift_step: int | None = None
    costs: Costs = Costs()
    effects: tuple[str, ...] = ()
    contaminated: str = ""
    inherited: str = ""
    """Why the record of the committed path is not whole; empty where it is."""
    calls: Measure = field(default_factory=Measure)
    error: Exception | None = None


def record_of(plan: EpisodePlan, course: Course) -> SearchRecord:
    """Return the trees of all searches so far, the unfinished one included."""
    attempts = course.agent.attempts if course.agent else []
    return SearchRecord(
        task=plan.task, seed=plan.seed, attempts=tuple(_attempt(item) for item in attempts)
    )


def _attempt(searched: SearchedAttempt) -> AttemptRecord:
    return AttemptRecord.of(
        searched.tree.to_dict(),
        subtask=searched.subtask.goal,
        attempt=searched.attempt,
        best=searched.chosen,
    )


def row_of(plan: EpisodePlan, course: Course, budget: Budget) -> EpisodeRow:
    """Return the episode's row, versions and wall-clock time still to be added."""
    result, verdict, error = course.result, course.verdict, course.error
    spent = budget.to_dict()
    kind = _error_kind(course)
    judged = verdict is not None or kind in ("agent", "budget")
    return EpisodeRow(
        task=plan.task,
        split=plan.split,
        seed=plan.seed,
        preset=plan.preset,
        searcher=plan.searcher,
        policy=plan.policy,
        model=plan.cast.model,
        success=(verdict.success if verdict else False) if judged else None,
        reward=verdict.reward if verdict else None,
        reward_raw=verdict.reward_raw if verdict else None,
        strict_success=verdict.strict_success if verdict else None,
        stop_reason=_stop_reason(result, kind),
        error_kind=kind,
        error=None if error is None else one_line(error),
        answer=_answer(result.outcome) if result else None,
        committed_steps=int(spent["committed_steps"]),
        commit_drift_step=course.drift_step,
        explored_steps=int(spent["explored_steps"]),
        rollouts=int(spent["rollouts"]),
        llm_calls=int(spent["llm_calls"]),
        tokens_in=int(spent["tokens_in"]),
        tokens_out=int(spent["tokens_out"]),
        usd=round(spent["usd"], 6),
        contaminated=bool(course.contaminated),
        side_effects=course.effects,
        judges={opinion.judge: opinion.score for opinion in verdict.opinions} if verdict else {},
        trajectory=tuple(action.raw for action in result.actions) if result else (),
        measured=_measured(course),
    )


def _measured(course: Course) -> Measured:
    """Return what differs from one play to the next, wall-clock time still to be added."""
    costs, calls = course.costs, course.calls
    return Measured(
        seconds_browser=round(costs.seconds_browser, 3),
        seconds_model=round(calls.seconds, 3),
        restores=dict(costs.restores),
        restore_ms={tier: round(spent, 3) for tier, spent in costs.restore_ms.items()},
        restore_levels={tier: dict(levels) for tier, levels in costs.restore_levels.items()},
        replayed_steps=costs.replayed_steps,
        drifted=costs.drifted,
        llm_calls_cached=calls.calls_cached,
        tokens_cached=calls.tokens_cached,
        usd_paid=round(calls.usd_paid, 6),
        serving=calls.serving(),
    )


def _error_kind(course: Course) -> str | None:
    if course.verdict is not None or course.error is None:
        return None  # a judged path is never an infrastructure error (decision 19)
    return course.error.kind if isinstance(course.error, WebPilotError) else "harness"


def _stop_reason(result: AgentResult | None, kind: str | None) -> str:
    if kind is None and result is not None:
        return result.stop_reason
    return {"agent": "agent_error", "budget": "budget"}.get(kind or "", "infrastructure")


def one_line(error: Exception) -> str:
    """Return an error's class and the first line of what it says."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _answer(outcome: Outcome) -> str | None:
    return outcome.text if isinstance(outcome, Answer) else None
