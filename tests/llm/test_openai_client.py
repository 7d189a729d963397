"""The client against real endpoints on this machine: well-behaved ones, and all the others."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asking import KEY, SCHEMA, Respond, ask, client, raw_endpoint, request, sending

from webpilot.errors import LLMError, TransientError
from webpilot.llm.loopback import ModelServer
from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.protocol import TOO_LONG, ModelReply
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.settings import ModelSettings, Structured
from webpilot.llm.wire import SCHEMA_LINE, body

ANSWER = {"moves": ["click('12')"]}
LADDER = [
    (False, False, ["json_schema"]),
    (True, False, ["json_schema", "json_object"]),
    (True, True, ["json_schema", "json_object", "text"]),
]


def script() -> ScriptedLLM:
    return ScriptedLLM({"propose": ANSWER})


def kinds(server: ModelServer) -> list[str]:
    return [sent.get("response_format", {}).get("type", "text") for sent in server.bodies]


def failure(respond: Respond, **settings: Any) -> tuple[str, int]:
    """The error's text as a log would show it, and the number of HTTP requests."""

    async def go() -> tuple[str, int]:
        async with raw_endpoint(respond) as endpoint:
            with pytest.raises(LLMError) as raised:
                await ask(client(endpoint.url, **settings))
            message = str(raised.value)
            assert "\n" not in message
            assert endpoint.url.split("/")[2] in message
            shown = "".join(traceback.format_exception(raised.value))
            assert KEY not in shown
            assert "Bearer" not in shown
            return message, len(endpoint.heads)

    return asyncio.run(go())


def test_a_key_that_an_endpoint_repeats_in_its_answer_is_taken_out() -> None:
    content = {"message": {"content": f"you are {KEY}", "refusal": None}, "finish_reason": "stop"}
    answer = json.dumps({"choices": [content], "model": f"m-{KEY}"}).encode()

    async def go(key: str) -> ModelReply:
        async with raw_endpoint(sending(answer)) as endpoint:
            settings = ModelSettings(base_url=endpoint.url)
            return await ask(OpenAILLM(settings, {"OPENAI_API_KEY": key}))

    reply = asyncio.run(go(KEY))
    assert (reply.text, reply.model) == ("you are ***", "m-***")
    # A word for a server that wants no key is no secret, and may well be part of an answer.
    assert asyncio.run(go("are")).text == f"you are {KEY}"


def test_a_request_arrives_in_full_and_its_answer_comes_back() -> None:
    scripted = script()
    with ModelServer(scripted.answer) as server:
        reply = asyncio.run(ask(client(server.url)))
    assert server.bodies == [body(request(), "json_schema")]
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == SCHEMA
    assert scripted.requests == [request()]
    assert reply == script().answer(request())
    assert json.loads(reply.text) == ANSWER


@pytest.mark.parametrize(
    "reply",
    [
        ModelReply(text="", refusal="I will not.", model="m", tokens_in=3),
        ModelReply(text='{"moves": ["cli', finish_reason="length", model="m", tokens_out=4096),
        ModelReply(text="", finish_reason="content_filter", model="m"),
    ],
)
def test_refusals_and_cut_answers_come_back_as_they_are(reply: ModelReply) -> None:
    with ModelServer(lambda asked: reply) as server:
        assert asyncio.run(ask(client(server.url))) == reply


@pytest.mark.parametrize(("no_schema", "no_object", "order"), LADDER)
def test_the_strictest_form_that_the_endpoint_takes_is_found_once_and_remembered(
    no_schema: bool, no_object: bool, order: list[str]
) -> None:
    scripted = script()

    async def go(url: str) -> list[Structured]:
        llm = client(url)
        found: list[Structured] = [llm.structured]
        for _ in range(3):
            await llm.complete(request())
            found.append(llm.structured)
        await llm.aclose()
        return found

    with ModelServer(
        scripted.answer, refuse_json_schema=no_schema, refuse_json_object=no_object
    ) as server:
        found = asyncio.run(go(server.url))
    assert kinds(server) == [*order, order[-1], order[-1]]
    assert found == ["auto", order[-1], order[-1], order[-1]]
    # However it was told, the model behind the endpoint was asked the same.
    assert scripted.requests == [request()] * 3


def test_calls_at_the_same_time_share_one_search_for_the_form() -> None:
    async def go(url: str) -> None:
        llm = client(url)
        await asyncio.gather(*(llm.complete(request()) for _ in range(8)))
        await llm.aclose()

    with ModelServer(script().answer, refuse_json_schema=True, refuse_json_object=True) as server:
        asyncio.run(go(server.url))
    assert kinds(server) == ["json_schema", "json_object", *["text"] * 8]


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "text"])
def test_a_form_that_is_set_is_the_only_one_tried(mode: Structured) -> None:
    with ModelServer(script().answer) as server:
        asyncio.run(ask(client(server.url, structured=mode)))
    assert kinds(server) == [mode]
    with (
        ModelServer(script().answer, status=400) as server,
        pytest.raises(LLMError, match=r"llm\.structured"),
    ):
        asyncio.run(ask(client(server.url, structured=mode)))
    assert kinds(server) == [mode]


def test_a_request_without_a_schema_searches_for_no_form() -> None:
    async def go(url: str) -> Structured:
        llm = client(url)
        await ask(llm, request(form=False))
        return llm.structured

    with ModelServer(lambda asked: "any text", refuse_json_schema=True) as server:
        assert asyncio.run(go(server.url)) == "auto"
    assert kinds(server) == ["text"]
    assert SCHEMA_LINE not in json.dumps(server.bodies)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_an_endpoint_that_refuses_every_form_is_asked_three_times_and_forgotten(
    status: int,
) -> None:
    async def go(url: str) -> Structured:
        llm = client(url)
        with pytest.raises(LLMError, match=f"answered {status}: check llm.model"):
            await ask(llm)
        return llm.structured

    with ModelServer(script().answer, status=status) as server:
        assert asyncio.run(go(server.url)) == "auto"
    assert kinds(server) == ["json_schema", "json_object", "text"]


def test_a_refusal_that_is_not_about_the_form_is_not_asked_again() -> None:
    content = json.dumps({"error": {"message": "unknown", "code": "model_not_found"}}).encode()
    message, requests = failure(sending(content, status="400 Bad Request"))
    assert "answered 400 (model_not_found): " in message
    assert requests == 1


TOO_LONG_WORDS = {
    "OpenAI": (400, {"message": "too long", "code": "context_length_exceeded"}),
    "vLLM": (
        400,
        {
            "message": "This model's maximum context length is 4096 tokens. However, you requested "
            "4612 tokens (516 in the messages, 4096 in the completion).",
            "type": "BadRequestError",
            "code": 400,
        },
    ),
    "llama.cpp": (
        400,
        {
            "message": "the request exceeds the available context size",
            "type": "exceed_context_size_error",
            "code": 400,
        },
    ),
    "a proxy": (413, {"message": "request entity too large"}),
}


@pytest.mark.parametrize("whose", TOO_LONG_WORDS)
def test_a_question_that_is_too_long_is_told_by_its_reply_and_asked_once(whose: str) -> None:
    status, error = TOO_LONG_WORDS[whose]

    async def go() -> tuple[ModelReply, int]:
        content = json.dumps({"error": error}).encode()
        async with raw_endpoint(sending(content, status=f"{status} No")) as endpoint:
            reply = await ask(client(endpoint.url, structured="auto"))
            return reply, len(endpoint.heads)

    assert asyncio.run(go()) == (
        ModelReply(text="", finish_reason=TOO_LONG, model="gpt-4o"),
        1,
    )


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (401, "check OPENAI_API_KEY"),
        (403, "may use llm.model"),
        (409, "check the base URL"),
        (429, "wait, or raise the endpoint's limit"),
        (500, "try again later"),
        (503, "try again later"),
    ],
)
def test_a_failing_endpoint_is_asked_once_and_named_with_its_status_and_the_mend(
    status: int, mend: str
) -> None:
    with ModelServer(script().answer, status=status) as server:
        with pytest.raises(LLMError) as raised:
            asyncio.run(ask(client(server.url)))
        place = server.url.split("/")[2]
    assert str(raised.value).startswith(f"{place} answered {status}: ")
    assert mend in str(raised.value)
    assert len(server.bodies) == 1


def test_words_of_an_endpoint_that_repeat_the_key_are_not_passed_on() -> None:
    error = {"message": f"Incorrect key: Bearer {KEY}", "code": KEY, "type": KEY, "param": KEY}
    content = json.dumps({"error": error}).encode()
    more = f"x-request-id: {KEY}\r\n"
    message, requests = failure(sending(content, status="401 Unauthorized", more=more))
    assert message.endswith("answered 401: check OPENAI_API_KEY")
    assert requests == 1


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (b"<!DOCTYPE html><p>welcome", "text/html", "something other than a chat completion"),
        (b"{half an envel", "application/json", "something other than a chat completion"),
        (b'{"choices": []}', "application/json", "a chat completion without choices"),
        (b'{"error": {"message": "busy"}}', "text/plain", "a chat completion without choices"),
    ],
)
def test_an_envelope_that_cannot_be_read_is_an_error_and_settles_nothing(
    content: bytes, kind: str, problem: str
) -> None:
    message, requests = failure(sending(content, kind=kind))
    assert f"answered 200 with {problem}: check the base URL" in message
    assert requests == 1


async def hanging(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def dripping(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: 100000\r\n\r\n")
    # Faster than any bound on a single read could notice.
    for _ in range(6000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("respond", [hanging, dripping])
def test_an_endpoint_outlives_the_deadline_neither_by_silence_nor_by_a_slow_drip(
    respond: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    message, requests = failure(respond, timeout_s=0.3)
    assert "did not answer within 0.3 s: raise llm.timeout_s" in message
    assert requests == 1


def test_a_call_that_waits_for_anothers_search_has_the_same_deadline() -> None:
    async def go() -> None:
        async with raw_endpoint(hanging) as endpoint:
            llm = client(endpoint.url, timeout_s=0.3)
            calls = (llm.complete(request()) for _ in range(3))
            results = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 30)
            await llm.aclose()
            assert [type(result) for result in results] == [TransientError] * 3

    asyncio.run(go())


def test_a_cancelled_search_leaves_the_next_call_free_to_search() -> None:
    async def go(url: str) -> ModelReply:
        llm = client(url)
        first = asyncio.create_task(llm.complete(request()))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await ask(llm)

    with ModelServer(script().answer) as server:
        assert json.loads(asyncio.run(go(server.url)).text) == ANSWER


def test_an_endpoint_that_is_not_there_is_named_with_the_mend() -> None:
    server = ModelServer(script().answer)
    server.close()
    with pytest.raises(LLMError, match=r"^127\.0\.0\.1:\d+ could not be reached: check the base"):
        asyncio.run(ask(client(server.url)))


async def breaking_off(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


def test_an_answer_that_breaks_off_is_an_error_of_the_endpoint() -> None:
    message, requests = failure(breaking_off)
    assert "could not be reached" in message
    assert requests == 1


def test_page_text_does_not_follow_a_redirect_to_another_host() -> None:
    with ModelServer(script().answer) as elsewhere:
        more = f"Location: {elsewhere.url}/chat/completions\r\n"
        moved = sending(b"{}", status="307 Temporary Redirect", more=more)
        message, requests = failure(moved)
    assert "answered 307: redirects are not followed" in message
    assert requests == 1
    assert elsewhere.bodies == []


def test_requests_to_this_machine_pass_proxies_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with ModelServer(script().answer) as server:
        asyncio.run(ask(client(server.url)))
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("environment", "sent"),
    [({}, "no-key-needed"), ({"OPENAI_API_KEY": f" {KEY}\n"}, KEY)],
)
def test_a_server_that_needs_no_key_gets_a_placeholder_another_the_environments(
    environment: dict[str, str], sent: str
) -> None:
    async def go() -> str:
        async with raw_endpoint(sending(b'{"choices": [{"message": {}}]}')) as endpoint:
            found = {**environment, "OPENAI_BASE_URL": endpoint.url}
            await ask(OpenAILLM(ModelSettings(), found))
            return endpoint.heads[0].lower()

    assert f"authorization: bearer {sent}\r\n" in asyncio.run(go())


def test_closing_twice_is_harmless() -> None:
    async def go() -> None:
        llm = client("http://127.0.0.1:9/v1")
        await llm.aclose()
        await llm.aclose()

    asyncio.run(go())


def test_importing_the_package_loads_no_client_library() -> None:
    code = "import sys, webpilot.llm; print('openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
