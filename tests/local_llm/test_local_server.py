"""The local server: a real model with real adapters, asked through the client of every run."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from adapters import write_adapter

from webpilot.errors import ConfigError, TransientError
from webpilot.llm.local import LocalServer, smollm2
from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.protocol import TOO_LONG, Message, ModelReply, ModelRequest
from webpilot.llm.settings import ModelSettings

NAME = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 12}},
    "required": ["name"],
    "additionalProperties": False,
}


def ask(base_url: str, text: str, **given: Any) -> ModelReply:
    request = ModelRequest(
        purpose="name",
        model="smollm2-135m",
        messages=(Message(role="user", content=text),),
        temperature=0.0,
        **{"max_tokens": 12, **given},
    )

    async def go() -> ModelReply:
        llm = OpenAILLM(ModelSettings(base_url=base_url, timeout_s=60))
        try:
            return await llm.complete(request)
        finally:
            await llm.aclose()

    return asyncio.run(go())


def got(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def test_the_unchanged_client_gets_text_usage_and_the_model_s_name(server: LocalServer) -> None:
    reply = ask(server.url, "What is the capital of France?")
    assert reply.text.strip()
    assert reply.model == server.name
    assert 0 < reply.tokens_out <= 12
    assert reply.tokens_in > 0


def test_an_answer_that_was_finished_fits_the_schema_that_went_along(server: LocalServer) -> None:
    reply = ask(server.url, "Name a city. Answer with JSON.", schema=NAME, max_tokens=60)
    if reply.finish_reason == "stop":
        assert json.loads(reply.text).keys() == {"name"}
    else:  # white space is within every schema
        assert reply.finish_reason == "length"
        assert reply.tokens_out == 60


def test_an_answer_is_cut_off_at_its_bound_and_says_so(server: LocalServer) -> None:
    reply = ask(server.url, "Tell me a long story.", max_tokens=4)
    assert (reply.finish_reason, reply.tokens_out) == ("length", 4)


def test_a_question_longer_than_the_model_s_room_is_told_apart() -> None:
    with LocalServer(smollm2(), context=256) as small:
        assert ask(small.url, "word " * 2_000).finish_reason == TOO_LONG


def test_an_adapter_made_here_is_served_and_changes_what_the_model_says(tmp_path: Path) -> None:
    question, weights = "What is the capital of France?", smollm2()
    nothing = write_adapter(tmp_path / "nothing.gguf", weights, scale=0.0)
    something = write_adapter(tmp_path / "something.gguf", weights, scale=0.5)
    said = []
    for adapters in ((), (nothing,), (something,)):
        with LocalServer(weights, adapters=adapters, context=512) as server:
            listed = got(f"{server.root}/lora-adapters")
            assert [(each["path"], each["scale"]) for each in listed] == [
                (str(file), 1.0) for file in adapters
            ]
            said.append(ask(server.url, question).text)
    plain, zero, changed = said
    assert zero == plain
    assert changed != plain


def test_files_that_are_no_model_or_no_adapter_are_refused_in_one_line(tmp_path: Path) -> None:
    text = tmp_path / "text.gguf"
    text.write_text("no weights", encoding="utf-8")
    absent = tmp_path / "absent.gguf"
    for server in (
        LocalServer(absent),
        LocalServer(text),
        LocalServer(smollm2(), adapters=(absent,)),
        LocalServer(smollm2(), adapters=(text,), context=512),
    ):
        with pytest.raises(ConfigError, match="GGUF files") as caught:
            server.start()
        assert "\n" not in str(caught.value)


def test_a_closed_server_answers_no_more() -> None:
    server = LocalServer(smollm2(), context=512).start()
    url, root = server.url, server.root
    assert got(f"{root}/health") == {"status": "ok"}
    server.close()
    server.close()
    with pytest.raises(urllib.error.URLError):
        got(f"{root}/health")
    with pytest.raises(TransientError, match="could not be reached"):
        ask(url, "Is anybody there?")
    with pytest.raises(ConfigError, match="does not run"):
        _ = server.url
