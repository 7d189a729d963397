"""The evaluator's process: one for many evaluations, never a verdict when it fails, never left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from env.judging import Ending
from env.link.warden_program import started
from env.verified.evaluator import VerifiedEvaluator
from env.verified.judge import VerifiedJudge
from env.verified.sample_requests import har, page, post
from webpilot.errors import JudgeDown
from webpilot.responses import TypedResponse

ROOT = Path(__file__).resolve().parents[2]
SHOP = "http://127.0.0.1:40001"
SITES = {"shopping": SHOP, "shopping_admin": f"{SHOP}/dashboard"}
MUGS: Mapping[str, Any] = {
    "sites": ["shopping"],
    "task_id": 1003,
    "intent_template_id": 12,
    "start_url": f"{SHOP}/",
    "intent": "Put two mugs into the basket",
    "intent_template": "Put {{n}} mugs into the basket",
    "instantiation_dict": {"n": "two"},
    "verified": [
        {
            "evaluator": "AgentResponseEvaluator",
            "results_schema": {"type": "null"},
            "expected": {"task_type": "MUTATE", "status": "SUCCESS", "retrieved_data": None},
        },
        {
            "evaluator": "NetworkEventEvaluator",
            "expected": {
                "url": f"{SHOP}/basket/add/7/",
                "http_method": "POST",
                "response_status": 302,
                "post_data": {"quantity": "2"},
            },
        },
    ],
}
"""A task of ours in WebArena's schema, its addresses filled in as judges are given it."""
DONE = TypedResponse(task_type="MUTATE")


@pytest.fixture(scope="module")
def evaluator() -> Iterator[VerifiedEvaluator]:
    with VerifiedEvaluator() as started:
        yield started


def slow(seconds: int) -> dict[str, Any]:
    """Return a task whose pattern takes the evaluator for ever on a text of so many letters."""
    task = {name: value for name, value in MUGS.items() if name not in ("verified", "start_url")}
    rule = {
        "evaluator": "AgentResponseEvaluator",
        "results_schema": {"type": "array", "items": {"type": "string"}},
        "expected": {
            "task_type": "RETRIEVE",
            "status": "SUCCESS",
            "retrieved_data": ["^(a+)+$"],
        },
    }
    return {**task, "start_urls": ["__SHOPPING__"], "eval": [rule], "revision": seconds}


def gone(pid: int) -> bool:
    """Return whether a process has ended, or ends soon."""
    for _ in range(200):
        if started(pid) is None:
            return True
        time.sleep(0.05)
    return False


def ending(folder: Path, response: TypedResponse, *entries: Mapping[str, Any]) -> Ending:
    file = folder / "network.har"
    file.write_text(json.dumps(har(*entries)))
    nobody = cast(Any, SimpleNamespace())  # this judge looks at no page
    return Ending(page=nobody, answer="", response=response, har=file, sites=SITES)


def test_one_process_serves_many_evaluations_and_ends_with_its_owner() -> None:
    with VerifiedEvaluator() as evaluator:
        assert evaluator.pid == 0
        evaluator.evaluate(22, DONE, None, SITES)
        pid = evaluator.pid
        evaluator.evaluate(22, DONE, None, SITES)
        assert evaluator.pid == pid
        assert started(pid)
    assert started(pid) is None
    evaluator.close()


def test_a_process_that_was_killed_is_no_verdict_and_is_replaced() -> None:
    with VerifiedEvaluator() as evaluator:
        evaluator.evaluate(22, DONE, None, SITES)
        first = evaluator.pid
        os.kill(first, signal.SIGKILL)
        assert gone(first)
        assert evaluator.evaluate(22, DONE, None, SITES).score == 0.0
        assert evaluator.pid != first


def test_a_process_that_dies_over_a_task_is_no_verdict() -> None:
    with VerifiedEvaluator() as evaluator:
        evaluator.evaluate(22, DONE, None, SITES)
        os.kill(evaluator.pid, signal.SIGSTOP)
        kill = f"import os, time; time.sleep(0.5); os.kill({evaluator.pid}, 9)"
        with (
            subprocess.Popen([sys.executable, "-c", kill]),
            pytest.raises(JudgeDown, match="crashed") as caught,
        ):
            evaluator.evaluate(22, DONE, None, SITES)
        assert caught.value.kind == "harness"
        assert evaluator.evaluate(22, DONE, None, SITES).status == "failure"


def test_a_task_that_takes_for_ever_is_no_verdict_and_leaves_no_process() -> None:
    endless = TypedResponse(task_type="RETRIEVE", retrieved_data=("a" * 64 + "b",))
    with VerifiedEvaluator(seconds=1.0) as evaluator:
        evaluator.define(slow(1))
        pid = evaluator.pid
        with pytest.raises(JudgeDown, match="no answer within 1 s"):
            evaluator.evaluate(slow(1), endless, None, SITES)
        assert started(pid) is None
        assert evaluator.evaluate(22, DONE, None, SITES).status == "failure"


@pytest.mark.parametrize("busy", [False, True])
def test_it_dies_with_an_owner_that_was_killed(busy: bool) -> None:
    endless = f"evaluator.evaluate({slow(1)!r}, {asked()!r}, None, {SITES!r})"
    program = (
        "from env.verified.evaluator import VerifiedEvaluator\n"
        "evaluator = VerifiedEvaluator(seconds=2.0)\n"
        f"evaluator.define({slow(1)!r})\n"
        "print(evaluator.pid, flush=True)\n"
        f"{endless if busy else 'input()'}\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    assert started(pid)
    time.sleep(0.3 if busy else 0.0)  # it is at work by now
    owner.kill()
    owner.communicate()
    assert gone(pid)


@pytest.mark.parametrize(
    ("task", "sites", "complaint"),
    [
        (4711, SITES, "Task with id 4711 not found"),
        ({"task_id": 1}, SITES, "sites"),
        (431, {"reddit": SHOP}, "no address is given of shopping"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_the_reason(
    evaluator: VerifiedEvaluator, task: Any, sites: dict[str, str], complaint: str
) -> None:
    with pytest.raises(JudgeDown, match=complaint):
        evaluator.evaluate(task, DONE, None, sites)


@pytest.mark.parametrize("content", ["", "{", '{"log": {}}', '{"log": {"entries": []}}'])
def test_requests_that_were_not_written_down_are_no_verdict(
    evaluator: VerifiedEvaluator, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "network.har"
    file.write_text(content)
    with pytest.raises(JudgeDown, match="cannot judge this"):
        evaluator.evaluate(431, DONE, file, SITES)
    with pytest.raises(JudgeDown, match="cannot judge this"):
        evaluator.evaluate(431, DONE, tmp_path / "nowhere.har", SITES)


def test_a_task_of_ours_is_judged_by_its_own_rules(
    evaluator: VerifiedEvaluator, tmp_path: Path
) -> None:
    judge = VerifiedJudge(evaluator)
    for quantity, passed in (("2", True), ("3", False)):
        sent = (page(f"{SHOP}/mug/"), post(f"{SHOP}/basket/add/7/", {"quantity": quantity}))
        opinion = judge(MUGS, ending(tmp_path, DONE, *sent))
        assert opinion.judge == "verified"
        assert opinion.passed is passed
        assert bool(opinion.reason) is not passed
        assert "\n" not in opinion.reason


def test_a_task_with_placeholders_is_judged_alike(
    evaluator: VerifiedEvaluator, tmp_path: Path
) -> None:
    text = json.dumps(dict(MUGS)).replace(SHOP, "__SHOPPING__")
    sent = post(f"{SHOP}/basket/add/7/", {"quantity": "2"})
    assert VerifiedJudge(evaluator)(json.loads(text), ending(tmp_path, DONE, sent)).passed


def test_a_task_without_rules_of_ours_is_the_official_one(
    evaluator: VerifiedEvaluator, tmp_path: Path
) -> None:
    cart = f"{SHOP}/checkout/cart/add/uenc/aHR0cDov/product/32202"
    sent = post(cart, {"qty": "1", "item": "32202"}, status=200)
    assert VerifiedJudge(evaluator)({"task_id": 431}, ending(tmp_path, DONE, sent)).passed


def asked() -> dict[str, Any]:
    return {"task_type": "RETRIEVE", "status": "SUCCESS", "retrieved_data": ["a" * 64 + "b"]}
