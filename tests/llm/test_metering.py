"""No call passes unmetered: it is charged, counted and told once, or it is not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from asking import request
from hypothesis import given
from hypothesis import strategies as st

from webpilot.budget import Budget, Limits
from webpilot.errors import BudgetExhausted, LLMError
from webpilot.llm.metering import MeteredLLM, settled
from webpilot.llm.protocol import ModelReply
from webpilot.llm.scripted import Answer, ScriptedLLM

PROMPT_TOKENS = 6
"""Of the request that is asked here: two lines, 21 bytes."""


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
        self.llm = MeteredLLM(self.scripted, self.budget, self._keep, clock=Ticks())

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


def test_a_call_is_charged_counted_and_told_once() -> None:
    reply = ModelReply(text="four", tokens_in=100, tokens_out=0, model="gpt-4o-2024-08-06")
    meter = Meter(reply)
    assert meter.ask() is reply
    spent = meter.budget.to_dict()
    assert [spent[key] for key in ("llm_calls", "tokens_in", "tokens_out")] == [1, 100, 1]
    assert meter.events == [
        (
            "model call",
            {
                "purpose": "propose",
                "key": request().key,
                "model": "gpt-4o-2024-08-06",
                "tokens_in": 100,
                "tokens_out": 1,
                "finish_reason": "stop",
                "seconds": 1.0,
            },
        )
    ]


def test_a_failed_call_is_charged_and_told_with_its_error() -> None:
    meter = Meter(LLMError("as told"))
    with pytest.raises(LLMError, match="as told"):
        meter.ask()
    assert meter.budget.spent("llm_calls") == 1
    assert meter.budget.spent("tokens_in") == 0
    call = {"purpose": "propose", "key": request().key, "model": "gpt-4o"}
    assert meter.events == [("model call", {**call, "error": "as told", "seconds": 1.0})]


@pytest.mark.parametrize(
    "limits",
    [
        Limits(llm_calls=0),
        Limits(seconds=0),
        Limits(tokens_in=PROMPT_TOKENS - 1),
        Limits(tokens_out=0),
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
    "limits", [Limits(llm_calls=1), Limits(tokens_in=PROMPT_TOKENS), Limits(tokens_out=2)]
)
def test_the_call_after_the_one_that_reached_a_limit_is_not_sent(limits: Limits) -> None:
    meter = Meter("five.", "never said", limits=limits)
    meter.ask()
    with pytest.raises(BudgetExhausted):
        meter.ask()
    assert len(meter.scripted.requests) == 1


def test_tokens_that_an_answer_took_beyond_the_limit_are_counted_all_the_same() -> None:
    meter = Meter(ModelReply(text="", tokens_out=500), "never said", limits=Limits(tokens_out=5))
    meter.ask()
    assert meter.budget.spent("tokens_out") == 500
    with pytest.raises(BudgetExhausted, match="tokens_out"):
        meter.ask()
