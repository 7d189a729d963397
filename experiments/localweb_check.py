"""Scripted solutions and near-misses of the local suite's tasks, under every judge a task names.

They go through the window, the commit and the judges that an agent's path goes through. A solution
must please all judges, a near-miss none.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from env.localweb.catalogue import load, tasks
from env.localweb.grounds import LocalwebGrounds
from env.localweb.scripts import Missing, Script, action_of
from env.sites.definition import SiteTask
from env.sites.exploring import READONLY
from env.sites.suite import SiteSuite
from webpilot.errors import ConfigError, EnvironmentDown
from webpilot.verdict import Opinion

__all__ = ["SAMPLE", "Tried", "chosen", "report", "scripts_of", "tried"]

CHECKS = Path(__file__).resolve().parent.parent / "env" / "localweb" / "tasks" / "checks"
SAMPLE = (1002, 1005, 1010, 1011, 1016, 1018, 1021, 1025, 1031, 1035, 1038, 1053)
"""Numbers of the dozen that is tried where not all are asked for: of every kind and site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One script, played and judged."""

    task: str
    script: str
    """``solution`` or ``near-miss N``."""
    opinions: Mapping[str, float]
    """Score by judge."""
    reasons: Mapping[str, str]
    """What each judge found wanting."""
    error: str = ""
    """Why the script could not be played to its end, or empty."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every judge was content."""
        return not self.error and all(score >= 1 for score in self.opinions.values())

    @property
    def rejected(self) -> bool:
        """Whether it was played to its end, and no judge was content."""
        return not self.error and all(score < 1 for score in self.opinions.values())

    @property
    def right(self) -> bool:
        """Whether the judges said what they must say of it."""
        return self.passed if self.script == "solution" else self.rejected


def chosen(*, everything: bool, named: Sequence[str] = ()) -> tuple[SiteTask, ...]:
    """Return the tasks to try: those named, all, or the dozen of :data:`SAMPLE`.

    Raises:
        ConfigError: there is no such task.
    """
    if named:
        return tuple(load(name) for name in named)
    return tasks("all") if everything else tuple(load(str(number)) for number in SAMPLE)


def scripts_of(task: SiteTask) -> dict[str, Script]:
    """Return the solution and the near-misses of a task, by name.

    Raises:
        ConfigError: it has none.
    """
    for file in sorted(CHECKS.glob("*.json")):
        raw: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found = raw.get(str(task.number))
        if found is not None:
            misses = {
                f"near-miss {number}": Script.of(each)
                for number, each in enumerate(found["near_misses"], start=1)
            }
            return {"solution": Script.of(found["solution"]), **misses}
    raise ConfigError(f"{task.id} has no scripts: add them to a file in {CHECKS.name}/")


async def tried(suite: SiteSuite, wanted: Iterable[SiteTask]) -> list[Tried]:
    """Return how the judges took every script of these tasks; one line each is printed."""
    found = []
    for task in wanted:
        for name, script in scripts_of(task).items():
            played = await _played(suite, task, name, script)
            found.append(played)
            print(_line(played), flush=True)
    return found


async def _played(suite: SiteSuite, task: SiteTask, name: str, script: Script) -> Tried:
    started = time.perf_counter()
    opinions: tuple[Opinion, ...] = ()
    error = ""
    try:
        async with suite.open_episode(task.id, 0) as episode:
            page = await episode.commit([])
            for step in script.actions:
                before = len(episode.committed)
                page = await episode.commit([action_of(step, page, episode.addresses)])
                if page.last_error or len(episode.committed) == before:
                    raise Missing(f"{json.dumps(step)}: {page.last_error or 'not carried out'}")
            opinions = (await episode.judge(script.outcome)).opinions
    except (Missing, EnvironmentDown) as stopped:
        error = " ".join(str(stopped).split())
    return Tried(
        task=task.id,
        script=name,
        opinions={opinion.judge: opinion.score for opinion in opinions},
        reasons={opinion.judge: opinion.reason for opinion in opinions},
        error=error,
        seconds=round(time.perf_counter() - started, 3),
    )


def _line(played: Tried) -> str:
    scores = " ".join(f"{judge} {score:g}" for judge, score in played.opinions.items())
    reasons = "; ".join(f"{judge}: {why}" for judge, why in played.reasons.items() if why)
    wrong = "" if played.right else f"   WRONG {played.error or reasons}"
    return f"{played.task:14} {played.script:12} {scores}{wrong}"


def report(found: Sequence[Tried]) -> dict[str, Any]:
    """Return the plain data of a check."""
    solutions = [each for each in found if each.script == "solution"]
    misses = [each for each in found if each.script != "solution"]
    return {
        "schema": 1,
        "tasks": len(solutions),
        "solutions_passed": sum(each.passed for each in solutions),
        "near_misses": len(misses),
        "near_misses_rejected": sum(each.rejected for each in misses),
        "rows": [asdict(each) for each in found],
    }


def check(*, everything: bool, named: Sequence[str], file: Path | None) -> int:
    """Return 0 where every judge said what it must say of every script, else 1.

    Args:
        everything: try all tasks, not a sample.
        named: try these.
        file: where the result is written as JSON.

    Raises:
        ConfigError: the suite is not installed, or a task has no scripts.
    """
    wanted = chosen(everything=everything, named=named)
    # One set of servers: nothing is searched here.
    with SiteSuite(LocalwebGrounds(explore=READONLY)) as suite:
        found = asyncio.run(tried(suite, wanted))
    result = report(found)
    if file is not None:
        file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(
        f"{result['solutions_passed']} of {result['tasks']} solutions pass, "
        f"{result['near_misses_rejected']} of {result['near_misses']} near-misses are rejected"
    )
    return int(not all(each.right for each in found))
