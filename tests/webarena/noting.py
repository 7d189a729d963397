"""A cast that adds notes to a site of a fake instance, and the suite that it plays on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from env.judging import Ending, Judge
from env.sites.definition import SiteTask
from env.sites.exploring import READONLY
from env.sites.suite import SiteSuite
from env.webarena.cleanliness import Cleanliness, Standing
from env.webarena.fake import FakeInstance
from env.webarena.grounds import WebArenaGrounds
from env.webarena.instance import RESET, Instance
from mcts.protocols import NodeContext
from mcts.scripted import ScriptedReflector
from tests.sites.small_site import action
from webpilot.benchmark import Benchmark
from webpilot.budget import Limits
from webpilot.course import EpisodePlan
from webpilot.episode import Played, play
from webpilot.presets import PRESETS
from webpilot.records.journal import EpisodeRecorder
from webpilot.roles import Roles, Stage
from webpilot.scripted import (
    ScriptedController,
    ScriptedExtractor,
    ScriptedPlanner,
    ScriptedVerifier,
)
from webpilot.types import Appraisal, Candidate, Completion
from webpilot.verdict import Opinion

OPEN, FIRST, SECOND = "the notes", "notes: 1", "notes: 2"
"""Subtasks: the page of notes is to be seen, and so many on it."""
Between = Callable[[NodeContext], None]


class Noter(ScriptedReflector):
    """Explores and appraises: goes to the notes, and adds one as long as there are too few."""

    def __init__(self, between: Between = lambda context: None) -> None:
        super().__init__()
        self._between = between
        """Is called whenever this is asked what to do: there something may befall the site."""

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return one click, and nothing where the page takes none."""
        self._between(context)
        seen = context.observation
        name = "Add" if seen.title.startswith("Notes:") else "Notes"
        if context.ended or not any(each.name == name for each in seen.elements):
            return ()
        return (Candidate(move=action(seen, "click", name), prior=1.0),)

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return full marks for a page that the subtask ends on."""
        points = 10.0 if _done(context) else 5.0
        return Appraisal(effectiveness=points, future_promise=points)

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether the notes are there, or would be if they were committed."""
        return Completion(done=_done(context), reason="as told")


def _done(context: NodeContext) -> bool:
    seen, wanted = context.observation, context.subtask.goal
    if wanted == OPEN:  # however many there are
        return seen.title.startswith("Notes:")
    return seen.held_back or seen.title.casefold().startswith(wanted)


@dataclass
class NotingCast:
    """Scripted roles that work off the goals they were given."""

    goals: Sequence[str] = (OPEN, FIRST, SECOND)
    held: Mapping[str, str] = field(default_factory=dict)
    """What the pages of these titles hold that is asked for."""
    between: Between = lambda context: None
    label: str = "scripted notes"
    model: str | None = None
    reads_cues: bool = False

    def roles(self, stage: Stage) -> Roles:
        """Return the six roles for one episode."""
        noter = Noter(self.between)
        return Roles(
            planner=ScriptedPlanner(self.goals, needs_answer=bool(self.held)),
            controller=ScriptedController(),
            extractor=ScriptedExtractor(held=self.held),
            explorer=noter,
            appraiser=noter,
            verifier=ScriptedVerifier(),
        )

    async def aclose(self) -> None:
        """Hold nothing."""


def noting_task(number: int = 1, site: str = "gitlab") -> SiteTask:
    """A task of our own on a site of the fake."""
    return SiteTask(
        id=f"webarena.{number}",
        benchmark="webarena",
        number=number,
        sites=(site,),
        template=number,
        split="all",
        kind="program_html",
        start_urls=(f"__{site.upper()}__",),
        intent="Add two notes.",
        judges=("notes",),
        raw={"start_url": f"__{site.upper()}__", "sites": [site]},
    )


@dataclass
class CountingJudge:
    """Is content where the site holds so many notes; counts how often it was asked."""

    fake: FakeInstance
    wanted: int = 2
    asked: int = 0

    def __call__(self, task: Mapping[str, Any], ending: Ending) -> Opinion:
        self.asked += 1
        notes = sum(len(each) for each in self.fake.notes.values())
        return Opinion(judge="notes", score=float(notes == self.wanted), reason=f"{notes} notes")


def environ_of(fake: FakeInstance, *, resettable: bool = True) -> dict[str, str]:
    """The variables of a fake, with or without its reset server."""
    named = fake.environ
    return named if resettable else {key: value for key, value in named.items() if key != RESET}


@contextmanager
def noting_suite(
    fake: FakeInstance,
    judge: Judge,
    *,
    explore: str = READONLY,
    accept_dirty: bool = False,
    resettable: bool = True,
    run: str = "run",
) -> Iterator[SiteSuite]:
    """Yield tasks of our own on the fake, as the official ones are played."""
    grounds = WebArenaGrounds(
        Instance.from_environment(environ_of(fake, resettable=resettable)),
        load=lambda task_id: noting_task(int(task_id.partition(".")[2])),
        judges=lambda: {"notes": judge},
        explore=explore,
        accept_dirty=accept_dirty,
        run=run,
    )
    suite = SiteSuite(grounds)
    try:
        yield suite
    finally:
        suite.close()


def standing(fake: FakeInstance) -> Standing:
    """What this machine's log says of the fake; nobody may hold it."""
    with Cleanliness(Instance.from_environment(fake.environ)) as log:
        return log.standing


def was_reset(fake: FakeInstance) -> None:
    """Note that the fake is in its first state."""
    with Cleanliness(Instance.from_environment(fake.environ)) as log:
        log.was_reset(by="hand")


def plan_of(
    cast: NotingCast, *, task: str = "webarena.1", seed: int = 0, steps: Path | None = None
) -> EpisodePlan:
    """An episode of the scripted cast with a small budget and no clock in it."""
    method = PRESETS["webpilot"]
    return EpisodePlan(
        task=task,
        seed=seed,
        split="all",
        preset="webpilot",
        searcher=method.searcher,
        policy="offline",
        cast=cast,
        config=method.agent,
        limits=Limits(rollouts=12, explored_steps=30, committed_steps=10),
        steps=steps,
    )


def noted(
    suite: Benchmark, cast: NotingCast | None = None, *, folder: Path | None = None, **plan: Any
) -> Played:
    """One episode played and judged; with its record where a folder is given."""
    whole = plan_of(cast or NotingCast(), **plan)
    recorder = None if folder is None else EpisodeRecorder(folder, task=whole.task, seed=whole.seed)
    try:
        return asyncio.run(play(replace(whole), suite, recorder=recorder))
    finally:
        if recorder is not None:
            recorder.close()
