"""A request's key names its answer: equal questions share it, different ones never do."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpilot.llm.protocol import Message, ModelRequest

BASE = ModelRequest(
    purpose="propose",
    model="gpt-4o",
    messages=(Message(role="system", content="act"), Message(role="user", content="<page abc>")),
    schema={"type": "object"},
)
ANOTHER: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": (Message(role="user", content="act"), Message(role="user", content="<page abc>")),
    "schema": {"type": "array"},
    "temperature": 0.0,
    "max_tokens": 1,
    "sample": 1,
}


@pytest.mark.parametrize("name", ANOTHER)
def test_every_field_that_determines_the_answer_counts(name: str) -> None:
    changed = replace(BASE, **{name: ANOTHER[name]})
    assert changed.key != BASE.key


def test_the_purpose_is_a_name_the_nonces_are_masks_and_who_asks_or_pays_is_no_question() -> None:
    left = {field.name for field in fields(ModelRequest)} - ANOTHER.keys()
    assert left == {"purpose", "nonces", "role", "speculative", "payer"}
    assert replace(BASE, purpose="judge", role="appraiser").key == BASE.key


def test_the_question_is_the_same_in_every_run_and_has_the_requests_key() -> None:
    asked = replace(BASE, nonces=("abc",))
    assert asked.question.messages[1].content == "<page NONCE>"
    assert asked.question.key == asked.key
    assert asked.question.question == asked.question
    assert asked.masked("it said abc") == "it said NONCE"


def test_a_word_a_role_or_the_order_of_messages_makes_another_question() -> None:
    first, second = BASE.messages
    others = [
        (second, first),
        (first, replace(second, content="<page abc>.")),
        (first, replace(second, role="assistant")),
        (Message(role="system", content="act<page abc>"),),
    ]
    keys = {replace(BASE, messages=tuple(messages)).key for messages in others}
    assert len(keys | {BASE.key}) == len(others) + 1


@given(st.text("0123456789abcdef", min_size=8), st.text("0123456789abcdef", min_size=8))
def test_two_runs_that_differ_in_nonces_ask_the_same_question(one: str, other: str) -> None:
    keys = {
        replace(
            BASE,
            messages=(Message(role="user", content=f"<page {nonce}>text</page {nonce}>"),),
            nonces=(nonce,),
        ).key
        for nonce in (one, other)
    }
    assert len(keys) == 1


def test_the_order_of_a_schemas_fields_counts_because_a_model_reasons_in_it() -> None:
    turned = [dict(type="object", required=[]), dict(required=[], type="object")]
    assert len({replace(BASE, schema=schema).key for schema in turned}) == 2
