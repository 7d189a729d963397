"""No budget is passed: not by callers at the same time, not with an endpoint that lies."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asking import client, request
from hypothesis import given, settings
from hypothesis import strategies as st

from webpilot.budget import KEYS, Budget, Limits, Reservation
from webpilot.errors import BudgetExhausted, LLMError
from webpilot.llm.faults import FAULTS, Fault, FaultServer
from webpilot.llm.limiter import Limiter
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.prices import Price
from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.scripted import ScriptedLLM

PRICE = Price(tokens_in=200, tokens_out=800, cached_in=100)
"""A hundred times what a real model costs, so that a few dozen calls are worth a dollar."""
MOST = {"llm_calls": 1, "tokens_in": 10, "tokens_out": 10, "usd": 0.1}


class Long(ScriptedLLM):
    """A model whose answers differ in length, up to the bound that it is given."""

    def __init__(self, seed: int = 0) -> None:
        chance = random.Random(seed)
        super().__init__(lambda asked: "x" * (4 * chance.randint(0, asked.max_tokens)))


def question(number: int) -> ModelRequest:
    return replace(request("y" * (number % 7 * 40)), sample=number, max_tokens=20)


async def used_up(llm: MeteredLLM, first: int) -> int:
    """Answers that one caller gets until the budget refuses him."""
    for number in range(1_000):
        try:
            await llm.complete(question(first + number))
        except BudgetExhausted:
            return number
        except LLMError:
            continue
    raise AssertionError("no budget ended this")


def mixed(seed: int) -> Iterator[Fault | None]:
    """Faults in a random order, one request in three; usage is a lie half of the time."""
    chance = random.Random(seed)
    lies = [FAULTS["claims nothing"], FAULTS["claims nothing"], None]
    others = ["busy", "failing", "breaking off", "garbage", "no choices", "gateway gave up"]
    while True:
        yield FAULTS[chance.choice(others)] if chance.random() < 0.3 else chance.choice(lies)


def spend(faults: Iterator[Fault | None], budgets: list[Budget]) -> tuple[float, list[int]]:
    """Dollars by the server's own count, and each caller's answers."""

    async def go(url: str) -> list[int]:
        asked = RetryingLLM(
            client(url, structured="json_schema"),
            retries=2,
            limiter=Limiter(16),
            rng=random.Random(0),
            sleep=lambda _: asyncio.sleep(0),
        )
        found = await asyncio.gather(
            *(
                used_up(MeteredLLM(asked, budget, lambda *_: None, price=PRICE), 1_000 * index)
                for index, budget in enumerate(budgets)
            )
        )
        await asked.aclose()
        return found

    with FaultServer(Long().answer, faults) as server:
        answers = asyncio.run(go(server.url))
        return PRICE.dollars(server.tokens_in, server.tokens_out), answers


@pytest.mark.parametrize(
    "faults",
    [iter(()), iter([FAULTS["claims nothing"]] * 10_000), mixed(0), mixed(1)],
    ids=["honest", "claims nothing", "faults and lies", "other faults and lies"],
)
def test_sixteen_callers_spend_no_more_than_a_dollar_by_the_servers_own_count(
    faults: Iterator[Fault | None],
) -> None:
    run = Budget(Limits(usd=1))
    dollars, answers = spend(faults, [Budget(parent=run) for _ in range(16)])
    assert 0.5 < dollars <= 1
    assert run.spent("usd") <= 1
    assert run.spent("usd") >= dollars - 1e-9
    assert sum(answers) > 0


def test_one_budget_for_all_holds_as_well_and_nobody_is_refused_while_there_is_room() -> None:
    shared = Budget(Limits(usd=1))
    dollars, answers = spend(iter(()), [shared] * 16)
    room = PRICE.dollars(600, 20)  # no question has as many tokens
    assert 1 - room <= shared.spent("usd") <= 1
    assert dollars <= 1
    assert sum(answers) == shared.spent("llm_calls")


def test_an_endpoint_that_claims_millions_ends_the_run_and_no_other_call_is_sent() -> None:
    run = Budget(Limits(usd=1))
    with FaultServer(Long().answer, [FAULTS["claims millions"]]) as server:

        async def go() -> int:
            llm = client(server.url, structured="json_schema")
            metered = MeteredLLM(llm, Budget(parent=run), lambda *_: None, price=PRICE)
            answers = await used_up(metered, 0)
            await llm.aclose()
            return answers

        assert asyncio.run(go()) == 1
        assert server.requests == 1


@pytest.mark.parametrize(
    "limits",
    [
        Limits(llm_calls=7),
        Limits(tokens_in=2_000),
        Limits(tokens_out=150),
        Limits(usd=0.5),
    ],
)
@pytest.mark.parametrize("of_the_run", [False, True])
def test_every_limit_holds_for_sixteen_callers_of_an_episode_and_of_a_run(
    limits: Limits, of_the_run: bool
) -> None:
    budget = Budget(limits)
    charged = Budget(parent=budget) if of_the_run else budget

    async def go() -> None:
        llm = MeteredLLM(Long(), charged, lambda *_: None, price=PRICE)
        await asyncio.gather(*(used_up(llm, 1_000 * number) for number in range(16)))

    asyncio.run(go())
    for key in KEYS[3:7]:
        limit = getattr(limits, key)
        assert limit is None or 0 < budget.spent(key) <= limit


# --------------------------------------------------------------------------------- reservations


def reserve(budget: Budget) -> Reservation:
    return asyncio.run(budget.reserve(MOST))


def test_what_is_set_aside_counts_as_used_until_it_is_settled() -> None:
    run = Budget(Limits(tokens_in=25))
    first = Budget(parent=run)
    held = reserve(first)
    assert run.remaining("tokens_in") == 15
    assert run.spent("tokens_in") == 0
    with pytest.raises(BudgetExhausted):
        run.charge("tokens_in", 16)
    held.settle({"llm_calls": 1, "tokens_in": 3})
    held.settle({"llm_calls": 1, "tokens_in": 3})
    assert run.spent("tokens_in") == first.spent("tokens_in") == 3
    assert run.remaining("tokens_in") == 22


def test_a_refusal_names_what_is_used_the_limit_and_what_was_wanted() -> None:
    budget = Budget(Limits(usd=0.15))
    reserve(budget).settle({"usd": 0.1})
    with pytest.raises(BudgetExhausted) as raised:
        reserve(budget)
    assert str(raised.value) == "budget usd exhausted: 0.1 used of 0.15, and one call may take 0.1"


def test_who_only_lacks_what_others_have_set_aside_waits_for_them() -> None:
    async def go() -> list[str]:
        budget, told = Budget(Limits(usd=0.15)), []
        first = await budget.reserve(MOST)

        async def second() -> None:
            try:
                (await budget.reserve(MOST)).settle({"usd": 0.0})
                told.append("let through")
            except BudgetExhausted:
                told.append("refused")

        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.01)
        told.append("settled")
        first.settle({"usd": 0.01})
        await waiting
        waiting = asyncio.create_task(second())
        first = await budget.reserve(MOST)
        await asyncio.sleep(0)
        first.settle({"usd": 0.1})
        await waiting
        return told

    assert asyncio.run(asyncio.wait_for(go(), 10)) == ["settled", "let through", "refused"]


AMOUNTS = st.floats(0, 0.3) | st.integers(0, 2)


@settings(deadline=None)
@given(st.lists(st.tuples(AMOUNTS, st.floats(0, 1)), max_size=30), st.integers(1, 5))
def test_no_order_of_reservations_passes_a_limit_or_waits_for_ever(
    wanted: list[tuple[float, float]], at_once: int
) -> None:
    run = Budget(Limits(usd=1))
    budgets = [Budget(Limits(usd=0.7), parent=run) for _ in range(2)]

    async def caller(number: int) -> None:
        for amount, share in wanted[number::at_once]:
            try:
                held = await budgets[number % 2].reserve({"usd": amount})
            except BudgetExhausted:
                continue
            await asyncio.sleep(0)
            held.settle({"usd": amount * share})

    async def go() -> None:
        await asyncio.gather(*(caller(number) for number in range(at_once)))

    asyncio.run(asyncio.wait_for(go(), 20))
    assert run.spent("usd") <= 1
    assert all(budget.spent("usd") <= 0.7 for budget in budgets)
    assert run.remaining("usd") == 1 - run.spent("usd")


def test_a_reply_that_a_model_of_ones_own_makes_up_is_bounded_too() -> None:
    budget = Budget(Limits(tokens_out=100))
    llm = MeteredLLM(
        ScriptedLLM(lambda _: ModelReply(text="", tokens_out=50)), budget, lambda *_: None
    )
    assert asyncio.run(used_up(llm, 0)) == 2
