"""What befalls an instance in the middle of an episode is the site's fault, in one clear line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from env.sites.exploring import UNSAFE
from env.webarena.fake import FakeInstance
from tests.sites.test_site_world import awaited
from tests.webarena.noting import (
    FIRST,
    CountingJudge,
    NotingCast,
    noted,
    noting_suite,
    standing,
    was_reset,
)
from webpilot.records.rows import EpisodeRow
from webpilot.types import Action

Fault = Callable[[FakeInstance], None]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))


@pytest.fixture
def fake() -> Iterator[FakeInstance]:
    with FakeInstance() as instance:
        was_reset(instance)
        yield instance


def dies(fake: FakeInstance) -> None:
    fake.die("gitlab")


def breaks(fake: FakeInstance) -> None:
    fake.fail("gitlab", 502)


def expires(fake: FakeInstance) -> None:
    fake.expire("gitlab")


FAULTS = pytest.mark.parametrize(
    ("fault", "told"),
    [
        (dies, "gitlab is gone"),
        (breaks, "gitlab is broken"),
        (expires, "nobody is logged in to gitlab any more"),
    ],
)


def check(row: EpisodeRow, fake: FakeInstance, told: str) -> None:
    """The row says whose fault it is and what mends it; the log knows what was sent."""
    assert (row.error_kind, row.success, row.stop_reason) == ("site", None, "infrastructure")
    assert row.is_infrastructure
    assert told in (row.error or "")
    assert "run.retry_errors=true" in (row.error or "")
    assert "\n" not in (row.error or "")
    assert standing(fake).unfinished == ()


@FAULTS
def test_a_site_that_fails_while_it_is_searched(
    fake: FakeInstance, fault: Fault, told: str
) -> None:
    judge = CountingJudge(fake)
    with noting_suite(fake, judge) as suite:
        row = noted(suite, NotingCast(between=lambda context: fault(fake))).row
    check(row, fake, told)
    assert judge.asked == 0
    assert standing(fake).clean


@FAULTS
def test_a_site_that_fails_while_a_path_is_committed(
    fake: FakeInstance, fault: Fault, told: str
) -> None:
    judge = CountingJudge(fake)
    fake.when_noted("gitlab", lambda note: fault(fake))
    with noting_suite(fake, judge) as suite:
        row = noted(suite).row
    check(row, fake, told)
    assert judge.asked == 0
    assert row.side_effects[0] == "commit: POST gitlab /notes"
    assert standing(fake).unsafe == 1  # it may have arrived: the next episode begins with a reset


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (lambda fake: fake.answer_as("gitlab", "shopping"), "answers as shopping, not as gitlab"),
        (lambda fake: fake.change_password("gitlab", "other"), "does not let byteblaze in"),
        (dies, "answered with status 502"),  # by the window's proxy
        (breaks, "answered with status 502"),
    ],
)
def test_a_site_that_is_not_what_it_was_when_the_run_began(
    fake: FakeInstance, fault: Fault, told: str
) -> None:
    with noting_suite(fake, CountingJudge(fake)) as suite:
        fault(fake)
        row = noted(suite).row
    assert (row.error_kind, row.success) == ("site", None)
    assert told in (row.error or "")
    assert standing(fake).clean


def test_the_next_episode_plays_once_the_site_is_back(fake: FakeInstance) -> None:
    with noting_suite(fake, CountingJudge(fake, wanted=1)) as suite:
        breaks(fake)
        assert noted(suite).row.error_kind == "site"
        fake.fail("gitlab", None)
        row = noted(suite, NotingCast(goals=("notes: 0", FIRST))).row
    assert (row.error, row.success) == (None, True)


def test_a_reset_that_fails_is_the_instances_fault_and_nothing_is_judged(
    fake: FakeInstance,
) -> None:
    judge = CountingJudge(fake)
    with noting_suite(fake, judge, explore=UNSAFE) as suite:
        fake.reset_fails(500)
        row = noted(suite).row
    assert (row.error_kind, row.success) == ("site", None)
    assert "/reset failed with status 500" in (row.error or "")
    assert judge.asked == 0


@pytest.mark.parametrize("address", ["/users/sign_in", "/users/sign_out"])
@awaited
async def test_a_login_that_the_agent_itself_asks_for_or_ends_is_no_fault(
    fake: FakeInstance, address: str
) -> None:
    with noting_suite(fake, CountingJudge(fake), explore=UNSAFE) as suite:
        async with (
            suite.open_search("webarena.1", 0) as opened,
            opened.worlds.lease() as world,
        ):
            there = await world.step(Action(kind="goto", args=(f"http://gitlab{address}",)))
            assert there.observation.last_error == ""
            assert there.observation.url == "http://gitlab/users/sign_in"
