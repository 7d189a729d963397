"""All 812 official tasks and the Hard 258: loaded, checked and ordered without an instance."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pytest

from env.sites.scrubbing import KEPT_COOKIES
from env.sites.secret_names import is_login, is_secret
from env.verified.catalogue import ANSWER_FORMAT, Catalogue
from env.verified.evaluator import VerifiedEvaluator
from env.verified.order import dependencies
from env.verified.selection import SPLITS, load, tasks
from webpilot.errors import ConfigError

INSTANCE = {
    name: f"http://127.0.0.1:4100{number}"
    for number, name in enumerate(
        ("shopping", "shopping_admin", "reddit", "gitlab", "wikipedia", "map", "homepage")
    )
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


def requests(catalogue: Catalogue) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield every request that a task expects, with the task's id."""
    for number in catalogue.tasks:
        for rule in catalogue.definition(number)["eval"]:
            if rule["evaluator"] == "NetworkEventEvaluator":
                yield number, rule["expected"]


def addresses(expected: Mapping[str, Any]) -> list[str]:
    return expected["url"] if isinstance(expected["url"], list) else [expected["url"]]


def test_there_are_812_tasks_and_258_hard_ones(catalogue: Catalogue) -> None:
    assert sorted(catalogue.tasks) == list(range(812))
    assert len(catalogue.hard) == 258
    assert set(catalogue.hard) < set(catalogue.tasks)


def test_each_is_what_the_evaluator_calls_a_task(catalogue: Catalogue) -> None:
    with VerifiedEvaluator() as evaluator:
        evaluator.define(*catalogue.tasks, *map(catalogue.definition, catalogue.hard))


def test_each_start_address_can_be_filled_in(catalogue: Catalogue) -> None:
    opened = [url for task in catalogue.tasks.values() for url in task.addressed(INSTANCE)]
    assert len(opened) >= 812
    assert not [url for url in opened if not url.startswith("http://127.0.0.1:4100") or "__" in url]


@pytest.mark.parametrize(("subset", "count"), [("full", 812), ("hard", 258)])
def test_the_order_holds_each_task_once_and_after_all_it_depends_on(
    catalogue: Catalogue, subset: str, count: int
) -> None:
    numbers = [task.id for task in catalogue.select(subset=subset)]
    assert len(set(numbers)) == len(numbers) == count
    place = {number: position for position, number in enumerate(numbers)}
    before = {number: dependencies()[number] for number in numbers}
    assert sum(map(len, before.values())) > count / 2
    for number, needed in before.items():
        assert all(place[each] < place[number] for each in needed if each in place)


def test_a_run_plays_the_tasks_of_a_subset_in_that_order(catalogue: Catalogue) -> None:
    for subset in SPLITS:
        played = tasks(subset)
        assert [task.number for task in played] == [
            one.id for one in catalogue.select(subset=subset)
        ]
        assert {task.judges for task in played} == {("verified",)}
    assert Counter(task.split for task in tasks("full")) == {"hard": 258, "other": 812 - 258}
    assert Counter(task.kind for task in tasks("full")) == {
        "mutate": 374, "retrieve": 325, "navigate": 113,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["webarena_verified.812", "webarena.1", "webarena_verified.x"])
def test_a_task_that_there_is_not_is_refused_by_name(name: str) -> None:
    assert load("webarena_verified.811").number == 811
    with pytest.raises(ConfigError, match="they are webarena_verified.0 to webarena_verified.811"):
        load(name)


def test_tasks_are_chosen_by_site_template_id_and_subset(catalogue: Catalogue) -> None:
    reddit = catalogue.select(sites=["reddit"])
    assert {task.sites for task in reddit} == {("reddit",)}
    assert [task.id for task in catalogue.select(ids=[107, 108])] == [107, 108]
    assert {task.template for task in catalogue.select(templates=[270])} == {270}
    both = catalogue.select(sites=["gitlab", "reddit"], subset="hard")
    assert {task.id for task in both} <= set(catalogue.hard)
    assert ("gitlab", "reddit") in {tuple(sorted(task.sites)) for task in both}


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"ids": [4711]}, "no task 4711"),
        ({"sites": ["shop"]}, "no site shop"),
        ({"templates": [-1]}, "no template -1"),
        ({"subset": "easy"}, "no subset 'easy'"),
        ({"ids": [107], "sites": ["reddit"]}, "no task of WebArena-Verified is in all"),
    ],
)
def test_a_choice_of_nothing_is_refused_by_what_is_not_there(
    catalogue: Catalogue, wish: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        catalogue.select(**wish)


def test_an_agent_is_told_what_the_official_agent_is_and_nothing_of_the_answer() -> None:
    for task in tasks("full"):
        told = asdict(task.told(seed=3, start_url="http://shopping/"))
        known = {
            "id": f"webarena_verified.{task.raw['task_id']}",
            "seed": 3,
            "goal": task.raw["intent"],
            "benchmark": "webarena_verified",
            "site": "+".join(task.raw["sites"]),
            "start_url": "http://shopping/",
            "action_limit": 30,
            "answer_format": ANSWER_FORMAT,
            "answer_optional": True,
        }
        told.pop("action_kinds")
        assert told == known


def test_the_public_form_of_a_task_holds_no_part_of_what_is_expected(catalogue: Catalogue) -> None:
    names = Counter(name for task in catalogue.tasks.values() for name in asdict_of(task))
    assert set(names) == {
        "id", "sites", "template", "intent", "start_urls", "results_schema", "revision",
    }  # fmt: skip
    for task in catalogue.tasks.values():
        assert "expected" not in json.dumps(asdict_of(task), default=dict)


def asdict_of(task: Any) -> dict[str, Any]:
    return {name: getattr(task, name) for name in task.__slots__}


def test_no_name_that_a_task_is_judged_by_is_taken_for_a_secret(catalogue: Catalogue) -> None:
    hidden = [
        (number, name)
        for number, expected in requests(catalogue)
        for part in ("post_data", "query_params", "response_content")
        for name in expected.get(part) or ()
        if is_secret(name)
    ]
    hidden += [
        (number, url)
        for number, expected in requests(catalogue)
        for url in addresses(expected)
        if is_login(expected.get("http_method", "GET"), url.partition("?")[0])
    ]
    assert hidden == []


def test_every_cookie_that_a_task_is_judged_by_is_kept(catalogue: Catalogue) -> None:
    judged = {
        name
        for _, expected in requests(catalogue)
        for name in expected.get("response_cookies") or ()
    }
    patterns = {
        expected["headers"]["Cookie"]
        for _, expected in requests(catalogue)
        if "Cookie" in (expected.get("headers") or {})
    }
    assert judged == {"mage-messages"}
    assert all("_osm_directions_engine" in pattern for pattern in patterns)
    assert judged | {"_osm_directions_engine"} == set(KEPT_COOKIES)


def test_fifteen_tasks_are_judged_by_what_a_site_answered(catalogue: Catalogue) -> None:
    # Why contents must be recorded.
    asked = {number for number, expected in requests(catalogue) if "response_content" in expected}
    assert len(asked) == 15
