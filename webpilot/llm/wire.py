"""Requests and replies as they go over the wire, in the form of OpenAI's chat completions.

Both ends are here, because each is the other's inverse: the client writes bodies and reads
envelopes (:mod:`webpilot.llm.openai_client`), the server does it the other way round
(:mod:`webpilot.llm.loopback`). Everything is pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.llm.settings import Mode

__all__ = ["SCHEMA_LINE", "body", "envelope", "replies_of", "reply_of", "request_of"]

SCHEMA_LINE = "Answer with one JSON object that fits this JSON schema: "
"""Opens the last line of the last user message where the endpoint takes no schema."""

MOST_TOKENS = 10**9
"""Tokens of one call that are believed; no model holds as many."""


def body(request: ModelRequest, mode: Mode, count: int = 1) -> dict[str, Any]:
    """Return the body that asks for ``count`` answers, the schema told in the way of ``mode``.

    A schema told in the prompt carries the request's purpose as its title, as the other form
    carries it as its name.
    """
    messages = [(message.role, _encodable(message.content)) for message in request.messages]
    content: dict[str, Any] = {
        "model": request.model,
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
    }
    if request.schema and mode == "json_schema":
        form = {"name": request.purpose, "strict": True, "schema": dict(request.schema)}
        content["response_format"] = {"type": "json_schema", "json_schema": form}
    elif request.schema:
        messages = _told(messages, {**request.schema, "title": request.purpose})
        if mode == "json_object":
            content["response_format"] = {"type": "json_object"}
    if count > 1:
        content["n"] = count
    content["messages"] = [{"role": role, "content": text} for role, text in messages]
    return content


def request_of(body: Mapping[str, Any]) -> ModelRequest:
    """Return the request that ``body`` asks: the inverse of :func:`body`.

    ``sample`` and ``nonces`` never leave the client, nor does the purpose of a request without a
    schema; a schema told in the prompt comes back without a title.

    Raises:
        ValueError: this is no body of a chat completion.
    """
    try:
        sent = _Body.model_validate(body)
    except ValidationError:
        raise ValueError("this is no body of a chat completion") from None
    messages = [(each.role, each.content) for each in sent.messages]
    form = sent.response_format
    if form is not None and form.json_schema is not None:
        purpose, schema = form.json_schema.name, form.json_schema.content
    else:
        messages, schema = _heard(messages)
        purpose = str(schema.pop("title", ""))
    return ModelRequest(
        purpose=purpose,
        model=sent.model,
        messages=tuple(Message(role=role, content=text) for role, text in messages),
        schema=schema,
        temperature=sent.temperature,
        max_tokens=sent.max_tokens,
    )


def envelope(reply: ModelReply, *others: ModelReply) -> dict[str, Any]:
    """Return the chat completion that holds ``reply``, and other answers to the same question."""
    tokens_out = sum(each.tokens_out for each in (reply, *others))
    usage = {
        "prompt_tokens": reply.tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": reply.tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": reply.tokens_in_cached},
    }
    return {
        "id": "chatcmpl-loopback",
        "object": "chat.completion",
        "created": 0,
        "model": reply.model,
        "choices": [_choice(index, each) for index, each in enumerate((reply, *others))],
        "usage": usage,
    }


def _choice(index: int, reply: ModelReply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text, "refusal": reply.refusal or None}
    return {"index": index, "message": message, "finish_reason": reply.finish_reason}


def reply_of(content: bytes) -> ModelReply:
    """Return the first reply that an endpoint's answer holds: the inverse of :func:`envelope`.

    Raises:
        ValueError: it holds none; the message says what it is instead.
    """
    return replies_of(content)[0]


def replies_of(content: bytes) -> tuple[ModelReply, ...]:
    """Return the replies that an endpoint's answer holds, at least one.

    Each counts with the whole prompt, as if it had been asked for alone, of which those after the
    first had all cached; and with an equal part of the completion tokens, which are told as a sum.

    Raises:
        ValueError: it holds none; the message says what it is instead.
    """
    try:
        read = _Envelope.model_validate_json(content)
    except ValidationError:
        raise ValueError("something other than a chat completion") from None
    if not read.choices:
        raise ValueError("a chat completion without choices")
    usage = read.usage or _Usage()
    details = usage.prompt_tokens_details or _Details()
    tokens_in = _credible(usage.prompt_tokens)
    cached = min(tokens_in, _credible(details.cached_tokens))
    return tuple(
        ModelReply(
            text=choice.message.content or "",
            finish_reason=choice.finish_reason or "stop",
            refusal=choice.message.refusal or "",
            tokens_in=tokens_in,
            tokens_out=-(-_credible(usage.completion_tokens) // len(read.choices)),
            tokens_in_cached=tokens_in if index else cached,
            model=read.model or "",
        )
        for index, choice in enumerate(read.choices)
    )


def _credible(tokens: int | None) -> int:
    return min(max(0, tokens or 0), MOST_TOKENS)


_Role = Literal["system", "user", "assistant"]
_Messages = list[tuple[_Role, str]]


def _told(messages: _Messages, schema: Mapping[str, Any]) -> _Messages:
    """Return the messages with the schema as the last line of the last one by the user."""
    line = SCHEMA_LINE + json.dumps(schema)
    for index in reversed(range(len(messages))):
        role, text = messages[index]
        if role == "user":
            return [*messages[:index], (role, f"{text}\n{line}"), *messages[index + 1 :]]
    return [*messages, ("user", line)]


def _heard(messages: _Messages) -> tuple[_Messages, dict[str, Any]]:
    """Return the messages without the line that tells the schema, and the schema."""
    for index in reversed(range(len(messages))):
        role, text = messages[index]
        if role == "user":
            before, found, rest = f"\n{text}".rpartition(f"\n{SCHEMA_LINE}")
            if not found:
                break
            schema = json.loads(rest)
            if not isinstance(schema, dict):
                break
            # Nothing before the line, not even its break: the message was made for it.
            kept = [(role, before[1:])] if before else []
            return [*messages[:index], *kept, *messages[index + 1 :]], schema
    return messages, {}


def _encodable(text: str) -> str:
    """Return ``text`` without lone surrogates, which pages hold and UTF-8 does not."""
    return text.encode(errors="replace").decode()


class _Sent(BaseModel):
    role: _Role
    content: str


class _Schema(BaseModel):
    name: str
    content: dict[str, Any] = Field(alias="schema")


class _Format(BaseModel):
    json_schema: _Schema | None = None


class _Body(BaseModel):
    model: str
    messages: list[_Sent]
    temperature: float = 1.0
    max_tokens: int = 4096
    response_format: _Format | None = None


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Envelope(BaseModel):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    model: str | None = None
