"""Further attempts: a bounded number, each paid for and told, and none that could not help."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import replace

import httpx2
import pytest
from asking import client, request

from webpilot.budget import Budget, Limits
from webpilot.errors import BudgetExhausted, LLMError, TransientError
from webpilot.llm.faults import FAULTS, FaultServer
from webpilot.llm.limiter import Limiter
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.protocol import LLM, TOO_LONG, ModelReply
from webpilot.llm.refusals import wait_of
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.scheduling import Ticket
from webpilot.llm.scripted import Answer, ScriptedLLM

RETRIES = 3
LONGEST = request().max_tokens


class Rig:
    """A model that is asked again, behind a budget, with waits that take no time."""

    def __init__(self, llm: LLM, limits: Limits | None = None, retries: int = RETRIES) -> None:
        self.waits: list[float] = []
        self.limiter = Limiter(8)
        self.budget = Budget(limits or Limits())
        self.events: list[tuple[str, dict[str, object]]] = []
        retrying = RetryingLLM(
            llm, retries=retries, limiter=self.limiter, rng=random.Random(1), sleep=self._sleep
        )
        self.llm = MeteredLLM(retrying, self.budget, self._keep)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)

    def _keep(self, name: str, data: Mapping[str, object]) -> None:
        self.events.append((name, dict(data)))

    def ask(self) -> ModelReply:
        async def go() -> ModelReply:
            try:
                return await asyncio.wait_for(self.llm.complete(request()), 30)
            finally:
                await self.llm.aclose()

        return asyncio.run(go())

    @property
    def retries(self) -> list[dict[str, object]]:
        return [data for name, data in self.events if name == "model retry"]


def behind(*answers: Answer, limits: Limits | None = None, retries: int = RETRIES) -> Rig:
    return Rig(ScriptedLLM({"propose": answers}), limits, retries)


def server(*faults: str) -> FaultServer:
    return FaultServer(lambda _: {"moves": []}, [FAULTS[name] for name in faults])


@pytest.mark.parametrize(
    ("faults", "calls", "waits"),
    [
        ([], 1, 0),
        (["busy"], 2, 1),
        (["busy", "busy"], 3, 2),
        (["busy for a second", "failing", "overloaded"], 4, 3),
        (["failing"] * 3, 4, 3),
        (["gateway gave up", "breaking off"], 3, 2),
        (["garbage", "no choices"], 3, 2),
    ],
)
def test_an_endpoint_that_recovers_is_asked_as_often_as_it_takes(
    faults: list[str], calls: int, waits: int
) -> None:
    with server(*faults) as endpoint:
        rig = Rig(client(endpoint.url, structured="json_schema"))
        reply = rig.ask()
        assert endpoint.requests == calls
    assert (reply.text, reply.attempts) == ('{"moves": []}', calls)
    assert rig.budget.spent("llm_calls") == calls
    assert len(rig.waits) == len(rig.retries) == waits
    assert [told["attempt"] for told in rig.retries] == list(range(1, waits + 1))


@pytest.mark.parametrize("fault", ["busy", "failing", "breaking off", "garbage", "no choices"])
def test_an_endpoint_that_does_not_recover_is_asked_a_bounded_number_of_times(fault: str) -> None:
    with server(*[fault] * 50) as endpoint:
        rig = Rig(client(endpoint.url, structured="json_schema"))
        with pytest.raises(LLMError, match=r"\(4 attempts: llm.retries is the bound\)") as failed:
            rig.ask()
        assert endpoint.requests == 1 + RETRIES
    assert not isinstance(failed.value, TransientError)  # nobody asks again what was asked enough
    assert rig.budget.spent("llm_calls") == 1 + RETRIES
    assert len(rig.retries) == RETRIES
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("fault", ["refusing", "no credit"])
def test_what_asking_again_does_not_mend_is_asked_once(fault: str) -> None:
    with server(*[fault] * 50) as endpoint:
        rig = Rig(client(endpoint.url, structured="json_schema"))
        with pytest.raises(LLMError):
            rig.ask()
        assert endpoint.requests == 1
    assert rig.waits == rig.retries == []


def test_a_question_that_is_too_long_is_no_fault_of_the_endpoint() -> None:
    with server("too long") as endpoint:
        rig = Rig(client(endpoint.url))
        assert rig.ask().finish_reason == TOO_LONG
        assert endpoint.requests == 1


@pytest.mark.parametrize("fault", ["silent", "dripping", "endless"])
def test_silence_a_slow_drip_and_an_endless_answer_each_end_by_the_deadline(fault: str) -> None:
    with server(*[fault] * 50) as endpoint:
        rig = Rig(client(endpoint.url, structured="json_schema", timeout_s=0.5))
        with pytest.raises(LLMError, match="4 attempts"):
            rig.ask()
        assert endpoint.requests == 1 + RETRIES


def test_an_endpoint_that_is_not_there_is_asked_again_and_nothing_is_charged_but_calls() -> None:
    endpoint = server()
    endpoint.close()
    rig = Rig(client(endpoint.url))
    with pytest.raises(LLMError, match="could not be reached"):
        rig.ask()
    assert rig.budget.spent("llm_calls") == 1 + RETRIES
    assert rig.budget.spent("tokens_in") == rig.budget.spent("tokens_out") == 0


def test_attempts_whose_answer_may_have_been_made_are_charged_in_full() -> None:
    rig = behind(TransientError("a", lost=True), TransientError("b"), ModelReply(text="four"))
    reply = rig.ask()
    assert (reply.attempts, reply.lost) == (3, 1)
    assert rig.budget.spent("llm_calls") == 3
    assert rig.budget.spent("tokens_out") == LONGEST + 1
    ((name, told),) = [event for event in rig.events if event[0] == "model call"]
    assert name == "model call"
    assert (told["attempts"], told["tokens_out"]) == (3, LONGEST + 1)


# --------------------------------------------------------------------------------- waits


def test_waits_grow_are_drawn_apart_and_are_longer_for_a_busy_endpoint() -> None:
    failing = behind(*[TransientError("x")] * 7, "well", retries=7)
    failing.ask()
    for number, wait in enumerate(failing.waits):
        bound = min(30.0, 0.5 * 2**number)
        assert bound / 2 <= wait <= bound
    busy = behind(*[TransientError("x", busy=True)] * 3, "well")
    busy.ask()
    assert busy.waits == [2 * wait for wait in failing.waits[:3]]


def test_the_same_randomness_gives_the_same_waits() -> None:
    waits = []
    for _ in range(2):
        rig = behind(TransientError("x"), TransientError("x"), "well")
        rig.ask()
        waits.append(rig.waits)
    assert waits[0] == waits[1]


def test_the_time_that_an_endpoint_asks_for_is_waited_and_a_little_more() -> None:
    rig = behind(TransientError("x", busy=True, wait=7), "well", limits=Limits(seconds=100))
    rig.ask()
    assert 7 <= rig.waits[0] <= 7.7
    ((_, told), _) = rig.events
    assert told["wait"] == pytest.approx(rig.waits[0], abs=1e-3)


@pytest.mark.parametrize("limits", [Limits(), Limits(seconds=60)])
def test_an_hour_is_not_waited_but_told_at_once(limits: Limits) -> None:
    with server("busy for an hour") as endpoint:
        rig = Rig(client(endpoint.url, structured="json_schema"), limits)
        with pytest.raises(LLMError, match=r"\(1 attempt: 3600 s are to be waited, and .* left\)"):
            rig.ask()
        assert endpoint.requests == 1
    assert rig.waits == []
    assert rig.budget.spent("llm_calls") == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "0"}, 0),
        ({"retry-after": " 12 "}, 12),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT",
                "date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            30,
        ),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT",
                "date": "Wed, 21 Oct 2026 07:29:00 -0000",
            },
            None,
        ),
    ],
)
def test_every_form_of_retry_after_is_read_and_others_are_no_answer(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert wait_of(httpx2.Headers(headers)) == seconds


# --------------------------------------------------------------------------------- budgets


def test_a_budget_without_room_for_another_attempt_ends_in_the_error_of_the_last_one() -> None:
    rig = behind(TransientError("the server fails"), "never said", limits=Limits(llm_calls=1))
    with pytest.raises(LLMError, match=r"the server fails \(1 attempt: no llm_calls left"):
        rig.ask()
    assert rig.budget.spent("llm_calls") == 1
    assert [name for name, _ in rig.events] == ["model retry", "model call"]


def test_a_model_without_a_budget_is_asked_again_all_the_same() -> None:
    llm = RetryingLLM(
        ScriptedLLM({"propose": [TransientError("x"), "well"]}),
        retries=1,
        limiter=Limiter(1),
        rng=random.Random(0),
        sleep=lambda _: asyncio.sleep(0),
    )
    assert asyncio.run(llm.complete(request())).text == "well"


def test_the_time_of_the_episode_bounds_all_attempts_together() -> None:
    with server(*["silent"] * 9) as endpoint:
        llm = client(endpoint.url, structured="json_schema", timeout_s=20)
        rig = Rig(llm, Limits(seconds=0.5))
        with pytest.raises(BudgetExhausted, match="seconds"):
            rig.ask()
        assert endpoint.requests == 1


# --------------------------------------------------------------------------------- concurrency


def test_a_busy_endpoint_is_asked_by_fewer_at_once_and_by_more_again_when_it_answers() -> None:
    async def go() -> list[int]:
        limiter = Limiter(16)
        widths = [limiter.width]
        slots = [limiter.slot() for _ in range(4)]
        held = [await slot.__aenter__() for slot in slots]
        for each in held:  # all of one time: one halving
            each.busy()
        widths.append(limiter.width)
        async with limiter.slot() as later:
            later.busy()
        widths.append(limiter.width)
        for _ in range(4):
            held[0].answered()
        widths.append(limiter.width)
        for _ in range(500):
            held[0].answered()
        widths.append(limiter.width)
        for slot in slots:
            await slot.__aexit__(None, None, None)
        return widths

    assert asyncio.run(go()) == [16, 8, 4, 4, 16]


def test_never_more_are_under_way_than_the_width_and_they_come_in_order() -> None:
    started: list[int] = []
    under_way, most = 0, 0

    async def one(limiter: Limiter, number: int) -> None:
        nonlocal under_way, most
        async with limiter.slot():
            started.append(number)
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    async def go() -> None:
        limiter = Limiter(3)
        await asyncio.gather(*(one(limiter, number) for number in range(20)))

    asyncio.run(go())
    assert started == list(range(20))
    assert most == 3


def test_who_stops_waiting_for_a_place_does_not_keep_one() -> None:
    async def go() -> None:
        limiter = Limiter(1)
        async with limiter.slot():
            waiting = [asyncio.create_task(limiter._enter(Ticket())) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
            await asyncio.sleep(0)
        waiting[1].cancel()  # its place was given to it in the meantime
        await asyncio.wait_for(waiting[2], 5)

    asyncio.run(go())


def test_sixteen_callers_of_a_busy_endpoint_all_get_their_answers() -> None:
    faults = ["busy"] * 20
    with server(*faults) as endpoint:
        rig = Rig(client(endpoint.url, structured="json_schema"), retries=20)

        async def go() -> list[ModelReply]:
            asked = [replace(request(), sample=number) for number in range(16)]
            return await asyncio.gather(*(rig.llm.complete(each) for each in asked))

        replies = asyncio.run(go())
        assert endpoint.requests == 36
    assert sum(reply.attempts for reply in replies) == 36
    assert rig.budget.spent("llm_calls") == 36
    assert len(rig.retries) == 20
    assert rig.limiter.width < 8
