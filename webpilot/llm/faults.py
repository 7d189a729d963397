"""An endpoint on this machine that misbehaves as it is told to, one request after the other.

What real endpoints do wrong, to be met in a test and not in a run::

    with FaultServer(model.answer, [FAULTS["busy"], FAULTS["failing"]]) as server:
        ...                                          # from the third request on it answers well
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from webpilot.llm.counting import asked, settled
from webpilot.llm.loopback import Handler, ModelServer
from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.scripted import Answer
from webpilot.llm.wire import envelope, request_of

__all__ = ["FAULTS", "Fault", "FaultServer"]

BLOCK = b" " * 65_536
"""What an endless answer is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way, or several together, in which an answer goes wrong."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """Sent as it is; ``None`` is the model's own answer."""
    silent: bool = False
    """Nothing is sent, for as long as the server lives."""
    drip: float | None = None
    """Seconds between two bytes of the body."""
    sent: int | None = None
    """Bytes of the body after which the connection breaks."""
    endless: bool = False
    """The body does not end."""
    usage: tuple[int, int] | None = None
    """Prompt and completion tokens that are claimed."""


def _error(code: str) -> bytes:
    return json.dumps({"error": {"message": "as told", "code": code}}).encode()


def _says(**reply: Any) -> bytes:
    return json.dumps(envelope(ModelReply(**{"text": "", "model": "faulty", **reply}))).encode()


FAULTS: Mapping[str, Fault] = {
    "busy": Fault(status=429, body=_error("rate_limit_exceeded")),
    "busy for a second": Fault(status=429, headers={"Retry-After": "1"}, body=b"{}"),
    "busy for an hour": Fault(status=429, headers={"Retry-After": "3600"}, body=b"{}"),
    "no credit": Fault(status=429, body=_error("insufficient_quota")),
    "failing": Fault(status=500, body=b"{}"),
    "overloaded": Fault(status=503, body=b"overloaded"),
    "gateway gave up": Fault(status=504, body=b"<html>504</html>"),
    "refusing": Fault(status=400, body=_error("unsupported_value")),
    "too long": Fault(status=400, body=_error("context_length_exceeded")),
    "silent": Fault(silent=True),
    "dripping": Fault(drip=0.02),
    "breaking off": Fault(sent=20),
    "endless": Fault(endless=True),
    "garbage": Fault(body=b"<!DOCTYPE html><p>welcome"),
    "no choices": Fault(body=b'{"choices": []}'),
    "cut off": Fault(body=_says(text='{"moves": ["cli', finish_reason="length")),
    "refusal": Fault(body=_says(refusal="I will not.")),
    "wrong keys": Fault(body=_says(text='{"nobody": "asked"}')),
    "ten thousand brackets": Fault(body=_says(text="[" * 10_000)),
    "claims nothing": Fault(usage=(0, 0)),
    "claims millions": Fault(usage=(10_000_000, 10_000_000)),
}
"""What endpoints do wrong, by name."""


class FaultServer(ModelServer):
    """An endpoint that misbehaves first, and answers well when its faults are used up.

    Args:
        answer: the model.
        faults: one for each request, in order; ``None`` answers well.
        models: see :class:`~webpilot.llm.loopback.ModelServer`.
    """

    def __init__(
        self,
        answer: Callable[[ModelRequest], Answer],
        faults: Iterable[Fault | None] = (),
        *,
        models: Collection[str] | None = ("scripted",),
    ) -> None:
        self.requests = 0
        """Chat completions that were asked for."""
        self.tokens_in = 0
        """Prompt tokens by the server's own count, of what it answered: one for four bytes."""
        self.tokens_out = 0
        """Completion tokens, counted likewise."""
        self._faults = iter(faults)
        self._counting = threading.Lock()
        self._over = threading.Event()
        super().__init__(answer, models=models)

    def close(self) -> None:
        """Stop serving, silent answers too; closing twice is harmless."""
        self._over.set()
        super().close()

    def complete(self, handler: Handler, content: bytes) -> None:
        """Answer the body of a chat completion, or do what is done instead."""
        with self._counting:
            self.requests += 1
            fault = next(self._faults, None) or Fault()
        if fault.status >= 400:
            self._send(handler, fault, fault.status, fault.body or b"")
            return
        status, told = self._said(content)
        if status == 200:
            message = told["choices"][0]["message"]
            self._count(content, message["content"] or message["refusal"] or "")
        if fault.usage is not None:
            prompt_tokens, completion_tokens = fault.usage
            claimed = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
            told = {**told, "usage": claimed}
        body = json.dumps(told).encode() if fault.body is None else fault.body
        self._send(handler, fault, status if fault.status == 200 else fault.status, body)

    def _count(self, content: bytes, answer: str) -> None:
        """Count what an answer took, whether or not it will arrive."""
        question = asked(request_of(json.loads(content)))
        with self._counting:
            self.tokens_in += settled(question, 0)
            self.tokens_out += settled(answer, 0)

    def _send(self, handler: Handler, fault: Fault, status: int, body: bytes) -> None:
        if fault.silent:
            self._over.wait()
            return
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **fault.headers}.items():
            handler.send_header(name, value)
        if not fault.endless:
            handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        for piece in _pieces(fault, body):
            handler.wfile.write(piece)
            handler.wfile.flush()
            if self._over.wait(fault.drip or 0):
                return


def _pieces(fault: Fault, body: bytes) -> Iterator[bytes]:
    """Yield what is sent of a body, in the pieces in which it is sent."""
    if fault.drip is not None:
        yield from (body[at : at + 1] for at in range(len(body)))
    else:
        yield body[: fault.sent]
    while fault.endless:
        yield BLOCK
