"""Tasks of WebArena-Verified as far as they can be checked without the package itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from env.verified.catalogue import Catalogue, VerifiedTask, id_of, name_of
from env.verified.evaluator import VerifiedEvaluator
from env.verified.judge import verified_task
from webpilot.errors import ConfigError
from webpilot.responses import TypedResponse

TASK = VerifiedTask(
    id=431,
    sites=("shopping", "shopping_admin"),
    template=145,
    intent="Add the cheapest product to the cart",
    start_urls=("__SHOPPING__/a", "__SHOPPING_ADMIN__"),
    results_schema={"type": "null"},
    revision=2,
)
SITES = {"shopping": "http://127.0.0.1:40001", "shopping_admin": "http://127.0.0.1:40001/dashboard"}
OWN: Mapping[str, Any] = {
    "sites": ["shopping"],
    "task_id": 1003,
    "intent_template_id": 12,
    "start_url": f"{SITES['shopping']}/ |AND| {SITES['shopping_admin']}/orders",
    "intent": "Put two mugs into the basket",
    "intent_template": "Put {{n}} mugs into the basket",
    "instantiation_dict": {"n": "two"},
    "verified": [
        {
            "evaluator": "NetworkEventEvaluator",
            "expected": {
                "url": f"{SITES['shopping_admin']}/basket/add",
                "headers": {"referer": f"{SITES['shopping']}/mug"},
            },
        }
    ],
}


def test_start_addresses_are_filled_in() -> None:
    assert TASK.addressed(SITES) == (f"{SITES['shopping']}/a", SITES["shopping_admin"])


def test_an_address_that_is_not_known_is_named() -> None:
    with pytest.raises(ConfigError, match="the address of shopping_admin is not known"):
        TASK.addressed({"shopping": "http://127.0.0.1:40001"})


def test_names_and_ids_belong_together() -> None:
    assert id_of(name_of(107)) == 107
    assert id_of("webarena.107") is None
    assert id_of("webarena_verified.x") is None


def test_tasks_that_are_not_installed_are_missed_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="make verified"):
        Catalogue()


def test_tasks_that_somebody_changed_are_refused(tmp_path: Path) -> None:
    (tmp_path / "webarena-verified.json").write_text("[]")
    with pytest.raises(ConfigError, match="other tasks than WebArena-Verified"):
        Catalogue(tmp_path)


def test_a_task_of_ours_reads_as_one_of_theirs_with_placeholders() -> None:
    task = verified_task(OWN, SITES)
    assert task["start_urls"] == ["__SHOPPING__/", "__SHOPPING_ADMIN__/orders"]
    (rule,) = task["eval"]
    assert rule["expected"]["url"] == "__SHOPPING_ADMIN__/basket/add"
    assert rule["expected"]["headers"] == {"referer": "__SHOPPING__/mug"}
    assert task["revision"] == 1


def test_a_task_without_what_it_takes_is_refused_by_the_missing_key() -> None:
    lacking = {name: value for name, value in OWN.items() if name != "intent_template"}
    with pytest.raises(ConfigError, match="task 1003 has no 'intent_template'"):
        verified_task(lacking)


def test_addresses_that_the_evaluator_would_mix_up_are_refused() -> None:
    sites = {"shopping": "http://127.0.0.1:4000", "reddit": "http://127.0.0.1:40001"}
    with VerifiedEvaluator() as evaluator, pytest.raises(ConfigError, match="use another port"):
        evaluator.evaluate(1, TypedResponse(task_type="NAVIGATE"), None, sites)


def test_an_evaluator_that_is_not_installed_is_missed_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path))
    with VerifiedEvaluator() as evaluator, pytest.raises(ConfigError, match="make verified"):
        evaluator.evaluate(1, {}, None, {})
