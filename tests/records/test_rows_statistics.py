from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_rows import failed, row, spoiled

from webpilot.records.rows import EpisodeRow, Measured
from webpilot.records.statistics import summarise, wilson


@pytest.mark.parametrize(
    ("solved", "total", "low", "high"),
    # Reference values: Wilson's interval as statsmodels.stats.proportion computes it.
    [(8, 10, 0.490162, 0.943318), (0, 10, 0.0, 0.277533), (10, 10, 0.722467, 1.0)],
)
def test_the_interval_is_wilsons(solved: int, total: int, low: float, high: float) -> None:
    assert wilson(solved, total) == pytest.approx((low, high), abs=1e-6)


@given(st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_in_bounds(pair: tuple[int, int]) -> None:
    solved, total = pair
    low, high = wilson(solved, total)
    assert 0 <= low <= high <= 1
    if total:
        assert low <= solved / total <= high


def test_what_the_world_spoiled_is_outside_the_denominator_and_listed_apart() -> None:
    summary = summarise([row(), failed(seed=1), spoiled(seed=2)])
    assert summary["episodes"] == 3
    assert summary["judged"] == 2
    assert summary["success"]["total"] == 2
    assert summary["success"]["rate"] == 0.5
    assert summary["infrastructure"] == [
        {"task": "miniwob.click-test", "seed": 2, "kind": "browser", "error": "the page died"}
    ]
    assert summary["errors"] == {"browser": 1}


def test_a_graded_page_counts_by_the_benchmark_only_and_its_reward_stands_apart() -> None:
    graded = row(task="miniwob.circle-center", strict_success=None, reward_raw=0.4)
    summary = summarise([row(), failed(seed=1), graded])
    assert (summary["strict"]["solved"], summary["strict"]["total"]) == (1, 2)
    assert (summary["success"]["solved"], summary["success"]["total"]) == (2, 3)
    assert summary["graded"] == {
        "episodes": 1,
        "tasks": ["miniwob.circle-center"],
        "mean_reward_raw": 0.4,
    }


def test_a_spent_budget_without_anything_to_judge_is_a_failure_of_the_agent() -> None:
    empty = row(
        success=False,
        strict_success=None,
        reward=None,
        reward_raw=None,
        error_kind="budget",
        stop_reason="budget",
    )
    summary = summarise([empty, row(seed=1)])
    assert summary["strict"] == summary["success"]
    assert summary["graded"]["episodes"] == 0
    assert summary["success"] | {"interval": None} == {
        "solved": 1,
        "total": 2,
        "rate": 0.5,
        "interval": None,
    }


def test_tables_stand_by_split_and_task_and_by_any_further_grouping() -> None:
    rows = [row(task="a"), failed(task="b"), row(task="c", split="test")]
    summary = summarise(rows, groupings={"family": {"a": "buttons", "b": "buttons"}})
    by = summary["by"]
    assert list(by) == ["split", "family", "task"]
    assert by["split"]["train"]["strict"]["rate"] == 0.5
    assert by["split"]["test"]["strict"]["rate"] == 1.0
    assert by["family"] == {"buttons": by["split"]["train"]}
    assert by["task"]["b"]["success"]["solved"] == 0


def test_work_is_added_up_and_measured_things_stand_apart() -> None:
    rows = [
        row(rollouts=3, explored_steps=5, usd=0.25, measured=Measured(restores={"reload": 2})),
        row(seed=1, rollouts=1, measured=Measured(restores={"reload": 1, "live": 4}, seconds=2)),
    ]
    summary = summarise(rows)
    assert summary["spent"]["rollouts"] == 4
    assert summary["spent"]["usd"] == 0.25
    assert "seconds" not in summary["spent"]
    assert summary["measured"]["restores"] == {"live": 4, "reload": 3}


def served(tokens: float, fair: float, wait: float) -> Measured:
    told = {"wait_p50_s": wait / 2, "wait_p99_s": wait, "served_tokens": tokens}
    return Measured(
        serving={**told, "fair_tokens": fair, "shared_prefix": 0.5, "cached_tokens": 64}
    )


def test_how_a_model_served_a_run_is_told_with_the_worst_waits_and_jains_index() -> None:
    uneven = [row(measured=served(300, 100, 1)), row(seed=1, measured=served(100, 100, 9))]
    assert summarise([*uneven, row(seed=2)])["measured"]["serving"] == {
        "wait_p50_s": 4.5,
        "wait_p99_s": 9,
        "jain": 0.8,
        "shared_prefix": 0.5,
        "cached_tokens": 128,
    }
    assert summarise([row(measured=served(0, 0, 0))])["measured"]["serving"]["jain"] is None
    assert "serving" not in summarise([row()])["measured"]


def test_a_run_without_an_episode_has_no_rate() -> None:
    summary = summarise([])
    assert summary["strict"] == {"solved": 0, "total": 0, "rate": None, "interval": None}
    json.dumps(summary, allow_nan=False)


def on_sites(task: str, **changes: Any) -> EpisodeRow:
    return row(task=f"localweb.{task}", split="open", strict_success=None, **changes)


def test_tasks_on_sites_have_no_strict_metric_and_are_not_graded() -> None:
    summary = summarise([on_sites("1"), on_sites("2", success=False, reward=0.0, reward_raw=0.0)])
    assert summary["strict"]["total"] == 0
    assert summary["graded"]["episodes"] == 0
    assert (summary["success"]["solved"], summary["success"]["total"]) == (1, 2)


def test_tasks_of_one_template_are_less_evidence_than_as_many_of_several() -> None:
    rows = [on_sites(str(number), success=number < 6) for number in range(12)]
    alike = {each.task: str(number // 2) for number, each in enumerate(rows)}
    apart = {each.task: each.task + "'s own" for each in rows}
    width = []
    for clusters in (alike, apart):
        success = summarise(rows, clusters=clusters)["success"]
        low, high = success["interval_clusters"]
        assert low <= success["rate"] <= high
        width.append(high - low)
    assert width[0] > width[1]
    assert summarise(rows, clusters=alike) == summarise(rows, clusters=alike)
    assert "interval_clusters" not in summarise(rows)["success"]
