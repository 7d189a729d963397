"""What befalls an instance in the middle of an episode is the site's fault, in one clear line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from env.sites.exploring import UNSAFE
from env.webarena.fake import FakeInstance
from env.webarena.logins import LOGINS
from tests.sites.test_site_world import awaited
from tests.webarena.noting import (
    OPEN,
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


FAULTS: tuple[tuple[Fault, str], ...] = (
    (expires, "nobody is logged in to gitlab any more"),
    (breaks, "gitlab is broken"),
    (dies, "gitlab is gone"),
)


def check(row: EpisodeRow, told: str) -> None:
    """The row says whose fault it is and what mends it."""
    assert (row.error_kind, row.success, row.stop_reason) == ("site", None, "infrastructure")
    assert row.is_infrastructure
    assert told in (row.error or "")
    assert "run.retry_errors=true" in (row.error or "")
    assert "\n" not in (row.error or "")


def test_a_site_that_fails_while_it_is_searched(fake: FakeInstance) -> None:
    judge = CountingJudge(fake)
    with noting_suite(fake, judge) as suite:
        for fault, told in FAULTS:
            befallen = NotingCast(between=lambda context, fault=fault: fault(fake))
            check(noted(suite, befallen).row, told)
            fake.fail("gitlab", None)
    assert judge.asked == 0
    assert fake.resets == 0
    assert standing(fake).clean  # what only read has left nothing


def test_a_site_that_fails_while_a_path_is_committed(fake: FakeInstance) -> None:
    judge = CountingJudge(fake)
    with noting_suite(fake, judge) as suite:
        for number, (fault, told) in enumerate(FAULTS):
            fake.when_noted("gitlab", lambda note, fault=fault: fault(fake))
            row = noted(suite).row
            check(row, told)
            assert row.side_effects[0] == "commit: POST gitlab /notes"
            assert fake.resets == number  # what the one before has sent may have arrived
            fake.fail("gitlab", None)
    assert judge.asked == 0
    assert (standing(fake).unsafe, standing(fake).unfinished) == (1, ())


def test_a_site_that_is_not_what_it_was_when_the_run_began(fake: FakeInstance) -> None:
    faults: tuple[tuple[Fault, Fault, str], ...] = (
        (
            lambda fake: fake.answer_as("gitlab", "shopping"),
            lambda fake: fake.answer_as("gitlab", "gitlab"),
            "answers as shopping, not as gitlab",
        ),
        (
            lambda fake: fake.change_password("gitlab", "other"),
            lambda fake: fake.change_password("gitlab", LOGINS["gitlab"].password),
            "does not let byteblaze in",
        ),
        (breaks, lambda fake: fake.fail("gitlab", None), "answered with status 502"),
    )
    judge = CountingJudge(fake, wanted=0)
    with noting_suite(fake, judge) as suite:
        for fault, mended, told in faults:
            fault(fake)
            row = noted(suite).row
            assert (row.error_kind, row.success) == ("site", None)
            assert told in (row.error or "")
            mended(fake)
        # The next episode plays once the site is itself again.
        row = noted(suite, NotingCast(goals=(OPEN,))).row
        assert (row.error, row.success, judge.asked) == (None, True, 1)
        dies(fake)
        row = noted(suite).row
        assert (row.error_kind, row.success) == ("site", None)


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


@awaited
async def test_a_login_that_the_agent_itself_asks_for_or_ends_is_no_fault(
    fake: FakeInstance,
) -> None:
    with noting_suite(fake, CountingJudge(fake), explore=UNSAFE) as suite:
        async with (
            suite.open_search("webarena.1", 0) as opened,
            opened.worlds.lease() as world,
        ):
            for address in ("/users/sign_in", "/users/sign_out"):
                there = await world.step(Action(kind="goto", args=(f"http://gitlab{address}",)))
                assert there.observation.last_error == ""
                assert there.observation.url == "http://gitlab/users/sign_in"
