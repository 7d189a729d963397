"""A real HTTP endpoint on this machine, OpenAI-compatible, whose model is a function.

For tests of everything behind the wire, and for trying WebPilot's model paths without a key::

    with ModelServer(ScriptedLLM({"propose": {"moves": []}}).answer) as server:
        llm = OpenAILLM(ModelSettings(base_url=server.url))

``POST /v1/chat/completions`` is answered by the function, one request at a time, from the request
that the body asks (:func:`webpilot.llm.wire.request_of`); an :class:`LLMError` of the function is a
status 500. ``GET /v1/models`` lists the models that it was told to have. Keys are neither asked for
nor looked at.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Collection, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from webpilot.errors import LLMError
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import Answer, as_reply
from webpilot.llm.wire import envelope, request_of
from webpilot.serving import LOOPBACK, Serving

__all__ = ["Handler", "ModelServer"]

NOWHERE = (404, {"error": {"message": "there is no such path", "code": None}})


class Handler(BaseHTTPRequestHandler):
    """Reads one request, sends what the endpoint says to it, and closes the connection."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet, or each answer pays a delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Endpoint

    def do_GET(self) -> None:  # noqa: N802
        """List the models."""
        known = self.path.rstrip("/") == "/v1/models" and self.server.models is not None
        named = [
            {"id": name, "object": "model", "owned_by": "webpilot"}
            for name in self.server.models or ()
        ]
        self.send(*((200, {"object": "list", "data": named}) if known else NOWHERE))

    def do_POST(self) -> None:  # noqa: N802
        """Answer a chat completion."""
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.rstrip("/") == "/v1/chat/completions":
            self.server.complete(self, content)
        else:
            self.send(*NOWHERE)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: requests are no news."""

    def send(self, status: int, content: Mapping[str, Any]) -> None:
        """Answer with a status and JSON."""
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        # No connection stays open, over which a closed server would go on answering.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()


class Endpoint(ThreadingHTTPServer):
    """A threading server that knows what to do with the body of a chat completion."""

    daemon_threads = True
    # The default of 5 overflows when several clients open their connections at once, and a
    # connection that found no room is tried again after a second only.
    request_queue_size = 128
    # An answer that hangs must not keep the server from closing.
    block_on_close = False

    def __init__(
        self, complete: Callable[[Handler, bytes], None], models: Collection[str] | None
    ) -> None:
        self.complete = complete
        self.models = models
        super().__init__((LOOPBACK, 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore connections that a client dropped; anything else is a mistake, and told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class ModelServer(Serving):
    """An endpoint on a free port of the loopback address while the ``with`` body runs.

    Args:
        answer: the model.
        models: names that it lists, in order; ``None`` is an endpoint without a list. Whatever is
            listed, any name is answered.
        refuse_json_schema: answer 400 to this ``response_format``, as older servers do.
        refuse_json_object: likewise.
        refuse_n: answer 400 to a request for more than one answer.
        ignore_n: give one answer to it.
        status: answer every chat completion with this status and an error.
    """

    def __init__(
        self,
        answer: Callable[[ModelRequest], Answer],
        *,
        models: Collection[str] | None = ("scripted",),
        refuse_json_schema: bool = False,
        refuse_json_object: bool = False,
        refuse_n: bool = False,
        ignore_n: bool = False,
        status: int | None = None,
    ) -> None:
        self.bodies: list[dict[str, Any]] = []
        """Every JSON object that was sent for a chat completion, in order, refused ones too."""
        self._answer = answer
        refused = {"json_schema": refuse_json_schema, "json_object": refuse_json_object}
        self._refused = {kind for kind, refuses in refused.items() if refuses}
        self._refuse_n = refuse_n
        self._ignore_n = ignore_n
        self._status = status
        self._turn = threading.Lock()
        super().__init__(Endpoint(self.complete, models), name="webpilot-model")

    @property
    def url(self) -> str:
        """The base URL, to be given as ``llm.base_url`` or ``OPENAI_BASE_URL``."""
        return f"http://{LOOPBACK}:{self.port}/v1"

    def complete(self, handler: Handler, content: bytes) -> None:
        """Answer the body of a chat completion."""
        handler.send(*self._said(content))

    def _said(self, content: bytes) -> tuple[int, Mapping[str, Any]]:
        """Return status and JSON for the body of a chat completion."""
        try:
            sent = json.loads(content)
            if not isinstance(sent, dict):
                raise ValueError("the body is no JSON object")
            self.bodies.append(sent)
            if self._status is not None:
                return _refusal(self._status, "as told")
            form = sent.get("response_format")
            kind = form.get("type") if isinstance(form, dict) else None
            if kind in self._refused:
                return _refusal(400, f"response_format {kind} is not supported")
            request, count = request_of(sent), int(sent.get("n") or 1)
            if count > 1 and self._refuse_n:
                return _refusal(400, "n is not supported")
        except ValueError as error:
            return _refusal(400, str(error))
        # One at a time, so that the function need not be safe in threads.
        with self._turn:
            try:
                replies = [
                    as_reply(self._answer(request), request)
                    for _ in range(1 if self._ignore_n else count)
                ]
                return 200, envelope(*replies)
            except LLMError as error:
                return _refusal(500, str(error))


def _refusal(status: int, message: str) -> tuple[int, Mapping[str, Any]]:
    return status, {"error": {"message": message, "code": None}}
