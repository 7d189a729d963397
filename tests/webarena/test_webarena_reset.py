"""A reset is driven to its end, bounded, and never silently skipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from env.webarena.fake import FakeInstance
from env.webarena.fetching import Fetcher
from env.webarena.instance import Instance
from env.webarena.resetting import reset
from webpilot.errors import ConfigError, SiteDown


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    seconds: float = 0.0
    sleeps: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.seconds += seconds


@pytest.fixture
def fake() -> Iterator[FakeInstance]:
    with FakeInstance() as instance:
        yield instance


@pytest.fixture
def clock() -> Clock:
    return Clock()


def done(fake: FakeInstance, clock: Clock) -> float:
    instance = Instance.from_environment(fake.environ)
    return reset(instance, now=clock.now, sleep=clock.sleep)


def test_what_was_written_is_gone_after_a_reset(fake: FakeInstance, clock: Clock) -> None:
    Fetcher().get(fake.url("reddit") + "/submit", timeout=5.0, data=b"title=x")
    assert fake.changes == {"reddit": ("/submit",)}
    assert done(fake, clock) == 0.0
    assert (fake.changes, fake.resets) == ({}, 1)


def test_the_status_is_asked_again_until_it_is_ready(fake: FakeInstance, clock: Clock) -> None:
    fake.reset_takes(5)
    assert done(fake, clock) == 100.0
    assert clock.sleeps == [20.0] * 5


def test_a_reset_that_runs_already_is_waited_for(fake: FakeInstance, clock: Clock) -> None:
    fake.reset_takes(2)
    fake.start_reset()
    done(fake, clock)
    assert fake.resets == 1


def test_a_reset_that_takes_for_ever_ends_after_ten_minutes(
    fake: FakeInstance, clock: Clock
) -> None:
    fake.reset_takes(10_000)
    with pytest.raises(SiteDown, match="after 600 s of resetting"):
        done(fake, clock)
    assert clock.seconds == 620.0


def test_a_reset_server_that_fails_is_told(fake: FakeInstance, clock: Clock) -> None:
    fake.reset_fails(500)
    with pytest.raises(SiteDown, match="/reset failed with status 500"):
        done(fake, clock)
    fake.die("reset")
    with pytest.raises(SiteDown, match="does not answer"):
        done(fake, clock)


def test_a_site_that_does_not_come_back_is_told_after_three_tries(
    fake: FakeInstance, clock: Clock
) -> None:
    fake.die("gitlab")
    with pytest.raises(SiteDown, match="does not answer"):
        done(fake, clock)
    assert clock.sleeps == [20.0, 20.0]


def test_without_a_reset_server_nothing_is_called_reset(fake: FakeInstance, clock: Clock) -> None:
    bare = replace(Instance.from_environment(fake.environ), reset_url="")
    with pytest.raises(ConfigError, match="WA_FULL_RESET"):
        reset(bare, now=clock.now, sleep=clock.sleep)
    assert fake.resets == 0
