"""A committed path in a real window, judged by WebArena-Verified through what it has requested."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from env.sites.episode import REQUESTS, RESPONSE
from env.verified.evaluator import VerifiedEvaluator
from env.verified.judge import VerifiedJudge
from tests.sites.small_site import SmallSite, action
from webpilot.observation import Observation
from webpilot.types import Action, Answer, Done, Infeasible, Outcome
from webpilot.verdict import Verdict

RAW: dict[str, Any] = {
    "sites": ["shopping"],
    "task_id": 1,
    "intent_template_id": 1,
    "start_url": "__SHOPPING__/index.html",
    "intent": "Add the line milk to the ledger.",
    "intent_template": "Add the line {{line}} to the ledger.",
    "instantiation_dict": {"line": "milk"},
    "verified": [
        {
            "evaluator": "AgentResponseEvaluator",
            "results_schema": {"type": "null"},
            "expected": {"task_type": "MUTATE", "status": "SUCCESS", "retrieved_data": None},
        },
        {
            "evaluator": "NetworkEventEvaluator",
            "expected": {
                "url": "__SHOPPING__/ledger",
                "http_method": "POST",
                "response_status": 303,
                "post_data": {"line": "milk"},
            },
        },
    ],
}


@pytest.fixture(scope="module")
def judge() -> Iterator[VerifiedJudge]:
    with VerifiedEvaluator() as evaluator:
        yield VerifiedJudge(evaluator)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    small = SmallSite(tmp_path)
    yield small
    small.close()


def adding(seen: Observation, line: str) -> list[Action]:
    return [action(seen, "fill", "Line", line), action(seen, "click", "Add")]


async def committed(
    site: SmallSite, judge: VerifiedJudge, *, explored: str = "", line: str = "", outcome: Outcome
) -> Verdict:
    """Return the verdict after the search has added one line and the commit another."""
    task = site.task(raw=RAW, judges=("verified",))
    async with site.searching(task) as opened:
        if explored:
            async with opened.worlds.lease() as world:
                for each in adding(opened.root, explored):
                    await world.step(each)
            assert site.server.lines == (explored,)
        async with site.episode(task, {"verified": judge}) as episode:
            await episode.commit(adding(opened.root, line) if line else [])
            return await episode.judge(outcome)


@pytest.mark.parametrize(
    ("explored", "line", "outcome", "passed"),
    [
        ("", "milk", Done(), True),
        ("bread", "milk", Done(), True),
        ("", "bread", Done(), False),
        ("milk", "", Answer(text="", task_type="MUTATE", status="SUCCESS"), False),
        ("", "milk", Infeasible(reason="there is no ledger"), False),
    ],
    ids=["right", "right after another try", "wrong line", "only explored", "given up"],
)
def test_the_committed_path_is_judged_by_its_own_requests(
    site: SmallSite,
    judge: VerifiedJudge,
    explored: str,
    line: str,
    outcome: Outcome,
    passed: bool,
) -> None:
    verdict = asyncio.run(committed(site, judge, explored=explored, line=line, outcome=outcome))
    (opinion,) = verdict.opinions
    assert opinion.passed is passed, opinion.reason
    said = json.loads(verdict.evidence[RESPONSE])
    sent = json.loads(verdict.evidence[REQUESTS])["log"]["entries"]
    assert said["task_type"] == "MUTATE"
    posted = [one["request"]["postData"]["text"] for one in sent if "postData" in one["request"]]
    assert posted == ([f"line={line}"] if line else [])
