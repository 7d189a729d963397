"""Requests and endpoints that the claims about models share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.llm.settings import ModelSettings, Structured

SCHEMA = {
    "type": "object",
    "properties": {"moves": {"type": "array", "items": {"type": "string"}}},
    "required": ["moves"],
    "additionalProperties": False,
}
KEY = "sk-secret-0123456789"


def request(
    text: str = "Which moves?",
    *,
    purpose: str = "propose",
    form: bool = True,
    model: str = "gpt-4o",
    role: str = "",
) -> ModelRequest:
    messages = (Message(role="system", content="You act."), Message(role="user", content=text))
    return ModelRequest(
        purpose=purpose,
        model=model,
        messages=messages,
        schema=SCHEMA if form else {},
        role=role,
    )


def client(url: str, *, structured: Structured = "auto", timeout_s: float = 20) -> OpenAILLM:
    settings = ModelSettings(base_url=url, structured=structured, timeout_s=timeout_s)
    return OpenAILLM(settings, {"OPENAI_API_KEY": KEY})


async def ask(llm: OpenAILLM, asked: ModelRequest | None = None) -> ModelReply:
    """One question; the guard only keeps a broken deadline from stopping the whole suite."""
    try:
        return await asyncio.wait_for(llm.complete(asked or request()), timeout=30)
    finally:
        await llm.aclose()


Respond = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawEndpoint:
    """An endpoint that answers in bytes, so that it can answer wrongly."""

    url: str = ""
    heads: list[str] = field(default_factory=list)


@asynccontextmanager
async def raw_endpoint(respond: Respond) -> AsyncIterator[RawEndpoint]:
    endpoint = RawEndpoint()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            endpoint.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await respond(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield endpoint
    finally:
        server.close()


def sending(
    content: bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> Respond:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        f"Connection: close\r\n{more}\r\n"
    )

    async def respond(writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + content)
        await writer.drain()

    return respond
