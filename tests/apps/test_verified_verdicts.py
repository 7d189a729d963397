"""WebArena-Verified's verdicts: the published ones again, and wrong answers rejected."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from env.sites.scrubbing import scrubbed
from env.verified.catalogue import Catalogue
from env.verified.evaluator import VerifiedEvaluator
from env.verified.opinion import EvaluatorOpinion, VerifiedOpinion
from env.verified.sample_requests import entry, har, page, post
from webpilot.responses import TypedResponse

DATA = Path(__file__).resolve().parents[1] / "data" / "webarena_verified"
CASES: Mapping[str, Any] = json.loads((DATA / "e2e_test_retrieved_data.json").read_text())
SHOP = "http://127.0.0.1:40001"
SITES = {
    "shopping": SHOP,
    "shopping_admin": f"{SHOP}/admin",
    "reddit": "http://127.0.0.1:40002",
    "gitlab": "http://127.0.0.1:40003",
    "wikipedia": "http://127.0.0.1:40004",
    "map": "http://127.0.0.1:40005",
}
UNCLAIMED = (
    "fmt_trim_whitespace",
    "fmt_extra_spaces",
    "fmt_with_quotes",
    "fmt_with_period",
    "fmt_tabs_to_spaces",
    "fmt_en_dash",
)
"""Wordings in the published file that its own authors leave out of their tests."""
DONE = TypedResponse(task_type="MUTATE")
CART = f"{SHOP}/checkout/cart/add/uenc/aHR0cDov/product/32202"


@pytest.fixture(scope="module")
def evaluator() -> Iterator[VerifiedEvaluator]:
    with VerifiedEvaluator() as started:
        yield started


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


def retrieved(data: Any) -> dict[str, Any]:
    return {
        "task_type": "RETRIEVE",
        "status": "SUCCESS",
        "retrieved_data": data,
        "error_details": None,
    }


def alternatives(data: list[Any]) -> list[list[Any]]:
    """Return every answer that a list stands for: an item that is a list names several."""
    return [list(one) for one in itertools.product(*(_any_of(item) for item in data))]


def _any_of(item: Any) -> list[Any]:
    return item if isinstance(item, list) else [item]


# ------------------------------------------------------------------------- what was published


@pytest.mark.parametrize("number", [107, 108])
def test_the_demonstration_is_judged_as_it_was_published(
    evaluator: VerifiedEvaluator, number: int
) -> None:
    published = json.loads((DATA / str(number) / "eval_result.json").read_text())
    response = json.loads((DATA / str(number) / "agent_response.json").read_text())
    found = evaluator.evaluate(number, response, DATA / "network.har", SITES)
    assert (found.status, found.score) == (published["status"], published["score"])
    assert found.data_checksum == published["webarena_verified_data_checksum"]
    for ours, theirs in zip(found.results, published["evaluators_results"], strict=True):
        assert (ours.evaluator, ours.status) == (theirs["evaluator_name"], theirs["status"])
        named = [one["assertion_name"] for one in theirs["assertions"] or ()]
        assert [line.partition(": ")[0] for line in ours.findings] == named


def test_the_demonstrations_are_a_failure_and_a_success() -> None:
    scores = {
        number: json.loads((DATA / number / "eval_result.json").read_text())["score"]
        for number in ("107", "108")
    }
    assert scores == {"107": 0.0, "108": 1.0}


@pytest.mark.parametrize("number", [int(one) for one in CASES])
def test_published_answers_are_judged_as_they_were_published(
    evaluator: VerifiedEvaluator, catalogue: Catalogue, number: int
) -> None:
    case = CASES[str(number)]
    right = alternatives(expected(catalogue, number)["retrieved_data"])
    right += [answer for name, answer in case["valid"].items() if name not in UNCLAIMED]
    for answer in right:
        assert answered(evaluator, number, retrieved(answer)).status == "success", answer
    for name, answer in case["invalid"].items():
        assert answered(evaluator, number, retrieved(answer)).status == "failure", name


# ------------------------------------------------------------------- what was asked to be told


def test_each_way_to_answer_wrong_is_rejected_on_every_task_with_published_answers(
    evaluator: VerifiedEvaluator, catalogue: Catalogue
) -> None:
    tried = 0
    for number in (int(one) for one in CASES):
        right = expected(catalogue, number)["retrieved_data"]
        good = retrieved(alternatives(right)[0])
        kind = rules(catalogue, number)[0]["results_schema"]["items"].get("type")
        wrong: dict[str, dict[str, Any]] = {
            "a status that is not so": {"status": "NOT_FOUND_ERROR"},
            "another kind of work": {"task_type": "NAVIGATE"},
            "a kind of work that there is not": {"task_type": "LOOK"},
            "nothing": {"retrieved_data": None},
            "an empty list": {"retrieved_data": []},
            "a text in place of a list": {"retrieved_data": "no list"},
            "an object in place of a list": {"retrieved_data": {"no": "list"}},
            "one item too many": {"retrieved_data": [*good["retrieved_data"], "one more"]},
        }
        if kind != "boolean":  # a number is a truth
            wrong["a number from nowhere"] = {"retrieved_data": [424242]}
        for name, changed in wrong.items():
            tried += 1
            found = answered(evaluator, number, good | changed)
            assert (found.status, found.score) == ("failure", 0.0), (number, name)
    assert tried > 8 * len(CASES)


@pytest.mark.parametrize("data", [None, ()])
def test_what_is_not_there_may_be_said_to_be_nothing(
    evaluator: VerifiedEvaluator, data: tuple[Any, ...] | None
) -> None:
    # Task 22 asks for something that does not exist.
    missing = TypedResponse(task_type="RETRIEVE", status="NOT_FOUND_ERROR", retrieved_data=data)
    assert answered(evaluator, 22, missing).score == 1.0
    found = TypedResponse(task_type="RETRIEVE", retrieved_data=data)
    assert answered(evaluator, 22, found).score == 0.0


@pytest.mark.parametrize(
    ("amount", "accepted"),
    [(19.99, True), (19.98, True), (20.09, True), (19.89, True), (20.10, False), (19.88, False)],
)
def test_known_limit_money_counts_as_equal_up_to_a_tenth_of_its_unit(
    evaluator: VerifiedEvaluator, amount: float, accepted: bool
) -> None:
    # A price that is ten cents wrong passes: prices that a task tells apart must lie further apart.
    price = own(
        {
            "evaluator": "AgentResponseEvaluator",
            "results_schema": {"type": "array", "items": {"type": "number", "format": "currency"}},
            "expected": {"task_type": "RETRIEVE", "status": "SUCCESS", "retrieved_data": [19.99]},
        }
    )
    found = evaluator.evaluate(price, retrieved([amount]), None, SITES)
    assert found.status == ("success" if accepted else "failure")


# ------------------------------------------------------------------------ what was requested


def test_a_right_request_and_a_right_answer_pass(
    evaluator: VerifiedEvaluator, tmp_path: Path
) -> None:
    sent = (page(f"{SHOP}/"), post(CART, {"qty": "1", "item": "32202"}, status=200))
    assert judged(evaluator, 431, DONE, tmp_path, *sent).score == 1.0


WRONG: Mapping[str, tuple[TypedResponse, tuple[dict[str, Any], ...]]] = {
    "the request is missing": (DONE, (page(f"{SHOP}/"),)),
    "nothing was recorded": (DONE, ()),
    "it was only looked at": (DONE, (page(f"{SHOP}/product/32202.html"), page(CART))),
    "the quantity is wrong": (DONE, (post(CART, {"qty": "2", "item": "32202"}, status=200),)),
    "the item is wrong": (DONE, (post(CART, {"qty": "1", "item": "32203"}, status=200),)),
    "the last request is wrong": (
        DONE,
        (
            post(CART, {"qty": "1", "item": "32202"}, status=200),
            post(CART, {"qty": "3", "item": "32202"}, status=200),
        ),
    ),
    "the site refused it": (DONE, (post(CART, {"qty": "1", "item": "32202"}, status=403),)),
    "it went to another site": (
        DONE,
        (
            post(
                CART.replace(SHOP, "http://127.0.0.1:9"), {"qty": "1", "item": "32202"}, status=200
            ),
        ),
    ),
    "the status is wrong": (
        TypedResponse(task_type="MUTATE", status="UNKNOWN_ERROR"),
        (post(CART, {"qty": "1", "item": "32202"}, status=200),),
    ),
    "the kind of work is wrong": (
        TypedResponse(task_type="NAVIGATE"),
        (post(CART, {"qty": "1", "item": "32202"}, status=200),),
    ),
}


@pytest.mark.parametrize("why", WRONG)
def test_it_is_rejected_where(evaluator: VerifiedEvaluator, tmp_path: Path, why: str) -> None:
    response, sent = WRONG[why]
    found = judged(evaluator, 431, response, tmp_path, *sent)
    assert (found.score, found.status) == (0.0, "failure")
    assert found.reason


def test_a_page_that_was_only_met_while_exploring_does_not_count(
    evaluator: VerifiedEvaluator, tmp_path: Path
) -> None:
    # Task 44: open the list of things to do. The search has seen it; the committed path has not.
    went = TypedResponse(task_type="NAVIGATE")
    home, todos = page(f"{SITES['gitlab']}/"), page(f"{SITES['gitlab']}/dashboard/todos")
    assert judged(evaluator, 44, went, tmp_path / "1", home, todos).score == 1.0
    assert judged(evaluator, 44, went, tmp_path / "2", home).score == 0.0
    assert judged(evaluator, 44, went, tmp_path / "3", todos, home).score == 0.0


@pytest.mark.parametrize("scrub", [False, True])
@pytest.mark.parametrize("counts", [(56, 53, 52, 48, 47), (56, 53, 52, 48, 46)])
def test_what_a_site_has_answered_counts_where_a_task_asks_for_it(
    evaluator: VerifiedEvaluator, tmp_path: Path, counts: tuple[int, ...], scrub: bool
) -> None:
    # Task 523 stars five repositories; each answer says how many stars there are now.
    names = [
        "umano/AndroidSlidingUpPanel",
        "facebook/create-react-app",
        "kkroening/ffmpeg-python",
        "mk-j/PHP_XLSXWriter",
        "koush/AndroidAsync",
    ]
    sent = [
        entry(
            "POST",
            f"{SITES['gitlab']}/{name}/toggle_star.json",
            answer=("application/json", json.dumps({"star_count": count})),
        )
        for name, count in zip(names, counts, strict=True)
    ]
    found = judged(evaluator, 523, DONE, tmp_path, *sent, scrub=scrub)
    assert found.score == float(counts[-1] == 47)


@pytest.mark.parametrize("scrub", [False, True])
def test_a_shops_message_counts_after_scrubbing_as_before(
    evaluator: VerifiedEvaluator, tmp_path: Path, scrub: bool
) -> None:
    # Task 512: a toothpaste is to be on the wish list; the shop says so in a cookie.
    for said, score in (("toothpaste", 1.0), ("hairbrush", 0.0)):
        message = f"Fresh%20{said}%20has%20been%20added%20to%20your%20wish%20list.%20Ok"
        sent = post(
            f"{SHOP}/wishlist/index/add/",
            {"product": "1"},
            answer_cookies={"mage-messages": message, "PHPSESSID": "canary"},
        )
        found = judged(evaluator, 512, DONE, tmp_path / said, sent, scrub=scrub)
        assert found.score == score, found.reason


@pytest.mark.parametrize("scrub", [False, True])
@pytest.mark.parametrize(
    ("task", "cookies", "score"),
    [
        (268, {"_osm_directions_engine": "fossgis_osrm_bicycle", "sid": "canary"}, 1.0),
        (268, {"_osm_directions_engine": "fossgis_osrm_car", "sid": "canary"}, 0.0),
        (268, {"sid": "canary"}, 0.0),
        (267, {"_osm_directions_engine": "fossgis_osrm_car", "sid": "canary"}, 1.0),
        (267, {"_osm_directions_engine": "fossgis_osrm_foot", "sid": "canary"}, 0.0),
        (267, {"sid": "canary"}, 1.0),
    ],
)
def test_a_maps_chosen_router_counts_after_scrubbing_as_before(
    evaluator: VerifiedEvaluator,
    catalogue: Catalogue,
    tmp_path: Path,
    task: int,
    cookies: dict[str, str],
    score: float,
    scrub: bool,
) -> None:
    places = {268: "-68.2177005,44.3494709;-68.8315387,44.0478975",
              267: "-68.2177005,44.3494709;-68.767507,44.8030715"}  # fmt: skip
    url = f"{SITES['map']}/route/v1/driving/{places[task]}?overview=false"
    right = retrieved(alternatives(expected(catalogue, task)["retrieved_data"])[0])
    found = judged(
        evaluator, task, right, tmp_path, entry("GET", url, cookies=cookies), scrub=scrub
    )
    assert found.score == score, found.reason


# ------------------------------------------------------------------------------ our own tasks


def own(*evaluators: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task of ours as WebArena-Verified defines one."""
    return {
        "sites": ["shopping"],
        "task_id": 1003,
        "intent_template_id": 12,
        "start_urls": ["__SHOPPING__/"],
        "intent": "Put two mugs into the basket",
        "intent_template": "Put {{n}} mugs into the basket",
        "instantiation_dict": {"n": "two"},
        "eval": list(evaluators),
        "revision": 1,
    }


def rules(catalogue: Catalogue, number: int) -> list[Any]:
    return list(catalogue.definition(number)["eval"])


def expected(catalogue: Catalogue, number: int) -> Mapping[str, Any]:
    """Return the response that a task expects."""
    (rule,) = (
        one for one in rules(catalogue, number) if one["evaluator"] == "AgentResponseEvaluator"
    )
    return dict(rule["expected"])


def answered(
    evaluator: VerifiedEvaluator, task: int, response: TypedResponse | Mapping[str, Any]
) -> EvaluatorOpinion:
    """Return the verdict on an answer alone, whatever the task asks for besides."""
    found = evaluator.evaluate(task, response, None, SITES)
    (of_answer,) = (one for one in found.results if one.evaluator == "AgentResponseEvaluator")
    return of_answer


def judged(
    evaluator: VerifiedEvaluator,
    task: Mapping[str, Any] | int,
    response: TypedResponse | Mapping[str, Any],
    folder: Path,
    *entries: Mapping[str, Any],
    scrub: bool = False,
) -> VerifiedOpinion:
    """Return the verdict on an answer and what was requested."""
    folder.mkdir(exist_ok=True)
    file = folder / "network.har"
    sent = har(*entries)
    file.write_text(json.dumps(scrubbed(sent) if scrub else sent))
    return evaluator.evaluate(task, response, file if entries else None, SITES)
