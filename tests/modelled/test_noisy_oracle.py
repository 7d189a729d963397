"""An oracle that errs as often as it is told to: which answers, how many, and what they do."""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from asked import SALT, section
from grid_model import place_in

import webpilot as wp
from experiments.bench import noise
from mcts.gridworld import Grid, GridWorld
from prompts import schema
from prompts.answers import Answer, parse_answer
from webpilot.budget import Budget
from webpilot.cast import LLMCast
from webpilot.errors import ConfigError, LLMError
from webpilot.grid_solution import GridSolution
from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.records.statistics import wilson
from webpilot.roles import Stage

KINDS: Mapping[str, type[Answer]] = {
    "describe": schema.PageDescription,
    "plan": schema.FirstPlan,
    "refine": schema.PlanRevision,
    "propose": schema.ProposedMoves,
    "assess": schema.NodeAssessment,
    "complete": schema.SubtaskVerdict,
    "reflect_attempt": schema.AttemptLesson,
}
ANSWERS = {"right": {"answer": "yes"}, "wrong": {"answer": "no"}}


class YesOrNo:
    """A solution whose errors can be told from its answers."""

    def right(self, request: ModelRequest) -> Mapping[str, object]:
        return ANSWERS["right"]

    def wrong(self, request: ModelRequest, rng: random.Random) -> Mapping[str, object]:
        return {**ANSWERS["wrong"], "which": rng.randrange(10**9)}


class Heard(wp.NoisyOracleLLM):
    """Keeps what it was asked and what it said."""

    def __init__(self, *args: object, **settings: object) -> None:
        super().__init__(*args, **settings)
        self.calls: list[tuple[ModelRequest, ModelReply]] = []

    def answer(self, request: ModelRequest) -> ModelReply:
        reply = super().answer(request)
        self.calls.append((request, reply))
        return reply


def questions(count: int, role: str = "explorer") -> list[ModelRequest]:
    return [
        ModelRequest(
            purpose="propose",
            model="oracle",
            role=role,
            messages=(Message(role="user", content=f"question {index}"),),
        )
        for index in range(count)
    ]


def erred(llm: wp.NoisyOracleLLM, asked: list[ModelRequest]) -> list[bool]:
    return [json.loads(llm.answer(each).text)["answer"] == "no" for each in asked]


@cache
def told(rate: float, seeds: int = 12) -> tuple[tuple[ModelRequest, ModelReply], ...]:
    """Every question of some episodes, with its answer."""
    found: list[tuple[ModelRequest, ModelReply]] = []
    for seed in range(seeds):
        world = GridWorld()
        llm = Heard(GridSolution(world.grid), rates=rate, seed=seed)
        asyncio.run(played(llm, world))
        found += llm.calls
    return tuple(found)


async def played(llm: wp.NoisyOracleLLM, world: GridWorld) -> None:
    cast = LLMCast(llm=llm, settings=wp.ModelSettings(model="oracle"), style="webpilot", salt=SALT)
    stage = Stage(task=noise.MAZE_TASK, budget=Budget(), on_event=lambda name, data: None)
    await noise.walked(cast, stage, world, "webpilot", 0)


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.3, 0.5, 0.9, 1.0])
def test_as_many_answers_are_wrong_as_the_rate_says(rate: float) -> None:
    count = 4_000
    wrong = sum(erred(wp.NoisyOracleLLM(YesOrNo(), rates=rate, seed=7), questions(count)))
    # Five standard deviations of a binomial count; none at all at 0 and 1.
    assert abs(wrong - rate * count) <= 5 * math.sqrt(count * rate * (1 - rate))


def test_each_role_errs_at_its_own_rate_and_the_others_never() -> None:
    llm = wp.NoisyOracleLLM(YesOrNo(), rates={"explorer": 1.0, "planner": 0.25}, seed=1)
    for role in ("explorer", "planner", "appraiser"):
        for each in questions(1_000, role):
            llm.answer(each)
    assert llm.answered == {"explorer": 1_000, "planner": 1_000, "appraiser": 1_000}
    assert llm.erred["explorer"] == 1_000
    assert abs(llm.erred["planner"] - 250) <= 5 * math.sqrt(1_000 * 0.25 * 0.75)
    assert llm.erred["appraiser"] == 0


def test_neither_order_nor_repetition_nor_company_changes_an_answer() -> None:
    asked = questions(300)
    first = wp.NoisyOracleLLM(YesOrNo(), rates=0.4, seed=3)
    answers = {each.key: first.answer(each).text for each in asked}
    other = wp.NoisyOracleLLM(YesOrNo(), rates=0.4, seed=3)
    for each in [*reversed(asked), *asked, *asked[::7]]:
        other.answer(replace(each, sample=9))
        assert other.answer(each).text == answers[each.key]


def test_a_nonce_of_another_run_changes_no_answer() -> None:
    texts = set()
    for nonce in ("aaaa1111", "bbbb2222"):
        message = Message(role="user", content=f"<page {nonce}>at 0,0</page {nonce}>")
        asked = replace(questions(1)[0], messages=(message,), nonces=(nonce,))
        texts.add(wp.NoisyOracleLLM(YesOrNo(), rates=1.0).answer(asked).text)
    assert len(texts) == 1


def test_another_seed_or_sample_errs_elsewhere() -> None:
    asked = questions(400)
    runs = [erred(wp.NoisyOracleLLM(YesOrNo(), rates=0.5, seed=seed), asked) for seed in (0, 1)]
    sampled = [replace(each, sample=1) for each in asked]
    runs.append(erred(wp.NoisyOracleLLM(YesOrNo(), rates=0.5), sampled))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        equal = sum(a == b for a, b in zip(runs[one], runs[other], strict=True))
        assert abs(equal - 200) <= 5 * math.sqrt(400 / 4)


def test_what_is_wrong_at_one_rate_is_wrong_at_every_higher_one() -> None:
    asked = questions(400)
    runs = [erred(wp.NoisyOracleLLM(YesOrNo(), rates=rate), asked) for rate in (0.1, 0.4, 0.8)]
    for low, high in zip(runs, runs[1:], strict=False):
        assert all(after or not before for before, after in zip(low, high, strict=True))
        assert sum(low) < sum(high)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (1.5, "1.5 must be a share"),
        (-0.1, "-0.1 must be a share"),
        (float("nan"), "nan must be a share"),
        (True, "True must be a share"),
        ({"pilot": 0.5}, "no role 'pilot'; it has planner,"),
        ({"planner": "often"}, "'often' must be a share"),
    ],
)
def test_a_rate_that_is_none_is_refused(rates: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        wp.NoisyOracleLLM(YesOrNo(), rates=rates)


def test_a_question_of_nobody_has_no_rate_where_rates_go_by_role() -> None:
    (asked,) = questions(1, role="")
    with pytest.raises(LLMError, match="names no role: give the oracle one rate for all"):
        wp.NoisyOracleLLM(YesOrNo(), rates={"explorer": 0.5}).answer(asked)
    assert wp.NoisyOracleLLM(YesOrNo(), rates=1.0).answer(asked).text.startswith('{"answer": "no"')


def pairs() -> Iterator[tuple[ModelRequest, Mapping[str, object], Mapping[str, object]]]:
    """Every question of some episodes of a walker who errs, with a right and a wrong answer."""
    solution = GridSolution(Grid())
    for request, _ in told(0.1):
        rng = random.Random(request.key)
        yield request, solution.right(request), solution.wrong(request, rng)


def test_every_error_about_a_grid_fits_its_schema_and_is_none_of_the_right_answers() -> None:
    seen = set()
    for request, right, wrong in pairs():
        seen.add(request.purpose)
        for answer in (right, wrong):
            parse_answer(ModelReply(text=json.dumps(answer)), KINDS[request.purpose])
        assert right != wrong, request.purpose
    assert seen == set(KINDS)


def test_a_wrong_proposal_is_a_legal_move_that_leads_nowhere_or_away_or_an_early_stop() -> None:
    firsts, grid = set(), Grid()
    for request, right, wrong in pairs():
        if request.purpose != "propose" or not right["candidates"]:
            continue
        best, first = (answer["candidates"][0]["action"] for answer in (right, wrong))
        firsts.add(first)
        if "done()" in (best, first):
            assert first != best
            continue
        place = place_in(section(request, "Page"))
        after = [grid.move(place, action.split("'")[1]) for action in (best, first)]
        near, far = (grid.distance(each) if each else None for each in after)
        assert near is not None
        assert far is None or far > near
    assert firsts == {"done()", *(f"click('{name}')" for name in ("up", "down", "left", "right"))}


def test_a_wrong_verdict_says_the_opposite() -> None:
    for request, right, wrong in pairs():
        if request.purpose in ("assess", "complete"):
            assert right["done"] is not wrong["done"]
        if request.purpose == "assess":
            assert right["effectiveness"] + wrong["effectiveness"] == 10
            assert right["promise"] + wrong["promise"] == pytest.approx(10)
            assert not set(right["avoid"]) & set(wrong["avoid"])


def test_a_question_that_no_grid_answers_is_an_error() -> None:
    asked = replace(questions(1)[0], purpose="extract")
    with pytest.raises(LLMError, match="no answer to 'extract', only to describe, plan,"):
        GridSolution(Grid()).right(asked)


def solved(method: str, erring: str, rate: float, seeds: int) -> int:
    episodes = (asyncio.run(noise.tried(method, erring, rate, seed)) for seed in range(seeds))
    return sum(each.solved for each in episodes)


@pytest.mark.parametrize("method", noise.METHODS)
def test_a_model_that_never_errs_solves_the_maze_by_the_shortest_way(method: str) -> None:
    done = asyncio.run(noise.tried(method, "all", 0.0, 0))
    assert (done.solved, done.explored, done.erred) == (True, 9, 0)


@pytest.mark.parametrize("erring", ["all", "local"])
@pytest.mark.parametrize("method", noise.METHODS)
def test_a_model_that_always_errs_solves_nothing(method: str, erring: str) -> None:
    assert solved(method, erring, 1.0, 5) == 0


def test_an_episode_is_the_same_each_time() -> None:
    one, other = (asyncio.run(noise.tried("webpilot", "all", 0.2, 4)) for _ in range(2))
    assert one == other
    assert one.erred > 0


def test_search_beats_greedy_where_explorer_and_appraiser_err_in_every_fifth_answer() -> None:
    seeds = 30
    ours, greedy = (solved(method, "local", 0.2, seeds) for method in ("webpilot", "greedy"))
    assert wilson(ours, seeds).low > wilson(greedy, seeds).high


def test_one_command_prints_the_success_of_both_methods_by_error_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["--rates", "0", "1", "--seeds", "2", "--erring", "all", "--json"]
    assert noise.main([*told, str(tmp_path / "noise.json")]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert [line[:4] for line in lines] == [
        ["all", "0", "greedy", "2/2"],
        ["all", "0", "webpilot", "2/2"],
        ["all", "1", "greedy", "0/2"],
        ["all", "1", "webpilot", "0/2"],
    ]
    kept = json.loads((tmp_path / "noise.json").read_text(encoding="utf-8"))
    assert [group["solved"] for group in kept["summary"]["groups"]] == [2, 2, 0, 0]
    assert len(kept["rows"]) == 8
