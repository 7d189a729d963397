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
from dataclasses import dataclass, replace

from mcts.record import move_to_dict
from mcts.tree import Tree
from webpilot.agent import Agent
from webpilot.benchmark import Benchmark, SearchSide
from webpilot.budget import Budget
from webpilot.committing import CommitOnly, Committer
from webpilot.course import Course, EpisodePlan, one_line, record_of, row_of
from webpilot.errors import ConfigError, RecordError, WebPilotError
from webpilot.once import Arriving, CommitOnce
from webpilot.provenance import commit
from webpilot.records.journal import EpisodeRecorder
from webpilot.records.rows import EpisodeRow
from webpilot.records.trees import SearchRecord
from webpilot.roles import Stage
from webpilot.steps import StepJournal
from webpilot.types import Action
from webpilot.verdict import Episode, Verdict

__all__ = ["Played", "play"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One finished episode."""

    row: EpisodeRow
    record: SearchRecord


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
    course = Course()
    try:
        await _play(plan, benchmark, budget, course, recorder)
    except (ConfigError, RecordError):
        raise
    except Exception as error:
        log.debug("episode %s.%d ended by an error", plan.task, plan.seed, exc_info=True)
        course.error = error
    record = record_of(plan, course)
    row = row_of(plan, course, budget)
    measured = replace(row.measured, seconds=round(time.monotonic() - started, 3))
    row = replace(
        row, versions={**benchmark.versions(), "git": commit() or "unknown"}, measured=measured
    )
    if recorder is not None:
        recorder.event("result", row.to_dict())
        recorder.tree(record)
        if plan.screenshots and course.error is None and course.result is not None:
            await _picture(plan, benchmark, course.result.actions, recorder)
    return Played(row=row, record=record)


async def _play(
    plan: EpisodePlan,
    benchmark: Benchmark,
    budget: Budget,
    course: Course,
    recorder: EpisodeRecorder | None,
) -> None:
    """Search, commit, judge; leave what happened in ``course``."""
    async with (
        benchmark.open_search(plan.task, plan.seed) as side,
        benchmark.open_episode(plan.task, plan.seed) as episode,
    ):
        if recorder is not None:
            recorder.event("task", {"goal": side.task.goal, "label": plan.cast.label})

        def on_event(name: str, data: Mapping[str, object]) -> None:
            course.calls.add(name, data)
            if recorder is None:
                return
            if name == "node" and course.agent is not None:
                _keep_page(recorder, course.agent.attempts[-1].tree, data)
            recorder.event(name, data)

        course.agent = Agent(
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
            with _committer(plan, side, episode, course) as committer:
                course.result = await course.agent.run(
                    side.root, side.worlds, committer, reroot=side.reroot
                )
            course.drift_step = episode.commit_drift_step
            course.verdict = await episode.judge(course.result.outcome)
            if recorder is not None:
                _keep_judgement(recorder, course.verdict)
        finally:
            course.costs, course.effects = side.costs(), side.side_effects()
            course.contaminated = side.contaminated() or course.inherited
            if recorder is not None and course.contaminated:
                recorder.event("contaminated", {"reason": course.contaminated})
            if recorder is not None:
                for index, attempt in enumerate(course.agent.attempts):
                    _keep_untried(recorder, index, attempt.tree)


@contextmanager
def _committer(
    plan: EpisodePlan, side: SearchSide, episode: Episode, course: Course
) -> Iterator[Committer]:
    """Yield what the agent commits with: it can act, and cannot ask for the score."""
    if plan.steps is None:
        yield CommitOnly(episode)
        return
    if side.anew:  # what an earlier try has done is gone, and its journal speaks of nothing
        plan.steps.unlink(missing_ok=True)
    with StepJournal(plan.steps) as journal:
        if journal.finished:
            count = len(journal.finished)
            course.inherited = f"{count} of its steps were committed by a try that was cut off"

        yield CommitOnce(
            CommitOnly(episode),
            journal,
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
        recorder.event("no screenshots", {"error": one_line(error)})
        return
    for step, png in enumerate(pictures):
        recorder.screenshot(step, png)
