"""Episodes played through the real line, for tests that compare them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from env.miniwob.catalogue import load
from env.miniwob.suite import MiniwobSuite
from env.server import PageServer, miniwob_folder
from webpilot.budget import Limits
from webpilot.course import EpisodePlan
from webpilot.episode import Played, play
from webpilot.offline import OfflineCast
from webpilot.presets import PRESETS
from webpilot.records.journal import EpisodeRecorder


def pages(changed: Mapping[str, str]) -> PageServer:
    """MiniWoB++'s pages with some files replaced, by URL path."""
    return PageServer(
        miniwob_folder(), extra={path: text.encode() for path, text in changed.items()}
    )


def source(path: str) -> str:
    """A file of MiniWoB++ as it is shipped."""
    return (miniwob_folder() / path.lstrip("/")).read_text(encoding="utf-8")


def plan_of(task: str, *, seed: int, preset: str = "webpilot") -> EpisodePlan:
    """An episode of the offline policy with a small budget and no clock in it."""
    method = PRESETS[preset]
    found = load(task)
    return EpisodePlan(
        task=found.id,
        seed=seed,
        split=found.split,
        preset=preset,
        searcher=method.searcher,
        policy="offline",
        cast=OfflineCast(),
        config=method.agent,
        limits=replace(method.limits, rollouts=8, seconds=None),
    )


def played(
    task: str,
    *,
    seed: int,
    preset: str = "webpilot",
    changed: Mapping[str, str] | None = None,
    folder: Path | None = None,
    limits: Limits | None = None,
) -> Played:
    """One episode played and judged in a browser of its own."""
    suite = MiniwobSuite(server=pages(changed) if changed else None)
    plan = plan_of(task, seed=seed, preset=preset)
    if limits is not None:
        plan = replace(plan, limits=limits)
    recorder = None if folder is None else EpisodeRecorder(folder, task=plan.task, seed=seed)
    try:
        return asyncio.run(play(plan, suite, recorder=recorder))
    finally:
        suite.close()
        if recorder is not None:
            recorder.close()
