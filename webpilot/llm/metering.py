"""What a model costs, charged where every call passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from webpilot.budget import Budget
from webpilot.errors import LLMError
from webpilot.llm.protocol import LLM, ModelReply, ModelRequest

__all__ = ["MeteredLLM", "OnEvent", "prompt", "settled"]

OnEvent = Callable[[str, Mapping[str, object]], None]
"""Called with the event's name and plain data (strings, numbers)."""

BYTES_A_TOKEN = 4


def settled(text: str, reported: int) -> int:
    """Return the tokens that ``text`` counts for: as reported, but a quarter of its bytes at least.

    An endpoint that reports nothing, or too little, does not widen a budget.
    """
    size = len(text.encode(errors="replace"))
    return max(reported, -(-size // BYTES_A_TOKEN))


def prompt(request: ModelRequest) -> str:
    """Return all that a request's messages say, as one text."""
    return "\n".join(message.content for message in request.messages)


class MeteredLLM:
    """A model whose calls and tokens are charged to a budget, each call told as one event.

    A call whose prompt alone would pass a limit is not sent. What it answers is counted afterwards,
    so the last call may pass the limits on tokens; the next one is then refused.
    """

    def __init__(
        self,
        llm: LLM,
        budget: Budget,
        on_event: OnEvent,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._llm = llm
        self._budget = budget
        self._on_event = on_event
        self._clock = clock

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer.

        Raises:
            BudgetExhausted: the call would pass a limit; nothing was sent.
            LLMError: the model could not be reached, or its envelope could not be read.
        """
        asked = prompt(request)
        self._budget.check("tokens_in", settled(asked, 1))
        self._budget.check("tokens_out", 1)
        self._budget.charge("llm_calls")
        call: dict[str, object] = {
            "purpose": request.purpose,
            "key": request.key,
            "model": request.model,
        }
        started = self._clock()
        try:
            reply = await self._llm.complete(request)
        except LLMError as error:
            seconds = self._clock() - started
            self._on_event("model call", {**call, "error": str(error), "seconds": seconds})
            raise
        seconds = self._clock() - started
        tokens_in = settled(asked, reply.tokens_in)
        tokens_out = settled(reply.text or reply.refusal, reply.tokens_out)
        self._budget.record("tokens_in", tokens_in)
        self._budget.record("tokens_out", tokens_out)
        result = {
            "model": reply.model or request.model,
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "finish_reason": reply.finish_reason,
            "seconds": seconds,
        }
        self._on_event("model call", {**call, **result})
        return reply

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self._llm.aclose()
