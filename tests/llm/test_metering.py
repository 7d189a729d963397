"""No call passes unmetered: it is charged, counted and told once, or it is not sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import pytest
from asking import SCHEMA, request
from hypothesis import given
from hypothesis import strategies as st

from webpilot.budget import Budget, Limits
from webpilot.errors import BudgetExhausted, ConfigError, LLMError
from webpilot.llm.counting import most_tokens, settled
from webpilot.llm.measure import Measure
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.prices import Price
from webpilot.llm.protocol import TOO_LONG, ModelReply, ModelRequest
from webpilot.llm.scripted import Answer, ScriptedLLM

PRICE = Price(tokens_in=2.5, tokens_out=10, cached_in=1.25)
MOST = most_tokens(request())
"""Prompt tokens that the request which is asked here may have at most."""
LONGEST = request().max_tokens
LEAST = -(-len(f"You act.\nWhich moves?\n{json.dumps(SCHEMA)}") // 4)
"""Prompt tokens that it counts for at least: a quarter of its bytes, with the answer's schema."""


class Ticks:
    """Time that passes by one second a look."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


class Meter:
    """A metered scripted model with all that can be seen of it."""

    def __init__(self, *answers: Answer, limits: Limits | None = None) -> None:
        self.scripted = ScriptedLLM({"propose": answers})
        self.budget = Budget(limits or Limits())
        self.events: list[tuple[str, dict[str, object]]] = []
        self.llm = MeteredLLM(self.scripted, self.budget, self._keep, price=PRICE, clock=Ticks())

    def _keep(self, name: str, data: Mapping[str, object]) -> None:
        self.events.append((name, dict(data)))

    def ask(self) -> ModelReply:
        return asyncio.run(self.llm.complete(request()))


@given(st.text(), st.integers(0, 200))
def test_a_text_counts_as_reported_but_never_below_a_quarter_of_its_bytes(
    text: str, reported: int
) -> None:
    tokens = settled(text, reported)
    assert tokens >= reported
    assert 4 * tokens >= len(text.encode())
    assert tokens == reported or 4 * (tokens - 1) < len(text.encode())


def test_lone_surrogates_of_a_page_can_be_counted() -> None:
    assert settled("\ud800" * 4, 0) == 1


def call(
    tokens_in: int = 0, tokens_out: int = 0, **changes: object
) -> tuple[str, dict[str, object]]:
    """The one event of a call."""
    usd = round(PRICE.dollars(tokens_in, tokens_out), 9)
    told = {
        "role": "",
        "purpose": "propose",
        "key": request().key,
        "model": "gpt-4o",
        "attempts": 1,
        "taped": False,
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "reserved_in": MOST,
        "reserved_out": LONGEST,
        "usd": usd,
        "usd_paid": usd,
        **{"waited": 0, "served": 0, "fair": 0, "shared_bytes": 0},
        "prompt_bytes": len("system\nYou act.\nuser\nWhich moves?"),
        "seconds": 1.0,
    }
    return "model call", {**told, **changes}


def test_a_call_is_charged_counted_and_told_once_with_what_was_reported_and_reserved() -> None:
    reply = ModelReply(text="four", tokens_in=100, tokens_out=0, model="gpt-4o-2024-08-06")
    meter = Meter(reply)
    assert meter.ask() is reply
    spent = meter.budget.to_dict()
    assert [spent[key] for key in ("llm_calls", "tokens_in", "tokens_out")] == [1, 100, 1]
    assert meter.events == [
        call(
            answered_by="gpt-4o-2024-08-06",
            tokens_in=100,
            tokens_out=1,
            reported_in=100,
            reported_out=0,
            reported_cached=0,
            finish_reason="stop",
        )
    ]


def test_a_question_counts_for_a_quarter_of_its_bytes_with_the_schema_it_carries() -> None:
    meter = Meter("four")
    meter.ask()
    assert meter.budget.spent("tokens_in") == LEAST
    assert LEAST < MOST


def test_a_failed_call_is_charged_and_told_with_its_error() -> None:
    meter = Meter(LLMError("as told"))
    with pytest.raises(LLMError, match="as told"):
        meter.ask()
    assert meter.budget.spent("llm_calls") == 1
    assert meter.budget.spent("tokens_in") == 0
    assert meter.events == [call(error="as told")]


def test_an_answer_that_was_lost_on_the_way_is_charged_as_if_it_had_been_of_full_length() -> None:
    meter = Meter(LLMError("broke off", lost=True))
    with pytest.raises(LLMError):
        meter.ask()
    assert meter.budget.spent("tokens_in") == LEAST
    assert meter.budget.spent("tokens_out") == LONGEST
    assert meter.events == [call(error="broke off", tokens_in=LEAST, tokens_out=LONGEST)]


def test_a_question_that_is_too_long_was_not_read_and_costs_a_call_and_no_tokens() -> None:
    meter = Meter(ModelReply(text="", finish_reason=TOO_LONG))
    meter.ask()
    assert meter.budget.spent("llm_calls") == 1
    assert meter.budget.spent("tokens_in") == 0


@pytest.mark.parametrize(
    "limits",
    [
        Limits(llm_calls=0),
        Limits(seconds=0),
        Limits(tokens_in=MOST - 1),
        Limits(tokens_out=LONGEST - 1),
        Limits(usd=0.01),
    ],
)
def test_a_call_that_would_pass_a_limit_is_not_sent_and_costs_nothing(limits: Limits) -> None:
    meter = Meter("never said", limits=limits)
    with pytest.raises(BudgetExhausted):
        meter.ask()
    assert meter.scripted.requests == []
    assert meter.events == []
    assert set(meter.budget.to_dict().values()) == {0}


@pytest.mark.parametrize(
    "limits",
    [
        Limits(llm_calls=1),
        Limits(tokens_in=MOST),
        Limits(tokens_out=LONGEST),
        Limits(usd=PRICE.dollars(MOST, LONGEST)),
    ],
)
def test_the_call_after_the_one_that_reached_a_limit_is_not_sent(limits: Limits) -> None:
    meter = Meter("five.", "never said", limits=limits)
    meter.ask()
    with pytest.raises(BudgetExhausted):
        meter.ask()
    assert len(meter.scripted.requests) == 1


def test_tokens_that_an_endpoint_reports_beyond_any_bound_are_counted_and_end_the_episode() -> None:
    reply = ModelReply(text="", tokens_out=9_999)
    meter = Meter(reply, "never said", limits=Limits(tokens_out=LONGEST))
    meter.ask()
    assert meter.budget.spent("tokens_out") == 9_999
    with pytest.raises(BudgetExhausted, match="tokens_out"):
        meter.ask()


def test_dollars_are_charged_at_full_price_and_paid_less_for_what_the_endpoint_had_cached() -> None:
    reply = ModelReply(text="x", tokens_in=1000, tokens_out=100, tokens_in_cached=800)
    meter = Meter(reply)
    meter.ask()
    assert meter.budget.spent("usd") == pytest.approx(0.0035)
    ((_, told),) = meter.events
    assert (told["usd"], told["usd_paid"]) == (0.0035, 0.0025)


def test_what_a_tape_answers_is_charged_as_ever_and_nothing_is_paid() -> None:
    reply = ModelReply(text="x", tokens_in=1000, tokens_out=100, attempts=3, lost=1, taped=True)
    meter = Meter(reply)
    meter.ask()
    spent = meter.budget.to_dict()
    assert spent["llm_calls"] == 3
    assert spent["tokens_in"] == 1000 + LEAST
    assert spent["tokens_out"] == 100 + LONGEST
    ((_, told),) = meter.events
    assert (told["attempts"], told["taped"], told["usd_paid"]) == (3, True, 0.0)
    assert told["usd"] == pytest.approx(spent["usd"])
    measured = Measure()
    measured.add(*meter.events[0])
    measured.add("model retry", {})
    assert measured.calls_cached == 3
    assert measured.tokens_cached == spent["tokens_in"] + spent["tokens_out"]
    assert measured.usd_paid == 0
    assert measured.seconds == 1


def test_a_limit_on_dollars_without_a_price_is_refused_in_one_line_with_the_mend() -> None:
    run = Budget(Limits(usd=5))
    with pytest.raises(
        ConfigError, match=r"tiny costs is not known: set llm\.price\.in="
    ) as refused:
        MeteredLLM(ScriptedLLM({}), Budget(parent=run), lambda *_: None, model="tiny")
    assert "\n" not in str(refused.value)


def test_a_call_does_not_outlive_the_seconds_of_its_episode() -> None:
    class Endless(ScriptedLLM):
        async def complete(self, request: ModelRequest) -> ModelReply:
            await asyncio.sleep(3600)
            raise AssertionError

    budget = Budget(Limits(seconds=0.2))
    events: list[dict[str, object]] = []
    llm = MeteredLLM(Endless({}), budget, lambda _, data: events.append(dict(data)))
    with pytest.raises(BudgetExhausted, match="seconds"):
        asyncio.run(llm.complete(request()))
    assert [told["error"] for told in events] == ["broken off before an answer came"]
    assert budget.spent("tokens_out") == LONGEST


def test_a_model_that_gives_up_by_itself_is_not_taken_for_the_end_of_the_episode() -> None:
    meter = Meter(TimeoutError("mine"), limits=Limits(seconds=60))
    with pytest.raises(TimeoutError, match="mine"):
        meter.ask()
