"""A tape of calls: what a model has answered is kept, and can be played again without it.

The tape lies between the budget and the endpoint, so a call that it answers is charged as it was
when it was recorded (:mod:`webpilot.llm.metering`), and nothing is paid. One key has one answer:
who wants another one to the same question asks for another sample
(:attr:`webpilot.llm.protocol.ModelRequest.sample`).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import get_args

from webpilot.errors import ConfigError, TapeMiss
from webpilot.llm.differences import COMPARED, first_difference, nearest
from webpilot.llm.protocol import LLM, ModelReply, ModelRequest
from webpilot.llm.settings import TapeMode
from webpilot.llm.store import TapeStore

__all__ = ["TapeLLM"]


class TapeLLM:
    """A model whose answers are on a tape, or go there.

    What is written is the question and the answer, without the nonces of the fences around page
    text; never a key, a header or an address. A failed call is not written.

    Args:
        llm: asked for what is not on the tape; ``None`` in mode ``replay``.
        path: of the tape, made if missing; several runs may share it.
        mode: ``record`` asks every question anew, once a run, and writes over what is there;
            ``replay`` asks nobody; ``auto`` reads what is there and records the rest; ``off``
            passes all on.

    Raises:
        ConfigError: there is no such mode, no model to record, no tape to replay, or a damaged one.
    """

    def __init__(self, llm: LLM | None, path: str | Path, mode: TapeMode = "auto") -> None:
        if mode not in get_args(TapeMode):
            raise ConfigError(f"mode={mode!r} must be one of {', '.join(get_args(TapeMode))}")
        if llm is None and mode != "replay":
            raise ConfigError(f"a tape needs a model in mode {mode!r}; mode='replay' needs none")
        self.path = Path(path)
        self._llm = llm
        self._mode = mode
        self._store = None if mode == "off" else TapeStore(path, readonly=mode == "replay")
        self._heard: set[str] = set()
        """Keys of what was recorded by this very object."""
        self._under_way: dict[str, asyncio.Future[None]] = {}

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the recorded answer, or the model's.

        Raises:
            TapeMiss: the tape is replayed and holds no such question.
            LLMError: the model could not be asked.
            ConfigError: the record is damaged.
            RecordError: there is no space to write the answer.
        """
        if self._store is None:
            return await self._model.complete(request)
        key = request.key
        # Two equal questions at the same time are one call, or a replay would not repeat the run.
        while key in self._under_way:
            await asyncio.wait([self._under_way[key]])
        if self._mode != "record" or key in self._heard:
            found = self._store.get(key)
            if found is not None:
                # Calls that overlap set aside what they cost before any is answered, here as live.
                await asyncio.sleep(0)
                return replace(found, taped=True)
        if self._mode == "replay":
            raise TapeMiss(self._missed(self._store, request))
        self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            reply = await self._model.complete(request)
            reply = replace(
                reply, text=request.masked(reply.text), refusal=request.masked(reply.refusal)
            )
            self._store.put(request, reply)
            self._heard.add(key)
            return reply
        finally:
            self._under_way.pop(key).set_result(None)

    async def aclose(self) -> None:
        """Let go of the tape and of the model's connections; closing twice is harmless."""
        if self._store is not None:
            self._store.close()
        if self._llm is not None:
            await self._llm.aclose()

    @property
    def _model(self) -> LLM:
        if self._llm is None:
            raise ConfigError("this tape has no model to ask")
        return self._llm

    def _missed(self, store: TapeStore, request: ModelRequest) -> str:
        """Return what is wrong with a question that the tape does not hold."""
        recorded = [each.question for each in store.latest(request.purpose, COMPARED)]
        asked = request.question
        found = nearest(asked, recorded)
        if found is None:
            return (
                f"{self.path} holds no question of purpose {request.purpose!r}: record it with "
                "llm.tape.mode=auto"
            )
        return (
            f"{self.path} holds no such {request.purpose!r} question; from the nearest recorded "
            f"one it differs in {first_difference(found, asked)}; record it with "
            "llm.tape.mode=auto"
        )
