"""The same search on our environment and on BrowserGym's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from env.miniwob.catalogue import REAL_TIME, tasks
from experiments.bench.backends import TASKS, Side, played, report, sides, summary

TASK = "enter-text"


@pytest.mark.timeout(240)
def test_both_grow_the_same_tree_and_browsergyms_takes_longer(tmp_path: Path) -> None:
    ours, theirs = (played(backend, [TASK], str(tmp_path)) for backend in ("fast", "browsergym"))
    assert [row.error for row in (*ours.rows, *theirs.rows)] == [None, None]
    (side,) = sides(ours, theirs)
    assert side.same
    assert side.nodes > 2
    assert side.theirs > side.ours > 0
    assert {tier for row in theirs.rows for tier in row.measured.restores} == {"reset + replay"}


def test_the_tasks_are_of_the_tuned_part_and_rest() -> None:
    known = {task.name for task in tasks("tuning")}
    assert len(set(TASKS)) == 20
    assert set(TASKS) <= known - set(REAL_TIME)


def test_what_is_told_counts_trees_and_adds_up_seconds() -> None:
    found = [
        Side(task="a", same=True, nodes=3, ours=1.0, theirs=30.0),
        Side(task="b", same=False, nodes=5, ours=2.0, theirs=60.0),
    ]
    assert summary(found) == {"episodes": 2, "same_trees": 1, "browser_seconds_ratio": 30.0}
    assert "1 of 2 trees are the same" in report(found)
