"""Official tasks on a fake instance, judged once by the official evaluators, as in a run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from env.benchmarks import BENCHMARKS, Playing, suite_of
from env.environments import home
from env.sites.exploring import READONLY
from env.webarena.fake import FakeInstance
from tests.webarena.noting import OPEN, NotingCast, plan_of
from webpilot.episode import play
from webpilot.errors import ConfigError
from webpilot.records.rows import EpisodeRow

NOTE = "Thanks, working on reviews"
PLACE = "/primer/design/-/merge_requests/450"
"""Where libwebarena looks for the note of webarena.389."""
ON_NOTES = "Notes: 0 / One Stop Market"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed is there; what is known of instances is not."""
    installed = home()
    own = tmp_path / "home"
    own.mkdir()
    for name in ("environments", "nltk"):
        if (installed / name).exists():
            (own / name).symlink_to(installed / name)
    monkeypatch.setenv("WEBPILOT_HOME", str(own))


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """libwebarena is imported for this instance, and forgotten for whoever comes next."""
    forget()
    yield
    forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "webarena"]:
        del sys.modules[name]


@pytest.fixture
def fake() -> Iterator[FakeInstance]:
    with FakeInstance() as instance:
        instance.offer("gitlab", NOTE)
        yield instance


def played(
    environ: Mapping[str, str],
    task: str,
    cast: NotingCast | None = None,
    *,
    benchmark: str = "webarena",
    explore: str = READONLY,
) -> EpisodeRow:
    """One episode as a run plays it."""
    suite = suite_of(
        benchmark,
        Playing(settle="quiet", explore=explore, run="official"),
        [BENCHMARKS[benchmark].load(task)],
        environ=environ,
    )
    try:
        return asyncio.run(play(plan_of(cast or NotingCast(), task=task), suite)).row
    finally:
        suite.close()


def test_a_page_is_looked_at_by_the_official_judge_once_after_the_last_commit(
    fake: FakeInstance,
) -> None:
    row = played(fake.environ, "webarena.389")
    assert (row.error, row.success, row.judges) == (None, True, {"libwebarena": 1.0})
    asked = fake.asked("gitlab")
    assert asked.count(f"GET {PLACE}") == 1
    assert asked.index(f"GET {PLACE}") > max(
        place for place, each in enumerate(asked) if each == "POST /notes"
    )
    assert asked.count("POST /notes") == 2
    assert row.side_effects == (
        "commit: POST gitlab /notes",
        "search: would_mutate POST gitlab /notes",
    )


def test_a_path_that_leaves_the_wrong_note_is_the_agents_failure(fake: FakeInstance) -> None:
    fake.offer("gitlab", "Thanks, working on it")
    row = played(fake.environ, "webarena.389")
    assert (row.error, row.success, row.judges) == (None, False, {"libwebarena": 0.0})


@pytest.mark.parametrize(("answer", "right"), [("65.32", True), ("65.23", False)])
def test_an_answer_is_read_off_a_page_and_judged(
    fake: FakeInstance, answer: str, right: bool
) -> None:
    cast = NotingCast(goals=(OPEN,), held={ON_NOTES: answer})
    row = played(fake.environ, "webarena.190", cast)
    assert (row.error, row.success, row.answer) == (None, right, answer)
    assert row.side_effects == ()


@pytest.mark.parametrize(("answer", "right"), [("65.32", True), ("65.93", False)])
def test_a_verified_task_is_judged_by_its_response(
    fake: FakeInstance, answer: str, right: bool
) -> None:
    cast = NotingCast(goals=(OPEN,), held={ON_NOTES: answer})
    row = played(fake.environ, "webarena_verified.190", cast, benchmark="webarena_verified")
    assert (row.error, row.success) == (None, right)
    assert row.judges == {"verified": float(right)}


def test_a_run_does_not_start_on_half_an_instance(fake: FakeInstance) -> None:
    environ = dict(fake.environ)
    del environ["WA_GITLAB"]
    fake.answer_as("shopping", "reddit")
    with pytest.raises(ConfigError) as caught:
        played(environ, "webarena.389")
    told = str(caught.value)
    assert "export WA_GITLAB=" in told
    assert "answers as Postmill, which is reddit, not as Magento's storefront" in told
    assert "\n" not in told
    with pytest.raises(ConfigError, match="skipped: no WebArena instance"):
        played({}, "webarena.389")


def test_two_runs_do_not_share_an_instance(fake: FakeInstance) -> None:
    tasks: list[Any] = [BENCHMARKS["webarena"].load("webarena.389")]
    playing = Playing(settle="quiet", explore=READONLY, run="first")
    first = suite_of("webarena", playing, tasks, environ=fake.environ)
    try:
        with pytest.raises(ConfigError, match="another run uses this WebArena instance"):
            suite_of("webarena", playing, tasks, environ=fake.environ)
    finally:
        first.close()
    suite_of("webarena", playing, tasks, environ=fake.environ).close()
