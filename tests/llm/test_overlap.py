"""Calls that overlap end together, whatever becomes of one: nothing runs on, nothing is kept."""

from __future__ import annotations

import asyncio
import random
import warnings
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest
from asking import request

from webpilot.budget import KEYS, Budget, Limits
from webpilot.errors import BudgetExhausted, FormatError, LLMError, WebPilotError
from webpilot.llm.limiter import Limiter
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.scheduling import VirtualTokenCounter
from webpilot.llm.scripted import ScriptedLLM
from webpilot.overlap import overlapped

LIMITS = Limits(llm_calls=50, tokens_in=1_000_000, tokens_out=1_000_000)


class Waiting(ScriptedLLM):
    """A model that answers when it is let; a question with `fails` in it raises at once."""

    def __init__(self, error: Exception) -> None:
        super().__init__({"propose": "well"})
        self.let = asyncio.Event()
        self._error = error

    async def complete(self, request: ModelRequest) -> ModelReply:
        if "fails" in request.messages[-1].content:
            raise self._error
        await self.let.wait()
        return await super().complete(request)


class Rig:
    """The way of a run's calls, with all that could be left over."""

    def __init__(self, places: int, error: Exception | None = None) -> None:
        self.model = Waiting(error or LLMError("the server is gone"))
        self.limiter = Limiter(places, VirtualTokenCounter())
        self.budget = Budget(LIMITS)
        retrying = RetryingLLM(self.model, retries=0, limiter=self.limiter, rng=random.Random(0))
        self.llm = MeteredLLM(retrying, self.budget, lambda *_: None, account="one")

    def ask(self, text: str, sample: int = 0) -> Coroutine[None, None, ModelReply]:
        return self.llm.complete(replace(request(text), sample=sample))

    def left_over(self) -> dict[str, float]:
        """What still runs, waits or is set aside."""
        running = asyncio.all_tasks() - {asyncio.current_task()}
        kept = {
            key: getattr(LIMITS, key) - self.budget.remaining(key) - self.budget.spent(key)
            for key in KEYS
            if getattr(LIMITS, key) is not None
        }
        found = {"tasks": len(running), "places": self.limiter.active, **kept}
        return {key: left for key, left in found.items() if left} | (
            {"waiting": self.limiter.waiting} if self.limiter.waiting else {}
        )


def run(work: Callable[[], Coroutine[None, None, None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await work()

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a coroutine that nobody awaited
        asyncio.run(bounded())


def test_results_come_in_the_order_of_the_calls_though_the_last_one_ends_first() -> None:
    async def go() -> None:
        first = asyncio.Event()

        async def one() -> int:
            await first.wait()
            return 1

        async def other() -> str:
            first.set()
            return "two"

        assert await overlapped(one(), other()) == (1, "two")
        assert await overlapped() == ()

    run(go)


@pytest.mark.parametrize("places", [1, 2, 8])
def test_a_call_that_fails_ends_the_others_and_leaves_nothing(places: int) -> None:
    async def go() -> None:
        rig = Rig(places)
        calls = [rig.ask("this one fails"), *(rig.ask("waits", each) for each in range(4))]
        with pytest.raises(LLMError, match="the server is gone"):
            await overlapped(*calls)
        assert rig.left_over() == {}

    run(go)


@pytest.mark.parametrize("places", [1, 2, 8])
def test_a_cancelled_group_leaves_nothing(places: int) -> None:
    async def go() -> None:
        rig = Rig(places)
        calls = [rig.ask("waits", each) for each in range(5)]
        group = asyncio.create_task(overlapped(*calls))
        for _ in range(10):
            await asyncio.sleep(0)
        assert rig.limiter.active == min(places, 5)
        assert rig.limiter.waiting == max(0, 5 - places)
        group.cancel()
        with pytest.raises(asyncio.CancelledError):
            await group
        assert rig.left_over() == {}

    run(go)


def test_a_group_that_is_cancelled_before_it_begins_leaves_nothing() -> None:
    async def go() -> None:
        rig = Rig(2)
        group = asyncio.create_task(overlapped(rig.ask("waits"), rig.ask("waits", 1)))
        await asyncio.sleep(0)  # its tasks are made, none has begun
        group.cancel()
        with pytest.raises(asyncio.CancelledError):
            await group
        assert rig.left_over() == {}

    run(go)


@pytest.mark.parametrize("error", [BudgetExhausted("usd", 1, 1), FormatError("no JSON")])
def test_what_a_repetition_would_meet_again_lets_the_others_end_first(
    error: WebPilotError,
) -> None:
    async def go() -> None:
        rig = Rig(8, error)
        group = asyncio.create_task(overlapped(rig.ask("this one fails"), rig.ask("waits")))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not group.done()
        rig.model.let.set()
        with pytest.raises(type(error)) as raised:
            await group
        assert raised.value is error
        assert [each.messages[-1].content for each in rig.model.requests] == ["waits"]
        assert rig.left_over() == {}

    run(go)


def test_of_several_errors_the_first_calls_is_raised_alone() -> None:
    async def late() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        raise BudgetExhausted("seconds", 1, 1)

    async def early() -> None:
        raise FormatError("no JSON")

    async def go() -> None:
        with pytest.raises(BudgetExhausted):
            await overlapped(late(), early())

    run(go)


def test_a_place_given_to_a_call_that_was_cancelled_in_the_same_moment_goes_on() -> None:
    async def go() -> None:
        rig = Rig(1)
        tasks = [asyncio.create_task(rig.ask("waits", each)) for each in range(3)]
        for _ in range(5):
            await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[0].cancel()  # gives its place back before the second one knows that it is cancelled
        await asyncio.wait(tasks[:2])
        rig.model.let.set()
        assert (await tasks[2]).text == "well"
        assert rig.left_over() == {}

    run(go)
