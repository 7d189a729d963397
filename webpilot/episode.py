"""The episode runner: search in one world, commit and be judged in another, write one row.

The only broad ``except`` of the house stands here: whatever goes wrong in an episode becomes a row
with its kind of error, and an infrastructure fault is never counted as the agent's failure.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from mcts.record import move_to_dict
from mcts.tree import Tree
from webpilot.agent import Agent, AgentConfig, AgentResult
from webpilot.benchmark import Benchmark, Costs, SearchSide
from webpilot.budget import Budget, Limits
from webpilot.committing import CommitOnly, Committer
from webpilot.errors import ConfigError, RecordError, WebPilotError
from webpilot.llm.measure import Measure
from webpilot.local import SearchedAttempt
from webpilot.once import Arriving, CommitOnce, Once
from webpilot.provenance import commit
from webpilot.records.journal import EpisodeRecorder
from webpilot.records.rows import EpisodeRow, Measured
from webpilot.records.trees import AttemptRecord, SearchRecord
from webpilot.roles import Cast, Stage
from webpilot.types import Action, Answer, Outcome
from webpilot.verdict import Episode, Verdict

__all__ = ["EpisodePlan", "Played", "play"]

log = logging.getLogger(__name__)


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
    :class:`webpilot.once.Once`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One finished episode."""

    row: EpisodeRow
    record: SearchRecord


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What is known of a running episode; read when it ends, however it ends."""

    agent: Agent | None = None
    result: AgentResult | None = None
    verdict: Verdict | None = None
    drift_step: int | None = None
    goal: str = ""
    costs: Costs = Costs()
    effects: tuple[str, ...] = ()
    contaminated: str = ""
    inherited: str = ""
    """Why the record of the committed path is not whole; empty where it is."""
    calls: Measure = field(default_factory=Measure)
    error: Exception | None = None


async def play(
    plan: EpisodePlan,
    benchmark: Benchmark,
    *,
    recorder: EpisodeRecorder | None = None,
    run_budget: Budget | None = None,
) -> Played:
    """Return the finished episode; faults of the world or the agent are in its row.

    Args:
        plan: what to play.
        benchmark: opens the search world and the judged episode.
        recorder: where every activity is written; ``None`` keeps nothing on disk.
        run_budget: the run's budget, charged with all that the episode spends.

    Raises:
        ConfigError: the user's input is wrong; the run cannot go on.
    """
    started = time.monotonic()
    budget = Budget(plan.limits, parent=run_budget)
    progress = _Progress()
    try:
        await _play(plan, benchmark, budget, progress, recorder)
    except (ConfigError, RecordError):
        raise
    except Exception as error:
        log.debug("episode %s.%d ended by an error", plan.task, plan.seed, exc_info=True)
        progress.error = error
    record = _record(plan, progress)
    row = _row(plan, progress, budget)
    measured = replace(row.measured, seconds=round(time.monotonic() - started, 3))
    row = replace(
        row, versions={**benchmark.versions(), "git": commit() or "unknown"}, measured=measured
    )
    if recorder is not None:
        recorder.event("result", row.to_dict())
        recorder.tree(record)
        if plan.screenshots and progress.error is None and progress.result is not None:
            await _picture(plan, benchmark, progress.result.actions, recorder)
    return Played(row=row, record=record)


async def _play(
    plan: EpisodePlan,
    benchmark: Benchmark,
    budget: Budget,
    progress: _Progress,
    recorder: EpisodeRecorder | None,
) -> None:
    """Search, commit, judge; leave what happened in ``progress``."""
    async with (
        benchmark.open_search(plan.task, plan.seed) as side,
        benchmark.open_episode(plan.task, plan.seed) as episode,
    ):
        progress.goal = side.task.goal
        if recorder is not None:
            recorder.event("task", {"goal": side.task.goal, "label": plan.cast.label})

        def on_event(name: str, data: Mapping[str, object]) -> None:
            progress.calls.add(name, data)
            if recorder is None:
                return
            if name == "node" and progress.agent is not None:
                _keep_page(recorder, progress.agent.attempts[-1].tree, data)
            recorder.event(name, data)

        progress.agent = Agent(
            task=side.task,
            roles=plan.cast.roles(
                Stage(task=side.task, budget=budget, on_event=on_event, seed=plan.run_seed)
            ),
            config=plan.config,
            budget=budget,
            seed=(plan.run_seed, zlib.crc32(plan.task.encode()), plan.seed),
            on_event=on_event,
        )
        try:
            with _committer(plan, side, episode, progress) as committer:
                progress.result = await progress.agent.run(
                    side.root, side.worlds, committer, reroot=side.reroot
                )
            progress.drift_step = episode.commit_drift_step
            progress.verdict = await episode.judge(progress.result.outcome)
            if recorder is not None:
                _keep_judgement(recorder, progress.verdict)
        finally:
            progress.costs, progress.effects = side.costs(), side.side_effects()
            progress.contaminated = side.contaminated() or progress.inherited
            if recorder is not None and progress.contaminated:
                recorder.event("contaminated", {"reason": progress.contaminated})
            if recorder is not None:
                for index, attempt in enumerate(progress.agent.attempts):
                    _keep_untried(recorder, index, attempt.tree)


@contextmanager
def _committer(
    plan: EpisodePlan, side: SearchSide, episode: Episode, progress: _Progress
) -> Iterator[Committer]:
    """Yield what the agent commits with: it can act, and cannot ask for the score."""
    if plan.steps is None:
        yield CommitOnly(episode)
        return
    if side.anew:  # what an earlier try has done is gone, and its journal speaks of nothing
        plan.steps.unlink(missing_ok=True)
    with Once(plan.steps) as once:
        if once.finished:
            count = len(once.finished)
            progress.inherited = f"{count} of its steps were committed by a try that was cut off"

        yield CommitOnce(
            CommitOnly(episode),
            once,
            task=plan.task,
            seed=plan.seed,
            arrive=episode.arrive if isinstance(episode, Arriving) else None,
        )


def _keep_page(recorder: EpisodeRecorder, tree: Tree, data: Mapping[str, object]) -> None:
    """Journal the page of a node, and of its simulation, before the node itself."""
    node = tree.nodes[int(str(data["id"]))]
    recorder.observation(node.observation)
    if node.simulation is not None:
        recorder.observation(node.simulation.observation)


def _keep_judgement(recorder: EpisodeRecorder, verdict: Verdict) -> None:
    """Journal what each judge said, and keep what it was shown."""
    for opinion in verdict.opinions:
        told = {"judge": opinion.judge, "score": opinion.score, "reason": opinion.reason}
        recorder.event("opinion", told)
    for name, content in verdict.evidence.items():
        recorder.evidence(name, content)


def _keep_untried(recorder: EpisodeRecorder, index: int, tree: Tree) -> None:
    """Journal what a search never got round to try."""
    for node in tree.nodes:
        if node.proposals:
            untried = [
                {"move": move_to_dict(each.move), "prior": each.prior, "reason": each.reason}
                for each in node.proposals
            ]
            recorder.event("untried", attempt=index, node=node.id, candidates=untried)


async def _picture(
    plan: EpisodePlan, benchmark: Benchmark, actions: tuple[Action, ...], recorder: EpisodeRecorder
) -> None:
    """Write the screenshots of the committed path; a failure costs the pictures, not the row."""
    try:
        pictures = await benchmark.pictures(plan.task, plan.seed, actions)
    except WebPilotError as error:
        recorder.event("no screenshots", {"error": _one_line(error)})
        return
    for step, png in enumerate(pictures):
        recorder.screenshot(step, png)


def _record(plan: EpisodePlan, progress: _Progress) -> SearchRecord:
    attempts = progress.agent.attempts if progress.agent else []
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


def _row(plan: EpisodePlan, progress: _Progress, budget: Budget) -> EpisodeRow:
    """Return the episode's row, versions and wall-clock time still to be added."""
    result, verdict, error = progress.result, progress.verdict, progress.error
    spent = budget.to_dict()
    kind = None
    if error is not None:
        kind = error.kind if isinstance(error, WebPilotError) else "harness"
    if verdict is not None:
        kind = None  # a judged path is never an infrastructure error (decision 19)
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
        error=None if error is None else _one_line(error),
        answer=_answer(result.outcome) if result else None,
        committed_steps=int(spent["committed_steps"]),
        commit_drift_step=progress.drift_step,
        explored_steps=int(spent["explored_steps"]),
        rollouts=int(spent["rollouts"]),
        llm_calls=int(spent["llm_calls"]),
        tokens_in=int(spent["tokens_in"]),
        tokens_out=int(spent["tokens_out"]),
        usd=round(spent["usd"], 6),
        contaminated=bool(progress.contaminated),
        side_effects=progress.effects,
        judges={opinion.judge: opinion.score for opinion in verdict.opinions} if verdict else {},
        trajectory=tuple(action.raw for action in result.actions) if result else (),
        measured=Measured(
            seconds_browser=round(progress.costs.seconds_browser, 3),
            seconds_model=round(progress.calls.seconds, 3),
            restores=dict(progress.costs.restores),
            restore_ms={tier: round(spent, 3) for tier, spent in progress.costs.restore_ms.items()},
            restore_levels={
                tier: dict(levels) for tier, levels in progress.costs.restore_levels.items()
            },
            replayed_steps=progress.costs.replayed_steps,
            drifted=progress.costs.drifted,
            llm_calls_cached=progress.calls.calls_cached,
            tokens_cached=progress.calls.tokens_cached,
            usd_paid=round(progress.calls.usd_paid, 6),
            serving=progress.calls.serving(),
        ),
    )


def _stop_reason(result: AgentResult | None, kind: str | None) -> str:
    if kind is None and result is not None:
        return result.stop_reason
    return {"agent": "agent_error", "budget": "budget"}.get(kind or "", "infrastructure")


def _one_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _answer(outcome: Outcome) -> str | None:
    return outcome.text if isinstance(outcome, Answer) else None
