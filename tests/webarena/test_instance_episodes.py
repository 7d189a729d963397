"""Episodes on an instance: explored without a trace, committed piece by piece, noted, marked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from env.sites.exploring import READONLY, UNSAFE
from env.webarena.fake import FakeInstance
from tests.webarena.noting import (
    OPEN,
    SECOND,
    CountingJudge,
    NotingCast,
    noted,
    noting_suite,
    standing,
    was_reset,
)
from webpilot.errors import ConfigError

WOULD, WROTE = "search: would_mutate POST gitlab /notes", "commit: POST gitlab /notes"
LOGIN = "/users/sign_in"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))


@pytest.fixture
def fake() -> Iterator[FakeInstance]:
    with FakeInstance() as instance:
        yield instance


def posts(fake: FakeInstance) -> list[str]:
    """What was posted to the site, logins apart."""
    told = (each.split(" ") for each in fake.asked("gitlab"))
    return [path for method, path in told if method == "POST" and path != LOGIN]


def events(folder: Path, name: str) -> list[dict[str, object]]:
    lines = (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == name]


def test_what_is_committed_piece_by_piece_is_all_that_reaches_the_site(
    fake: FakeInstance, tmp_path: Path
) -> None:
    judge = CountingJudge(fake)
    with noting_suite(fake, judge) as suite:
        row = noted(suite, folder=tmp_path / "episode").row
    assert (row.error, row.success, row.stop_reason) == (None, True, "done")
    assert judge.asked == 1
    assert posts(fake) == ["/notes", "/notes"]
    assert row.side_effects == (WROTE, WOULD)
    assert not row.contaminated
    assert [step.partition("(")[0] for step in row.trajectory] == ["click"] * 3
    # Every subtask was taken when it was found, and the search began anew from there.
    told = events(tmp_path / "episode", "reroot")
    assert [each["committed"] for each in told] == [1, 2, 3]
    # The instance was reset before anything was known of it, and is not clean any more.
    assert fake.resets == 1
    assert standing(fake).unsafe == 2
    assert standing(fake).episodes == ("run/webarena.1",)
    assert standing(fake).unfinished == ()


def test_the_next_run_resets_first_or_is_refused_or_its_results_are_marked(
    fake: FakeInstance,
) -> None:
    was_reset(fake)
    judge = CountingJudge(fake)
    with noting_suite(fake, judge) as suite:
        assert noted(suite).row.success
        assert fake.resets == 0  # it was clean
        assert noted(suite, seed=1).row.success  # within a run, too
        assert fake.resets == 1
    with (
        noting_suite(fake, judge, resettable=False) as suite,
        pytest.raises(ConfigError, match="2 unsafe requests") as caught,
    ):
        noted(suite)
    assert "was-reset" in str(caught.value)
    assert "benchmark.accept_dirty=true" in str(caught.value)
    assert "\n" not in str(caught.value)
    with noting_suite(fake, judge, resettable=False, accept_dirty=True) as suite:
        marked = noted(suite, NotingCast(goals=(SECOND,))).row
    assert marked.contaminated
    assert marked.error is None
    assert marked.success is True  # judged all the same, by what it found there
    assert fake.resets == 1


def test_a_search_that_wrote_is_undone_before_the_path_is_committed(fake: FakeInstance) -> None:
    was_reset(fake)
    judge = CountingJudge(fake)
    with noting_suite(fake, judge, explore=UNSAFE) as suite:
        row = noted(suite).row
        assert (row.error, row.success, row.contaminated) == (None, True, False)
        assert fake.resets == 1
        assert fake.notes == {"gitlab": ("a note", "a note")}
        assert len(posts(fake)) > 2
        assert row.side_effects == (WROTE, "search: POST gitlab /notes")
    with noting_suite(fake, judge, explore=UNSAFE) as suite:
        noted(suite, NotingCast(goals=(OPEN,)))  # the instance was dirty: one before it begins
        assert fake.resets == 2  # and none before it commits: it has only read


def test_a_search_that_wrote_where_nothing_can_be_reset_is_marked(fake: FakeInstance) -> None:
    was_reset(fake)
    with noting_suite(fake, CountingJudge(fake), explore=UNSAFE, resettable=False) as suite:
        row = noted(suite).row
    assert row.contaminated
    assert row.error is None
    assert row.success is False  # what the search added is there too
    assert len(fake.notes["gitlab"]) > 2


def test_a_search_that_only_read_is_neither_undone_nor_marked(fake: FakeInstance) -> None:
    was_reset(fake)
    judge = CountingJudge(fake, wanted=0)
    for explore in (READONLY, UNSAFE):
        with noting_suite(fake, judge, explore=explore, resettable=False) as suite:
            row = noted(suite, NotingCast(goals=(OPEN,))).row
        assert (row.success, row.contaminated, row.side_effects) == (True, False, ())
    assert standing(fake).clean
