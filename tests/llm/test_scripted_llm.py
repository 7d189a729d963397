"""The scripted model says what it is told to, counts predictably, and never makes an answer up."""

from __future__ import annotations

import asyncio
import json

import pytest
from asking import request

from webpilot.errors import FormatError, LLMError
from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.llm.scripted import ScriptedLLM


def say(llm: ScriptedLLM, purpose: str = "propose") -> ModelReply:
    return asyncio.run(llm.complete(request(purpose=purpose)))


def test_a_mapping_is_sent_as_json_a_text_as_it_is_a_reply_untouched() -> None:
    cut = ModelReply(text="{", finish_reason="length", tokens_in=7)
    llm = ScriptedLLM({"propose": {"wort": "grün"}, "judge": "grün", "plan": cut})
    assert json.loads(say(llm).text) == {"wort": "grün"}
    assert say(llm, "judge").text == "grün"
    assert say(llm, "plan") is cut


def test_one_answer_serves_every_call_a_sequence_one_call_each() -> None:
    llm = ScriptedLLM({"propose": "always", "judge": ["first", "second"]})
    assert [say(llm).text for _ in range(3)] == ["always"] * 3
    assert [say(llm, "judge").text for _ in range(2)] == ["first", "second"]
    with pytest.raises(LLMError, match=r"2 answers .*'judge'"):
        say(llm, "judge")


def test_an_unknown_purpose_is_refused_with_those_known() -> None:
    with pytest.raises(LLMError, match=r"'reflect'; there are propose, judge$"):
        say(ScriptedLLM({"propose": "a", "judge": "b"}), "reflect")


def test_a_scripted_error_is_raised_when_its_turn_comes() -> None:
    llm = ScriptedLLM({"propose": [FormatError("as told"), "then well"]})
    with pytest.raises(FormatError, match="as told"):
        say(llm)
    assert say(llm).text == "then well"


def test_a_function_answers_from_the_request_and_all_requests_are_kept() -> None:
    llm = ScriptedLLM(lambda asked: asked.purpose.upper())
    assert [say(llm, purpose).text for purpose in ("a", "b")] == ["A", "B"]
    assert [asked.purpose for asked in llm.requests] == ["a", "b"]


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_tokens_are_a_quarter_of_the_bytes_rounded_up(text: str, tokens: int) -> None:
    asked = ModelRequest(
        purpose="p", model="m", messages=(Message(role="user", content="ü" * len(text)),)
    )
    reply = ScriptedLLM({"p": text}).answer(asked)
    assert reply.tokens_out == tokens
    assert reply.tokens_in == -(-2 * len(text) // 4)
