"""The loopback endpoint speaks enough of OpenAI's protocol, and goes away when told to."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from asking import request

from webpilot.errors import LLMError
from webpilot.llm.loopback import ModelServer
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.wire import body


def talk(server: ModelServer, method: str, path: str, content: bytes = b"") -> tuple[int, Any]:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.request(method, path, content)
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    return answer.status, json.loads(read)


def post(server: ModelServer, content: Any) -> tuple[int, Any]:
    return talk(server, "POST", "/v1/chat/completions", json.dumps(content).encode())


def test_models_are_listed_and_other_paths_are_not_there() -> None:
    with ModelServer(ScriptedLLM({}).answer) as server:
        status, models = talk(server, "GET", "/v1/models")
        assert (status, models["object"], len(models["data"])) == (200, "list", 1)
        assert talk(server, "GET", "/v1/none")[0] == 404
        assert talk(server, "POST", "/v1/none", b"{}")[0] == 404
    assert server.bodies == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"{}", b'{"model": "m"}'])
def test_what_is_no_body_is_a_clean_400(content: bytes) -> None:
    with ModelServer(ScriptedLLM({}).answer) as server:
        status, answer = talk(server, "POST", "/v1/chat/completions", content)
    assert status == 400
    assert answer["error"]["message"]


def test_an_error_of_the_model_is_a_status_and_the_server_goes_on() -> None:
    scripted = ScriptedLLM({"propose": [LLMError("as told"), "then well"]})
    with ModelServer(scripted.answer) as server:
        sent = body(request(), "json_schema")
        assert post(server, sent) == (500, {"error": {"message": "as told", "code": None}})
        status, answer = post(server, sent)
    assert (status, answer["choices"][0]["message"]["content"]) == (200, "then well")
    assert server.bodies == [sent, sent]


def test_any_answer_of_a_script_will_do() -> None:
    with ModelServer(lambda asked: {"purpose": asked.purpose}) as server:
        answer = post(server, body(request(), "text"))[1]
    assert json.loads(answer["choices"][0]["message"]["content"]) == {"purpose": "propose"}
    assert answer["usage"]["prompt_tokens"] > 0


def test_many_clients_are_answered_one_at_a_time() -> None:
    busy = threading.Lock()

    def alone(asked: ModelRequest) -> str:
        assert busy.acquire(blocking=False)
        time.sleep(0.01)
        busy.release()
        return asked.purpose

    with ModelServer(alone) as server:
        sent = body(request(), "json_schema")
        results: list[int] = []
        clients = [
            threading.Thread(target=lambda: results.append(post(server, sent)[0])) for _ in range(8)
        ]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
    assert results == [200] * 8


def test_a_closed_server_answers_nobody_even_where_an_answer_still_hangs() -> None:
    asked, release = threading.Event(), threading.Event()

    def hang(_: ModelRequest) -> str:
        asked.set()
        release.wait(60)
        return "too late"

    server = ModelServer(hang).start()
    waiting = threading.Thread(target=post, args=(server, body(request(), "text")), daemon=True)
    waiting.start()
    try:
        assert asked.wait(30)
        server.close()
        server.close()
        with pytest.raises(ConnectionRefusedError):
            talk(server, "GET", "/v1/models")
    finally:
        release.set()
        waiting.join()
