"""Episodes of the local suite, over a tiny application: a server that dies, a disk that is full."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from env.localweb.grounds import LocalwebGrounds
from env.localweb.installing import install
from env.localweb.replica import Replica
from env.sites.definition import SiteTask
from env.sites.exploring import COMMIT_ONCE, READONLY, REPLICA
from env.sites.suite import SiteSuite
from mcts.protocols import NodeContext
from tests.env.pocket import pocket
from tests.webarena.noting import FIRST, SECOND, NotingCast, noted, noting_task
from webpilot.records.rows import EpisodeRow
from webpilot.steps import StepJournal, StepKey, path_hash

POCKET = pocket()
COUNT = "SELECT count(*) FROM things WHERE name = 'added'"
CAST = NotingCast(goals=(FIRST, SECOND))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))
    install([POCKET])


def task(name: str = "webarena.1") -> SiteTask:
    """Two notes are to be added, and nothing else is to change."""
    judged = {
        "site": "shopping",
        "expect": [{"sql": COUNT, "rows": [[2]]}],
        "changes": {"shopping": ["things"]},
    }
    whole = replace(noting_task(site="shopping"), id="localweb.1", benchmark="localweb")
    return replace(
        whole,
        start_urls=("__SHOPPING__/notes",),
        judges=("database",),
        raw={**whole.raw, "database": judged},
    )


@contextmanager
def playing(explore: str = REPLICA) -> Iterator[tuple[SiteSuite, LocalwebGrounds]]:
    grounds = LocalwebGrounds(explore=explore, applications=[POCKET], load=task)
    with SiteSuite(grounds) as suite:
        yield suite, grounds


def outcome(row: EpisodeRow) -> tuple[Any, ...]:
    return row.error, row.success, row.contaminated


def kill(replica: Replica) -> None:
    (pid,) = replica.pids
    os.kill(pid, signal.SIGKILL)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow beyond a size, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("explore", [REPLICA, READONLY, COMMIT_ONCE])
def test_each_way_of_exploring_commits_what_was_found_and_nothing_else(
    explore: str, tmp_path: Path
) -> None:
    seen: list[str] = []
    with playing(explore) as (suite, grounds):
        committed = grounds.committed

        def look(context: NodeContext) -> None:
            if not context.committed:  # before the first commit
                seen.append(committed.hash())

        row = noted(suite, replace(CAST, between=look), steps=tmp_path / "steps" / "1.jsonl").row
        assert outcome(row) == (None, True, False)
        assert set(seen) == {committed.seed_hash()}
        assert committed.changed() == {"shopping": ("things",)}
        searched = [each for each in row.side_effects if each.startswith("search")]
        told = "" if explore == REPLICA else "would_mutate "
        note = " (replica, put back)" if explore == REPLICA else ""
        assert searched == [f"search: {told}POST shopping /notes{note}"]
        if explore == REPLICA:
            # Wherever the search stood last, it is there still: nobody has touched its servers.
            assert grounds.explored.changed() == {"shopping": ("things",)}


@pytest.mark.parametrize("explore", [REPLICA, READONLY])
def test_a_server_that_dies_is_the_sites_fault_and_the_next_episode_has_another(
    explore: str,
) -> None:
    with playing(explore) as (suite, grounds):
        assert outcome(noted(suite, CAST).row) == (None, True, False)
        # While it is searched:
        row = noted(suite, replace(CAST, between=lambda context: kill(grounds.explored))).row
        check(row)
        assert outcome(noted(suite, CAST).row) == (None, True, False)
        # While the path is committed: the server ends with the first thing that is written.
        fragile = grounds.committed.folder / "pocket" / "fragile"
        if explore == REPLICA:
            fragile.write_text("")
        row = noted(
            suite,
            CAST if explore == REPLICA else replace(CAST, between=lambda _: fragile.touch()),
        ).row
        check(row)
        assert row.side_effects[0] == "commit: POST shopping /notes"
        assert outcome(noted(suite, CAST).row) == (None, True, False)
        assert not fragile.exists()  # rebuilt from the seed


def check(row: EpisodeRow) -> None:
    assert (row.error_kind, row.success, row.stop_reason) == ("site", None, "infrastructure")
    assert "shopping" in (row.error or "")
    assert "\n" not in (row.error or "")


def test_a_full_disk_under_a_replica_is_one_clear_line_and_the_next_episode_plays() -> None:
    with playing() as (suite, grounds):
        calls = 0

        def fill_up(context: NodeContext) -> None:
            nonlocal calls
            calls += 1
            resource.setrlimit(resource.RLIMIT_FSIZE, (2048, resource.RLIM_INFINITY))

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:  # while a snapshot of the search is taken
            row = noted(suite, replace(CAST, between=fill_up)).row
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert calls == 1
        told_full(row)
        assert grounds.committed.changed() == {}
        assert outcome(noted(suite, CAST).row) == (None, True, False)
        with full_disk():  # while the servers are put back to the seed
            row = noted(suite, CAST).row
        told_full(row)
        assert outcome(noted(suite, CAST).row) == (None, True, False)


def told_full(row: EpisodeRow) -> None:
    assert (row.error_kind, row.success) == ("site", None)
    assert "pocket.sqlite" in (row.error or "")
    assert "free some space there" in (row.error or "")
    assert "run.retry_errors=true" in (row.error or "")
    assert "\n" not in (row.error or "")


def test_where_every_episode_begins_anew_the_journal_of_an_earlier_try_counts_for_nothing(
    tmp_path: Path,
) -> None:
    steps = tmp_path / "steps" / "1.jsonl"
    with playing(COMMIT_ONCE) as (suite, _):
        first = noted(suite, CAST, steps=steps).row
        (click, *_) = first.trajectory
        key = StepKey(task="webarena.1", seed=0, path=path_hash([]), action=click)
        steps.unlink()
        with StepJournal(steps) as journal:
            journal.begin(key)  # and then a kill came
        assert outcome(noted(suite, CAST, steps=steps).row) == (None, True, False)
        with StepJournal(steps) as journal:
            assert len(journal.finished) == 2
