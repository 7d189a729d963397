"""Equal questions of one moment, asked with one request for several answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Protocol

from webpilot.errors import LLMError, TransientError
from webpilot.llm.protocol import LLM, TOO_LONG, ModelReply, ModelRequest

__all__ = ["BatchingLLM", "Endpoint"]


class Endpoint(LLM, Protocol):
    """A model that may be asked for several independent answers at once."""

    async def complete_many(self, request: ModelRequest, count: int) -> tuple[ModelReply, ...]:
        """Return at most ``count`` answers to one question, at least one.

        Raises:
            LLMError: as :meth:`complete`, or the endpoint refuses to give several.
        """
        ...


class BatchingLLM:
    """A model whose equal questions (but for ``sample``) of one moment are one request.

    Moment means one turn of the event loop, so nothing is waited for. An endpoint that refuses
    several answers, or gives only one, is asked for one at a time from then on. A request that
    fails fails all its questions, and each may be asked again; it ends when nobody waits for it any
    more.
    """

    def __init__(self, llm: Endpoint) -> None:
        self._llm = llm
        self._open: dict[str, _Batch] = {}
        self._allowed = True

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return one answer of the request that this question became part of.

        Raises:
            LLMError: the model could not be asked.
        """
        if not self._allowed:
            return await self._llm.complete(request)
        key = replace(request, sample=0).key
        batch = self._open.get(key)
        if batch is None:
            batch = self._open[key] = _Batch()
            batch.sent = asyncio.create_task(self._send(key, batch, request))
        found = await batch.answer(batch.join())
        return await self._llm.complete(request) if found is None else found

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self._llm.aclose()

    async def _send(self, key: str, batch: _Batch, request: ModelRequest) -> tuple[ModelReply, ...]:
        """Return the answers there are; empty where the endpoint must be asked one by one."""
        try:
            await asyncio.sleep(0)  # those of this moment have joined after that
        finally:
            del self._open[key]
        count = batch.joined
        if count == 1:
            return (await self._llm.complete(request),)
        try:
            replies = await self._llm.complete_many(request, count)
        except TransientError:
            raise
        except LLMError:
            self._allowed = False
            return ()
        if replies[0].finish_reason == TOO_LONG:
            return replies[:1] * count
        self._allowed = len(replies) > 1
        return replies


class _Batch:
    """Questions that wait for one request."""

    sent: asyncio.Task[tuple[ModelReply, ...]]

    def __init__(self) -> None:
        self.joined = 0
        self._waiting = 0

    def join(self) -> int:
        """Return the number of a further question, from 0 on."""
        self.joined += 1
        return self.joined - 1

    async def answer(self, index: int) -> ModelReply | None:
        """Return the answer to one of the questions, or ``None`` where there came none for it."""
        self._waiting += 1
        try:
            replies = await asyncio.shield(self.sent)
        finally:
            self._waiting -= 1
            if not self._waiting and not self.sent.done():
                self.sent.cancel()
                await asyncio.wait([self.sent])  # it ends before its last caller does
        return replies[index] if index < len(replies) else None
