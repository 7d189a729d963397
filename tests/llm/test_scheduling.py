"""Whose call is next: episodes are served alike, and each decides among its own calls alone."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Coroutine
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asking import request
from hypothesis import given
from hypothesis import strategies as st

from experiments.bench.fairness import LOADS, Outcome, main, play, summary
from experiments.bench.simulated import simulate
from webpilot.budget import Budget
from webpilot.llm.fairness import max_min_shares, quantile
from webpilot.llm.limiter import Limiter
from webpilot.llm.measure import Measure
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.scheduling import (
    AGED,
    SCHEDULERS,
    FirstComeFirstServed,
    Ticket,
    VirtualTokenCounter,
)
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.tape import TapeLLM
from webpilot.records.statistics import jain

# ------------------------------------------------------------------------ one greedy, seven light


@cache
def outcome(load: str, scheduler: str, seed: int = 0) -> Outcome:
    return play(load, scheduler, seed=seed)


@pytest.mark.parametrize("load", LOADS)
def test_episodes_get_their_max_min_fair_shares_in_every_window_beside_a_greedy_one(
    load: str,
) -> None:
    fair, first_come = outcome(load, "vtc"), outcome(load, "fcfs")
    assert fair.jain >= 0.95
    assert fair.lightest >= 0.95
    assert first_come.jain < 0.5


@pytest.mark.parametrize("seed", [0, 1])
def test_no_two_backlogged_episodes_come_further_apart_than_the_counters_bound(seed: int) -> None:
    fair = outcome("flooding", "vtc", seed)
    assert fair.gap is not None
    assert 0 < fair.gap <= fair.bound
    first_come = outcome("flooding", "fcfs")
    assert first_come.gap is not None
    assert first_come.gap > 10 * first_come.bound


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_no_place_is_empty_while_a_call_waits(load: str, scheduler: str) -> None:
    assert outcome(load, scheduler).busy == pytest.approx(1)


def test_in_the_order_of_coming_a_greedy_episode_takes_many_times_its_share() -> None:
    assert outcome("asking", "fcfs").greedy > 7
    assert outcome("asking", "vtc").greedy < 1.05


def test_a_light_episode_waits_less_than_behind_all_that_a_greedy_one_asks() -> None:
    for load in LOADS:
        fair, first_come = outcome(load, "vtc"), outcome(load, "fcfs")
        assert fair.light_p50_s < first_come.light_p50_s / 4
        assert fair.light_p99_s < first_come.light_p99_s / 2


def test_the_benchmark_names_both_schedulers_and_every_load() -> None:
    found = summary([outcome(load, name) for load in LOADS for name in SCHEDULERS])
    assert {key for key in found if key.startswith("jain")} == {
        f"jain_{load}_{name}" for load in LOADS for name in SCHEDULERS
    }


def test_a_call_that_is_stuck_ends_a_simulation() -> None:
    async def stuck() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="stuck"):
        simulate(stuck())


# ------------------------------------------------------------------------------- one queue's order


def order(*tickets: dict[str, Any], now: float = 0.0, queue: Any = None) -> list[str]:
    """The texts in the order in which they are sent, no call counting for anything."""

    async def go() -> list[str]:
        waiting = VirtualTokenCounter() if queue is None else queue
        for each in tickets:
            waiting.add(Ticket(**each))
        return [waiting.pop(now).text for _ in range(len(waiting))]

    return asyncio.run(go())


def test_the_critical_path_goes_before_speculative_siblings_that_came_first() -> None:
    came = [{"text": "guess", "speculative": True}, {"text": "known"}]
    assert order(*came) == ["known", "guess"]
    assert order(*came, queue=FirstComeFirstServed()) == ["guess", "known"]


def test_siblings_are_sent_back_to_back_and_equals_in_the_order_of_coming() -> None:
    came = [{"text": text} for text in ("ax", "bx", "ay", "by", "az")]
    assert order(*came) == ["ax", "ay", "az", "bx", "by"]
    assert order(*({"text": text} for text in "cab")) == ["c", "a", "b"]


@given(st.lists(st.tuples(st.text("ab", max_size=3), st.booleans()), min_size=1, max_size=12))
def test_what_has_waited_too_long_is_next_whatever_it_is(calls: list[tuple[str, bool]]) -> None:
    came = [{"text": text, "speculative": guess} for text, guess in calls]
    assert order(*came, now=AGED) == [text for text, _ in calls]


def test_speculative_or_not_no_episode_gets_ahead_of_another_by_it() -> None:
    came = [
        {"account": "modest", "text": "a guess of modest", "speculative": True},
        *({"account": "pushy", "text": f"{number}"} for number in range(3)),
    ]
    assert order(*came)[0] == "a guess of modest"


def test_who_was_idle_begins_level_with_those_who_wait_and_has_saved_up_nothing() -> None:
    async def go() -> list[str]:
        queue = VirtualTokenCounter()
        queue.add(Ticket(account="busy"))
        queue.pop(0)
        queue.charge("busy", 1000)
        for number in range(4):
            queue.add(Ticket(account="busy", since=number))
            queue.add(Ticket(account="idle so far", since=number))
        served = []
        while len(queue):
            account = queue.pop(0).account
            queue.charge(account, 10)
            served.append(account)
        return served

    assert asyncio.run(go()) == ["busy", "idle so far"] * 4


def test_who_comes_to_an_empty_queue_begins_level_with_who_was_served_last() -> None:
    async def go() -> tuple[float, float]:
        queue = VirtualTokenCounter()
        for account, tokens in (("one", 500.0), ("other", 30.0)):
            queue.add(Ticket(account=account))
            queue.pop(0)
            queue.charge(account, tokens)
        return queue.counter("one"), queue.counter("other")

    assert asyncio.run(go()) == (500, 530)


# ------------------------------------------------------------------------- its place in the chain


class Slow(ScriptedLLM):
    """A model whose answers take ten seconds each."""

    async def complete(self, request: ModelRequest) -> ModelReply:
        await asyncio.sleep(10)
        return await super().complete(request)


class Chain:
    """The way of a run's calls under a simulated clock, one place wide."""

    def __init__(self, scheduler: str = "vtc", tape: Path | None = None) -> None:
        self.model = Slow({"propose": "well"})
        clock = asyncio.get_running_loop().time
        self.limiter = Limiter(1, SCHEDULERS[scheduler](), clock=clock)
        llm = RetryingLLM(self.model, retries=0, limiter=self.limiter, rng=random.Random(0))
        self.llm = llm if tape is None else TapeLLM(llm, tape)
        self.measures: dict[str, Measure] = {}
        self.budgets: dict[str, Budget] = {}

    def episode(self, name: str) -> MeteredLLM:
        self.measures[name], self.budgets[name] = Measure(), Budget()
        clock = asyncio.get_running_loop().time
        add = self.measures[name].add
        return MeteredLLM(self.llm, self.budgets[name], add, account=name, clock=clock)


def asks(llm: MeteredLLM, text: str, sample: int = 0) -> Coroutine[Any, Any, ModelReply]:
    return llm.complete(replace(request(text), sample=sample))


def test_what_is_on_the_tape_does_not_wait_for_a_turn(tmp_path: Path) -> None:
    async def go() -> tuple[float, list[float]]:
        chain = Chain(tape=tmp_path / "tape.sqlite")
        llm = chain.episode("one")
        await asks(llm, "asked before")
        async with chain.limiter.slot():
            before = asyncio.get_running_loop().time()
            await asks(llm, "asked before")
            took = asyncio.get_running_loop().time() - before
        await llm.aclose()
        return took, chain.measures["one"].waits

    took, waits = simulate(go())
    assert took == 0
    assert waits == [0]  # the taped call waited for nothing, and does not count


def test_a_call_that_waits_is_paid_for_already() -> None:
    async def go() -> list[float]:
        chain = Chain()
        llm = chain.episode("one")
        async with chain.limiter.slot():
            waiting = asyncio.create_task(asks(llm, "waits"))
            await asyncio.sleep(1)
            held = chain.budgets["one"]._held("llm_calls")
            waiting.cancel()
            await asyncio.wait([waiting])
            return [held, chain.budgets["one"]._held("llm_calls"), chain.limiter.waiting]

    assert simulate(go()) == [1, 0, 0]


def test_waits_shares_and_common_beginnings_are_reported_by_episode() -> None:
    async def go() -> dict[str, dict[str, float]]:
        chain = Chain()
        one, other = chain.episode("one"), chain.episode("other")
        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(asks(one, "the same question", number))
            group.create_task(asks(other, "another one"))
        return {name: each.serving() for name, each in chain.measures.items()}

    told = simulate(go())
    # One goes first, then the other, who has had nothing: 0, 20 and 30 seconds, and 10.
    assert (told["one"]["wait_p50_s"], told["one"]["wait_p99_s"]) == (20, 30)
    assert (told["other"]["wait_p50_s"], told["other"]["wait_p99_s"]) == (10, 10)
    assert told["one"]["shared_prefix"] == pytest.approx(2 / 3, abs=1e-6)
    assert told["other"]["shared_prefix"] == 0
    assert all(each["served_tokens"] > 0 and each["fair_tokens"] > 0 for each in told.values())
    total = sum(each["served_tokens"] for each in told.values())
    assert total == pytest.approx(sum(each["fair_tokens"] for each in told.values()), abs=0.01)


def test_prompt_tokens_that_an_endpoint_had_cached_are_reported_and_those_of_a_tape_are_not() -> (
    None
):
    reply = ModelReply(text="well", tokens_in=100, tokens_in_cached=64)
    measure = Measure()
    for each in (reply, replace(reply, taped=True)):
        llm = MeteredLLM(ScriptedLLM({"propose": [each]}), Budget(), measure.add)
        asyncio.run(llm.complete(request()))
    assert measure.serving()["cached_tokens"] == 64


@pytest.mark.parametrize("name", SCHEDULERS)
def test_what_a_call_says_of_its_urgency_is_no_part_of_the_question(name: str) -> None:
    message = Message(role="user", content="which?")
    known = ModelRequest(purpose="propose", model="m", messages=(message,))
    guess = replace(known, speculative=True)
    assert guess.key == known.key
    assert guess == known
    assert len(SCHEDULERS[name]()) == 0


# -------------------------------------------------------------------------------------- measures


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20))
def test_jains_index_lies_between_one_nth_and_one(shares: list[float]) -> None:
    assert 1 / len(shares) - 1e-9 <= jain(shares) <= 1 + 1e-9
    assert jain([3.0] * len(shares)) == pytest.approx(1)
    assert jain([5.0] + [0.0] * 4) == pytest.approx(0.2)


@given(
    st.dictionaries(st.text(max_size=3), st.floats(0, 1e3), min_size=1, max_size=8),
    st.floats(1, 1e4),
)
def test_max_min_shares_give_no_one_more_than_asked_and_waste_nothing(
    demands: dict[str, float], capacity: float
) -> None:
    shares = max_min_shares(demands, capacity)
    assert all(shares[name] <= demands[name] + 1e-9 for name in demands)
    assert sum(shares.values()) == pytest.approx(min(capacity, sum(demands.values())))
    short = [shares[name] for name in demands if shares[name] < demands[name] - 1e-6]
    assert all(share >= max(shares.values()) - 1e-6 for share in short)


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([], 0.5) == 0
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile(list(range(1, 201)), 0.99) == 198


def test_the_benchmark_prints_both_schedulers_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--loads", "pausing", "--json", str(tmp_path / "fairness.json")]) == 0
    said = capsys.readouterr().out
    assert [line.split()[:2] for line in said.splitlines()[2:4]] == [
        ["pausing", name] for name in SCHEDULERS
    ]
    kept = json.loads((tmp_path / "fairness.json").read_text(encoding="utf-8"))
    assert kept["summary"].keys() == {"jain_pausing_vtc", "jain_pausing_fcfs"}
    assert len(kept["rows"]) == 2
