"""Tapes of scripted models, and what is asked of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from asking import request

from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.settings import TapeMode
from webpilot.llm.tape import TapeLLM

A, B = request("Which moves?"), request("Which other moves?")


def counting(start: int = 1) -> ScriptedLLM:
    """A model that never says the same twice."""
    said: list[str] = []

    def say(_: ModelRequest) -> str:
        said.append(f"answer {start + len(said)}")
        return said[-1]

    return ScriptedLLM(say)


def ask(tape: TapeLLM, *requests: ModelRequest) -> list[ModelReply]:
    async def go() -> list[ModelReply]:
        try:
            return [await tape.complete(each) for each in requests]
        finally:
            await tape.aclose()

    return asyncio.run(go())


def texts(
    llm: ScriptedLLM | None, path: Path, mode: TapeMode, *requests: ModelRequest
) -> list[str]:
    return [reply.text for reply in ask(TapeLLM(llm, path, mode), *requests)]
