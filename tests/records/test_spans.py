"""Spans read off a journal: what is part of what, from when to when, and what is told."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.semconv._incubating.attributes import (
    error_attributes,
    gen_ai_attributes,
    server_attributes,
)

from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.llm.store import TapeStore
from webpilot.spans import Settings, Span, spans_of

SECRET = "what the page says"
QUESTION = ModelRequest(
    purpose="propose",
    model="tiny",
    messages=(Message(role="system", content="rules"), Message(role="user", content=SECRET)),
)
MODEL = {"temperature": 0.3, "max_tokens": 64, "base_url": "http://user:word@127.0.0.1:8080/v1"}


def call(at: float, purpose: str, **told: Any) -> dict[str, Any]:
    answered = {
        "reported_in": 400,
        "reported_out": 18,
        "finish_reason": "stop",
        "seconds": 0.25,
        "model": "tiny",
        "answered_by": "tiny-2026",
    }
    charged = {"tokens_in": 491, "tokens_out": 20, "usd": 0.5, "usd_paid": 0.25}
    head = {"at": at, "event": "model call", "purpose": purpose, "key": QUESTION.key}
    return {**head, "attempts": 1, "taped": False, **charged, **answered, **told}


def node(at: float, number: int, parent: int | None, **told: Any) -> dict[str, Any]:
    move = None if parent is None else {"kind": "fill", "raw": f"fill('14', '{SECRET}')"}
    return {
        **{"at": at, "event": "node", "id": number, "parent": parent, "depth": number},
        **{"move": move, "page": "d1", "error": "", "status": "open", "value": 0.5, **told},
    }


def event(at: float, name: str, **told: Any) -> dict[str, Any]:
    return {"at": at, "event": name, **told}


RESULT = {
    **{"preset": "webpilot", "searcher": "webpilot", "policy": "llm", "model": "tiny"},
    **{"success": False, "stop_reason": "exhausted", "error_kind": None, "error": None},
    **{"committed_steps": 1, "llm_calls": 4, "tokens_in": 1_964, "tokens_out": 80, "usd": 2.0},
    **{"rollouts": 2, "explored_steps": 1},
}
REFUSED = {"attempt": 1, "error": "127.0.0.1:8080 answered 429", "wait": 0.6}
JOURNAL: tuple[dict[str, Any], ...] = (
    event(0.0, "journal", schema=1, task="miniwob.enter-text", seed=3),
    event(1.0, "task", goal=SECRET, label="tiny"),
    call(1.5, "plan"),
    event(1.6, "observation", digest="d1", text=SECRET, url="", title=""),
    node(2.0, 0, None),
    event(2.1, "select", path=[0]),
    event(2.2, "restore", node=0, tier="live", level="exact"),
    event(2.3, "model retry", purpose="propose", key=QUESTION.key, model="tiny", **REFUSED),
    call(3.0, "propose"),
    node(3.5, 1, 0),
    call(4.0, "propose"),
    event(4.1, "drift", node=1, excluded=[1]),
    event(4.5, "stop", reason="exhausted", best=1, nodes=2),
    call(5.0, "complete"),
    event(5.1, "subtask", done=False, reason=SECRET),
    event(6.0, "commit", actions=[f"fill('14', '{SECRET}')"]),
    event(6.5, "result", **RESULT),
)


def read(*journal: dict[str, Any], **settings: Any) -> list[Span]:
    return spans_of(journal or JOURNAL, Settings(model=MODEL, **settings))


def shape(spans: list[Span]) -> list[tuple[str, str | None, float, float]]:
    """Name, parent's name, start and end of each."""
    return [
        (
            span.name,
            None if span.parent is None else spans[span.parent].name,
            round(span.start, 6),
            round(span.end, 6),
        )
        for span in spans
    ]


def test_calls_are_part_of_steps_steps_of_searches_and_searches_of_the_episode() -> None:
    assert shape(read()) == [
        ("invoke_agent webpilot", None, 0.0, 6.5),
        ("chat tiny", "invoke_agent webpilot", 1.25, 1.5),
        ("search", "invoke_agent webpilot", 2.0, 4.5),
        ("step fill", "search", 2.1, 3.5),
        ("chat tiny", "step fill", 2.75, 3.0),
        ("step", "search", 3.5, 4.5),  # it made no node: the search stopped
        ("chat tiny", "step", 3.75, 4.0),
        ("chat tiny", "invoke_agent webpilot", 4.75, 5.0),
    ]


def test_a_call_tells_what_the_conventions_name_and_what_was_charged() -> None:
    spans = read()
    (asked,) = (span for span in spans if span.end == 3.0)
    assert asked.remote
    assert asked.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "tiny",
        "gen_ai.request.temperature": 0.3,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.prompt.name": "propose",
        "gen_ai.response.model": "tiny-2026",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 400,
        "gen_ai.usage.output_tokens": 18,
        "server.address": "127.0.0.1",
        "server.port": 8080,
        "webpilot.attempts": 1,
        "webpilot.taped": False,
        "webpilot.key": QUESTION.key,
        "webpilot.usd": 0.5,
        "webpilot.usd_paid": 0.25,
        "webpilot.charged_in": 491,
        "webpilot.charged_out": 20,
    }
    assert [each.name for span in spans for each in span.events if each.name == "retry"] == [
        "retry"
    ]
    (retry,) = asked.events
    assert (retry.at, retry.attributes["webpilot.wait"]) == (2.3, 0.6)


def test_names_that_are_not_ours_are_those_of_the_conventions(tmp_path: Any) -> None:
    failed = {"error": "no answer", "tokens_out": 0}
    told = read(*JOURNAL[:2], call(2.0, "plan", **failed), event(3.0, "result", **RESULT))
    with TapeStore(tmp_path / "tape.sqlite") as tape:
        tape.put(QUESTION, ModelReply(text="{}"))
        told += read(tape=tape, content=True)
    named = {name for span in told for name in span.attributes if name[:9] != "webpilot."}
    assert "gen_ai.input.messages" in named
    modules = (gen_ai_attributes, server_attributes, error_attributes)
    known = {value for module in modules for value in vars(module).values() if type(value) is str}
    assert named - known == set()


def test_a_step_tells_its_node_and_the_kind_of_its_action() -> None:
    (step,) = (span for span in read() if span.name == "step fill")
    assert step.attributes == {
        "webpilot.node.id": 1,
        "webpilot.node.parent": 0,
        "webpilot.node.depth": 1,
        "webpilot.node.status": "open",
        "webpilot.node.value": 0.5,
        "webpilot.action": "fill",
    }
    assert [each.name for each in step.events] == ["select", "restore"]
    assert step.events[1].attributes == {
        "webpilot.node": 0,
        "webpilot.tier": "live",
        "webpilot.level": "exact",
    }


def test_the_episode_tells_how_it_ended_and_what_it_spent() -> None:
    told = read()[0].attributes
    assert told["gen_ai.operation.name"] == "invoke_agent"
    assert (told["webpilot.task"], told["webpilot.seed"]) == ("miniwob.enter-text", 3)
    assert told["webpilot.success"] is False
    assert (told["webpilot.stop_reason"], told["webpilot.llm_calls"]) == ("exhausted", 4)
    assert "error.type" not in told
    assert read()[0].error is None


def test_what_pages_and_prompts_say_is_told_on_demand_only(tmp_path: Any) -> None:
    with TapeStore(tmp_path / "tape.sqlite") as tape:
        tape.put(QUESTION, ModelReply(text="an answer"))
        pages, prompts = read(content=True), read(tape=tape)
    assert SECRET not in repr(read())
    assert pages[0].attributes["webpilot.goal"] == SECRET
    (step,) = (span for span in pages if span.name == "step fill")
    assert step.attributes["webpilot.page.text"] == SECRET
    assert SECRET in step.attributes["webpilot.action.text"]
    asked = next(span for span in prompts if span.end == 3.0).attributes
    assert SECRET in asked["gen_ai.input.messages"]
    assert '"content": "an answer"' in asked["gen_ai.output.messages"]


def test_errors_are_told_by_kind_and_in_the_agent_s_words_only_on_demand() -> None:
    spoilt = {**RESULT, "error_kind": "agent", "error": f"FormatError: {SECRET}"}
    journal = (
        *JOURNAL[:6],
        node(3.5, 1, 0, error=SECRET),
        call(4.0, "assess", error="127.0.0.1:8080 was silent"),
        event(5.0, "result", **spoilt),
    )
    spans = read(*journal)
    assert SECRET not in repr(spans)
    assert (spans[0].error, spans[0].attributes["error.type"]) == ("agent", "agent")
    assert next(span for span in spans if span.name == "step fill").error == "the action failed"
    failed = spans[-1]
    assert (failed.error, failed.attributes["error.type"]) == ("127.0.0.1:8080 was silent", "llm")
    assert "gen_ai.response.finish_reasons" not in failed.attributes
    assert SECRET in repr(read(*journal, content=True)[0].error)


def test_a_search_that_was_broken_off_ends_with_what_comes_next() -> None:
    spans = shape(read(*JOURNAL[:9], event(3.2, "result", **RESULT)))
    assert ("search", "invoke_agent webpilot", 2.0, 3.2) in spans
    assert ("step", "search", 2.1, 3.2) in spans


@pytest.mark.parametrize("length", [0, 1, len(JOURNAL) - 1])
def test_an_unfinished_episode_has_no_spans(length: int) -> None:
    assert spans_of(JOURNAL[:length], Settings()) == []


def test_an_episode_without_a_model_has_no_calls() -> None:
    offline = {**RESULT, "policy": "offline", "model": None, "llm_calls": 0}
    kept = [each for each in JOURNAL if not each["event"].startswith("model")]
    spans = read(*kept[:-1], event(6.5, "result", **offline))
    assert [span.name for span in spans] == ["invoke_agent webpilot", "search", "step fill", "step"]
    assert "gen_ai.request.model" not in spans[0].attributes


def test_a_call_of_a_role_with_a_model_of_its_own_tells_that_model_and_its_endpoint() -> None:
    entry = {"model": "big", "base_url": "http://big.example:9/v1", "key_env": None}
    model = {**MODEL, "temperature": 0.3, "roles": {"planner": entry, "explorer": "walk"}}
    journal = (
        JOURNAL[0],
        call(1.5, "plan", role="planner", model="big", answered_by="big-2026"),
        call(2.5, "propose", role="explorer", model="walk", answered_by="walk"),
        event(6.5, "result", **{**RESULT, "model": "tiny, planner=big, explorer=walk"}),
    )
    _, planner, explorer = spans_of(journal, Settings(model=model))
    told = [
        (
            span.name,
            span.attributes["gen_ai.response.model"],
            span.attributes.get("server.address"),
            span.attributes["gen_ai.request.temperature"],
        )
        for span in (planner, explorer)
    ]
    own = spans_of(JOURNAL, Settings(model=model))[1].attributes.get("server.address")
    assert told == [
        ("chat big", "big-2026", "big.example", 0.3),
        ("chat walk", "walk", own, 0.3),
    ]


def test_a_journal_that_holds_only_the_answer_s_name_of_a_model_is_read_too() -> None:
    older = call(1.5, "plan", model="tiny-2026")
    del older["answered_by"]
    _, told = spans_of((JOURNAL[0], older, event(6.5, "result", **RESULT)), Settings(model=MODEL))
    assert told.name == "chat tiny"
    assert told.attributes["gen_ai.response.model"] == "tiny-2026"
