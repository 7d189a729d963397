"""One Hydra job: compose, play every episode, judge, report.

    python -m experiments.run +experiment=miniwob_smoke
    python -m experiments.run task=miniwob.click-checkboxes seed=3 searcher=greedy

The same command again resumes. Exit code 0; 1 if more episodes than allowed were spoiled by the
world; 2 for bad input; 130 after Ctrl-C.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from env.benchmarks import Suite, suite_of
from env.sites.exploring import COMMIT_ONCE
from experiments.ceiling import ceiling
from experiments.configs import Settings, build, register
from experiments.description import about_run, clusters, groupings
from experiments.readiness import endpoints_checked
from experiments.referee import second_opinion
from webpilot.budget import KEYS, Budget
from webpilot.course import EpisodePlan
from webpilot.episode import play
from webpilot.errors import WebPilotError
from webpilot.records.rows import EpisodeRow, latest
from webpilot.records.writing import RunFolder, salt_of
from webpilot.report import write_report, write_tree_page
from webpilot.report.terminal import LiveTable, print_notes, print_summary
from webpilot.roles import Cast
from webpilot.steps import steps_file

__all__ = ["carry_out", "main"]

LOOSE = ("run", "llm.tape", "llm.scheduler")
"""Settings that may differ when a run resumes: they change no result."""


def main() -> None:
    """Run the job and exit with its code; bad input is one line on standard error."""
    register()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors reach the line below, not Hydra's own printer
    try:
        _job()
    except (HydraException, OmegaConfBaseException) as error:
        _refuse(f"{_one_line(error)}; --cfg job prints every key")
    except KeyboardInterrupt:
        print("interrupted: the same command goes on where this one stopped", file=sys.stderr)
        sys.exit(130)


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def _job(composed: DictConfig) -> None:
    overrides = list(HydraConfig.get().overrides.task)
    try:
        settings = build(composed)
        settings = replace(settings, run=replace(settings.run, name=_name(settings, overrides)))
        command = shlex.join(["python", "-m", "experiments.run", *overrides])
        code = carry_out(settings, command=command)
    except WebPilotError as error:
        _refuse(_one_line(error))
    if code:
        sys.exit(code)


def _refuse(message: str) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


def carry_out(settings: Settings, *, command: str = "") -> int:
    """Play what is left of a run and return the exit code.

    Raises:
        ConfigError: bad input, or the folder holds another run.
    """
    path = Path(settings.run.root) / (settings.run.name or "default")
    print_notes(endpoints_checked(settings, path))
    suite = suite_of(
        settings.benchmark,
        replace(settings.playing, run=path.name),
        [task for task, _ in settings.episodes],
    )
    if settings.run.fresh:
        RunFolder.remove(path)
    salt = salt_of(path)
    cast = settings.policy.cast(salt=salt)
    about = {**about_run(settings, cast, suite, command), "salt": salt.hex()}
    with RunFolder(path, config=settings.text, about=about, loose=LOOSE) as folder:
        print_notes(folder.warnings)
        try:
            print_notes(ceiling(settings))
            asyncio.run(_play_all(settings, cast, suite, folder))
            if settings.referee:
                print_notes(second_opinion(folder, share=settings.referee, seed=settings.seed))
        finally:
            suite.close()
            summary = folder.write_summary(
                groupings=groupings(settings), clusters=clusters(settings)
            )
            report = write_report(path)
        print_summary(summary, report=report)
        print_notes(_taped(settings, summary))
        return _exit_code(settings, latest(folder.rows()))


async def _play_all(settings: Settings, cast: Cast, suite: Suite, folder: RunFolder) -> None:
    """Play every episode that has no row yet, one after the other, and let go of the model."""
    try:
        await _play_missing(settings, cast, suite, folder)
    finally:
        await cast.aclose()


async def _play_missing(settings: Settings, cast: Cast, suite: Suite, folder: RunFolder) -> None:
    finished = folder.finished(retry_errors=settings.run.retry_errors)
    if finished >= {(task.id, seed) for task, seed in settings.episodes}:
        print_notes(("already played; run.fresh=true (make demo FRESH=1) plays it again",))
    budget = _resumed(settings, folder.rows())
    with LiveTable(total=len(settings.episodes)) as table:
        for row in latest(folder.rows()):
            table.add(row)
        for task, seed in settings.episodes:
            if (task.id, seed) in finished:
                continue
            if spent := [key for key in KEYS if budget.remaining(key) <= 0 < budget.spent(key)]:
                keys = ", ".join(f"budget.run.{key}" for key in spent)
                print_notes((f"the run stops here: {keys} is used up",))
                return
            table.start(task.id, seed)
            plan = _plan(settings, cast, task.id, seed, task.split)
            if settings.playing.explore == COMMIT_ONCE:
                plan = replace(plan, steps=steps_file(folder.path, task.id, seed))
            with folder.episode(task.id, seed) as recorder:
                played = await play(plan, suite, recorder=recorder, run_budget=budget)
            folder.append(played.row)
            write_tree_page(recorder.folder)
            table.add(played.row)


def _plan(settings: Settings, cast: Cast, task: str, seed: int, split: str) -> EpisodePlan:
    return EpisodePlan(
        task=task,
        seed=seed,
        split=split,
        preset=settings.preset,
        searcher=settings.searcher,
        policy=settings.policy.name,
        cast=cast,
        config=settings.agent,
        limits=settings.episode_limits,
        run_seed=settings.seed,
        screenshots=settings.screenshots,
    )


def _resumed(settings: Settings, rows: Sequence[EpisodeRow]) -> Budget:
    """Return the run's budget with all that its rows have spent already charged."""
    budget = Budget(settings.run_limits, elapsed=sum(row.measured.seconds for row in rows))
    for row in rows:
        for key in KEYS:
            if key != "seconds":
                budget.record(key, getattr(row, key))
    return budget


def _taped(settings: Settings, summary: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one line on what the tape has answered, or none."""
    spent, measured = summary["spent"], summary["measured"]
    if not measured["llm_calls_cached"]:
        return ()
    paid = f", ${measured['usd_paid']:.2f} of ${spent['usd']:.2f} paid" if spent["usd"] else ""
    return (
        f"{measured['llm_calls_cached']} of {spent['llm_calls']} model calls were answered by "
        f"{settings.policy.model.tape.path}{paid}",
    )


def _exit_code(settings: Settings, rows: Sequence[EpisodeRow]) -> int:
    spoiled = sum(row.is_infrastructure for row in rows)
    allowed = settings.run.max_infrastructure_share * len(rows)
    return int(spoiled > allowed)


def _name(settings: Settings, overrides: Sequence[str]) -> str:
    """Return ``run.name``, or a name made of the experiment and the overrides."""
    if settings.run.name:
        return settings.run.name
    told = [each for each in overrides if not each.lstrip("+~").startswith("run.")]
    experiment = [each.split("=", 1)[1] for each in told if each.startswith("+experiment=")]
    rest = sorted(each for each in told if not each.startswith("+experiment="))
    words = "-".join([*experiment, *rest]) or "default"
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", words).strip("-.")
    if len(slug) <= 60 and slug == words.replace("=", "-"):
        return slug
    # A name that lost something on the way must not be another run's name too.
    return f"{slug[:50].rstrip('-.')}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _one_line(error: Exception) -> str:
    """Return the message on one line, without Hydra's list of places it looked at."""
    text, _, _ = str(error).partition("Config search path")
    return " ".join(text.split()) or type(error).__name__


if __name__ == "__main__":
    main()
