from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_rows import failed, row, spoiled

from webpilot.errors import ConfigError
from webpilot.records.rows import INFRASTRUCTURE, EpisodeRow, Measured, latest, projection

CONTRACT_FIELDS = (
    "schema, task, split, seed, preset, searcher, policy, model, success, reward, reward_raw, "
    "strict_success, stop_reason, error_kind, error, answer, committed_steps, commit_drift_step, "
    "contaminated, "
    "explored_steps, rollouts, llm_calls, tokens_in, tokens_out, usd, side_effects, judges, "
    "versions, trajectory, measured"
)

CONTRACT_MEASURED = (
    "seconds, seconds_browser, seconds_model, restores, restore_ms, restore_levels, "
    "replayed_steps, drifted, "
    "llm_calls_cached, tokens_cached, usd_paid, serving"
)


def test_a_line_holds_exactly_the_fields_of_the_contract_in_order() -> None:
    data = json.loads(row().to_json())
    assert ", ".join(data) == CONTRACT_FIELDS
    assert ", ".join(data["measured"]) == CONTRACT_MEASURED


@given(
    error=st.none() | st.text(),
    answer=st.none() | st.text(),
    trajectory=st.lists(st.text()).map(tuple),
    usd=st.floats(allow_nan=False, allow_infinity=False),
    restores=st.dictionaries(st.text(), st.integers()),
)
def test_a_row_survives_being_written_and_read(**changes: Any) -> None:
    restores = changes.pop("restores")
    before = row(**changes, measured=Measured(restores=restores))
    line = before.to_json()
    assert "\n" not in line
    assert EpisodeRow.from_json(line) == before


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"seed": "0"}, "seed"),
        ({"seed": True}, "seed"),
        ({"usd": "1"}, "usd"),
        ({"trajectory": ["click('1')"]}, "trajectory"),
        ({"versions": {"git": 1}}, "versions"),
        ({"stop_reason": "bored"}, "stop_reason"),
        ({"error_kind": "weather"}, "error_kind"),
        ({"success": None, "strict_success": None}, "success"),
        ({"error_kind": "browser"}, "success"),
        ({"success": False}, "strict_success"),
        ({"schema": 2}, "schema"),
        ({"measured": Measured(seconds="1")}, "seconds"),  # type: ignore[arg-type]
    ],
)
def test_a_field_of_the_wrong_kind_or_a_contradiction_is_refused(
    changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        row(**changes)


@pytest.mark.parametrize("kind", INFRASTRUCTURE)
def test_success_is_null_exactly_where_the_world_failed(kind: str) -> None:
    assert spoiled(error_kind=kind).is_infrastructure
    assert not failed(error_kind="agent").is_infrastructure


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"schema": 1', row().to_json()[:-2]])
def test_a_line_that_is_no_row_is_a_clear_error(line: str) -> None:
    with pytest.raises(ConfigError, match="results row"):
        EpisodeRow.from_json(line)


def test_an_unknown_field_is_named() -> None:
    data = row().to_dict() | {"colour": "red"}
    with pytest.raises(ConfigError, match="colour"):
        EpisodeRow.from_json(json.dumps(data))


def test_runs_that_differ_in_order_and_in_measured_things_only_are_equal() -> None:
    first = [row(seed=0), row(seed=1, measured=Measured(seconds=9.0))]
    second = [row(seed=1, measured=Measured(seconds=1.0, restores={"reload": 4})), row(seed=0)]
    assert projection(first) == projection(second)
    assert projection(first) != projection([row(seed=0), row(seed=1, rollouts=3)])


def test_the_last_row_of_a_retried_episode_counts() -> None:
    assert latest([spoiled(), row(seed=1), row()]) == [row(), row(seed=1)]
