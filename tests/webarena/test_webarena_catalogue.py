"""A definition in WebArena's schema, read: kinds, subsets, what an agent is told, what is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from env.webarena.catalogue import SUBSETS, WebArenaTask, choose, digest, read
from env.webarena.schema import problems
from env.webarena.sites import left_open
from webpilot.errors import ConfigError


def definition(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A task of our own in WebArena's schema; ``judged`` changes its evaluation."""
    judged = {
        "eval_types": ["string_match"],
        "reference_answers": {"exact_match": "Secret reference"},
        "reference_url": "",
        "program_html": [],
        "string_note": "",
        **changes.pop("judged", {}),
    }
    return {
        "sites": ["reddit"],
        "task_id": number,
        "require_login": True,
        "storage_state": None,
        "start_url": "__REDDIT__/f/books",
        "geolocation": None,
        "intent_template": "Name the {{thing}}",
        "instantiation_dict": {"thing": "moderator"},
        "intent": "Name the moderator",
        "require_reset": False,
        "intent_template_id": 7,
        "eval": judged,
        **changes,
    }


def target(**changes: Any) -> dict[str, Any]:
    return {
        "eval_types": ["program_html"],
        "reference_answers": None,
        "program_html": [
            {"url": "last", "locator": "", "required_contents": {"must_include": ["x"]}, **changes}
        ],
    }


def answers(**ways: Any) -> dict[str, Any]:
    return {"reference_answers": ways}


@pytest.mark.parametrize(
    ("judged", "kinds", "needs_model", "tokenized"),
    [
        (answers(exact_match="a"), ("exact_match",), False, False),
        (answers(must_include=["0"]), ("must_include",), False, True),
        (answers(must_include=['"0"']), ("must_include",), False, True),
        (answers(must_include=["10"]), ("must_include",), False, False),
        (answers(must_include=["0", "1"]), ("must_include",), False, False),
        (answers(fuzzy_match=["a"]), ("fuzzy_match",), True, False),
        (answers(fuzzy_match="N/A"), ("fuzzy_na",), True, False),
        (target(), ("program_html",), False, False),
        (
            {**answers(exact_match="a"), "eval_types": ["url_match", "string_match"]},
            ("exact_match", "url_match"),
            False,
            False,
        ),
    ],
)
def test_how_a_task_is_judged_is_read_off_its_evaluation(
    judged: dict[str, Any], kinds: tuple[str, ...], needs_model: bool, tokenized: bool
) -> None:
    task = read(definition(judged=judged))
    assert (task.kinds, task.needs_model, task.tokenized) == (kinds, needs_model, tokenized)


def test_nothing_of_the_evaluation_reaches_the_agent() -> None:
    def told(judged: Mapping[str, Any]) -> tuple[object, ...]:
        task = read(definition(judged=judged)).on_sites.told(seed=0, start_url="http://reddit/")
        return tuple(getattr(task, field.name) for field in fields(task))

    one = told(answers(exact_match="Secret reference"))
    assert one == told(target(locator="document.title"))
    assert "Secret" not in repr(one)
    assert one[2] == "Name the moderator"


def test_a_task_is_never_printed_with_its_evaluation() -> None:
    task = read(definition())
    assert "Secret" not in repr(task)
    assert "Secret" not in repr(task.on_sites)


def test_a_task_that_starts_with_several_tabs_has_several_addresses() -> None:
    task = read(definition(start_url="__REDDIT__/a |AND| __GITLAB__/b"))
    assert task.start_urls == ("__REDDIT__/a", "__GITLAB__/b")
    assert task.on_sites.start_urls == task.start_urls


def some() -> tuple[WebArenaTask, ...]:
    return tuple(
        map(
            read,
            [
                definition(1),
                definition(2, sites=["gitlab", "reddit"], judged=answers(fuzzy_match=["a"])),
                definition(3, sites=["gitlab"], intent_template_id=8),
            ],
        )
    )


@pytest.mark.parametrize(
    ("conditions", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"subset": "no_judge_model"}, [1, 3]),
        ({"subset": "needs_judge_model"}, [2]),
        ({"sites": ["reddit"]}, [1, 2]),
        ({"sites": ["gitlab"], "templates": [7]}, [2]),
        ({"ids": ["webarena.3", "1"]}, [1, 3]),
    ],
)
def test_tasks_are_chosen_by_subset_site_template_and_id(
    conditions: dict[str, Any], numbers: list[int]
) -> None:
    assert [task.number for task in choose(some(), **conditions)] == numbers


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({"subset": "easy"}, ", ".join(SUBSETS)),
        ({"sites": ["amazon"]}, "site amazon"),
        ({"templates": [99]}, "template 99"),
        ({"ids": ["812"]}, "webarena.812"),
        ({"sites": ["map"]}, "leave one out"),
    ],
)
def test_a_choice_of_nothing_is_refused_in_one_line(conditions: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)) as caught:
        choose(some(), **conditions)
    assert "\n" not in str(caught.value)


def test_the_digest_tells_definitions_and_their_order_apart() -> None:
    one, two, three = some()
    assert digest([one, two]) == digest([read(dict(one.raw)), read(dict(two.raw))])
    digests = {digest([one, two]), digest([two, one]), digest([one]), digest([one, three])}
    assert len(digests) == 4


def test_a_definition_that_the_evaluators_can_work_with_has_no_problem() -> None:
    for judged in ({}, target(), answers(must_include=["a"]), answers(fuzzy_match="N/A")):
        assert problems(definition(judged=judged)) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sites": ["amazon"]}, "site 'amazon' is unknown"),
        ({"sites": []}, "no site"),
        ({"intent": ""}, "no start address or no intent"),
        ({"task_id": "1"}, "task_id is a str"),
        ({"judged": {"eval_types": ["vision"]}}, "evaluation 'vision' is unknown"),
        ({"judged": {"eval_types": []}}, "no evaluation"),
        ({"judged": answers(regex="a")}, "answer by 'regex' is unknown"),
        ({"judged": answers(must_include="a")}, "must_include has an unusable reference"),
        ({"judged": {"reference_answers": None}}, "string_match without an answer"),
        ({"judged": {"eval_types": ["url_match"]}}, "url_match without an address"),
        (
            {
                "judged": {
                    "eval_types": ["url_match"],
                    "reference_url": "x",
                    "url_note": "PRED in GOLD",
                }
            },
            "url_note 'PRED in GOLD' is unknown",
        ),
        ({"judged": target(url="func:rm_rf()")}, "function in 'func:rm_rf()' is unknown"),
        ({"judged": target(locator="lambda: x")}, "locator 'lambda: x' is unknown"),
        ({"judged": target(required_contents={"any": 1})}, "requires nothing known"),
        ({"judged": {**target(), "program_html": []}}, "a target without"),
    ],
)
def test_what_the_evaluators_would_trip_over_is_found_before(
    changes: dict[str, Any], told: str
) -> None:
    found = problems(definition(**changes))
    assert len(found) == 1
    assert told in found[0]


def test_a_definition_without_its_parts_is_told_every_part() -> None:
    raw = definition()
    del raw["sites"], raw["eval"]
    assert problems(raw) == ("sites is missing", "eval is missing")


def test_placeholders_are_found_wherever_they_stand() -> None:
    raw = definition(judged=target(url="__GITLAB__/x"))
    assert left_open(raw) == ("__GITLAB__", "__REDDIT__")
    assert left_open({"a": ["b", 1, None]}) == ()


def test_the_tasks_are_missed_with_the_command_that_brings_them() -> None:
    code = (
        "import importlib.util, sys\n"
        "from env.webarena.catalogue import tasks\n"
        "from webpilot.errors import ConfigError\n"
        "there = importlib.util.find_spec('webarena') is not None\n"
        "try:\n    tasks()\nexcept ConfigError as error:\n    print(there, error)\n"
        "else:\n    print(there, 'webarena' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout in (
        "False WebArena's tasks (package libwebarena) are missing: run `make webarena`\n",
        "True False\n",
    )
