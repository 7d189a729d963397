"""The local suite's task files: whole, consistent, and each with its scripts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "env" / "localweb" / "tasks"
FILES = sorted(FOLDER.glob("*.json"))
KINDS = {"retrieve", "navigate", "mutate", "infeasible", "cross"}
NAMES = {"shopping", "shopping_admin", "reddit", "gitlab", "wikipedia"}
TASKS = [
    pytest.param(task, file.name, id=str(task["task_id"]))
    for file in FILES
    for task in json.loads(file.read_text(encoding="utf-8"))
]


def scripts(file: str, task: dict[str, Any]) -> dict[str, Any]:
    known = json.loads((FOLDER / "checks" / file).read_text(encoding="utf-8"))
    found: dict[str, Any] = known[str(task["task_id"])]
    return found


def test_numbers_are_given_once() -> None:
    numbers = Counter(param.values[0]["task_id"] for param in TASKS)
    assert numbers
    assert max(numbers.values()) == 1


@pytest.mark.parametrize(("task", "file"), TASKS)
def test_an_intent_is_its_template_filled_in(task: dict[str, Any], file: str) -> None:
    intent = task["intent_template"]
    for name, value in task["instantiation_dict"].items():
        assert f"{{{{{name}}}}}" in task["intent_template"]
        intent = intent.replace(f"{{{{{name}}}}}", str(value))
    assert intent == task["intent"]


@pytest.mark.parametrize(("task", "file"), TASKS)
def test_a_task_names_known_sites_and_has_what_its_judges_need(
    task: dict[str, Any], file: str
) -> None:
    assert task["kind"] in KINDS
    assert set(task["sites"]) <= NAMES
    assert "database" in task["judges"]
    assert task["database"]["site"] in task["sites"]
    if "libwebarena" in task["judges"]:
        assert task["eval"]["eval_types"]
        assert "fuzzy_match" not in (task["eval"]["reference_answers"] or {})
    if "verified" in task["judges"]:
        assert task["verified"][0]["evaluator"] == "AgentResponseEvaluator"


@pytest.mark.parametrize(("task", "file"), TASKS)
def test_a_task_has_a_solution_and_two_near_misses_that_differ(
    task: dict[str, Any], file: str
) -> None:
    found = scripts(file, task)
    assert len(found["solution"]["actions"]) == task["actions"]
    assert len(found["near_misses"]) >= 2
    told = [json.dumps(one) for one in (found["solution"], *found["near_misses"])]
    assert len(set(told)) == len(told)
