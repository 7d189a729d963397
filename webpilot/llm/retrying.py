"""Further attempts at a call: the only place that makes any, and each is told and paid for."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count

from webpilot.errors import BudgetExhausted, LLMError, TransientError
from webpilot.llm.counting import settled
from webpilot.llm.limiter import Limiter
from webpilot.llm.protocol import LLM, ModelReply, ModelRequest

__all__ = ["RetryingLLM"]

FIRST, FIRST_BUSY, LONGEST = 0.5, 1.0, 30.0
"""Seconds: bound of the first wait, of that for a busy endpoint, and of any. The bound doubles from
one wait to the next; each wait is drawn from the upper half below it."""
SPREAD = 0.1
"""Share of the time an endpoint asks for that is waited on top, so that not all come back at
once."""
PATIENCE = 600.0
"""Seconds that are waited on an endpoint's word where no budget says how long may be waited."""


class RetryingLLM:
    """A model that is asked again when it is busy, fails or is silent, a bounded number of times.

    Waits are drawn from a growing range, or are what the endpoint asks for; a wait that the
    budget's seconds do not cover is not begun. Every attempt is a call: the payer of the request
    pays for it before it is sent, and is told why.

    Args:
        llm: makes one attempt a call.
        retries: further attempts.
        limiter: shared by all callers of an endpoint.
        rng: draws the waits.
        sleep: waits; another one in tests.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        retries: int,
        limiter: Limiter,
        rng: random.Random,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._llm = llm
        self._retries = retries
        self._limiter = limiter
        self._rng = rng
        self._sleep = sleep

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer.

        Raises:
            LLMError: no attempt brought one, or none can be made; the message says why.
        """
        lost = 0
        for attempt in count(1):
            reply = await self._attempt(request)
            if isinstance(reply, ModelReply):
                return replace(reply, attempts=attempt, lost=lost)
            wait = self._wait(reply, attempt)
            self._worth(reply, attempt, wait, request)
            lost += reply.lost
            if request.payer is not None:
                request.payer.failed(reply, wait)
            await self._sleep(wait)
            if request.payer is not None:
                try:
                    await request.payer.again()
                except BudgetExhausted as spent:
                    raise _gave_up(reply, attempt, f"no {spent.key} left for another") from None
        raise AssertionError("unreachable")

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self._llm.aclose()

    async def _attempt(self, request: ModelRequest) -> ModelReply | TransientError:
        """Return the answer of one attempt, or why there was none this time."""
        async with self._limiter.slot(request) as slot:
            try:
                reply = await self._llm.complete(request)
            except TransientError as error:
                if error.busy:
                    slot.busy()
                return error
            else:
                slot.answered(settled(reply.text or reply.refusal, reply.tokens_out))
                return reply
            finally:
                if request.payer is not None:
                    request.payer.served(slot.turn)

    def _wait(self, error: TransientError, attempt: int) -> float:
        """Return how many seconds to wait after a failed attempt."""
        drawn = self._rng.random()
        if error.wait is not None:
            return error.wait * (1 + SPREAD * drawn)
        first = FIRST_BUSY if error.busy else FIRST
        return min(LONGEST, first * 2.0 ** (attempt - 1)) * (1 + drawn) / 2

    def _worth(
        self, error: TransientError, attempt: int, wait: float, request: ModelRequest
    ) -> None:
        """Raise if another attempt is not to be made."""
        if attempt > self._retries:
            raise _gave_up(error, attempt, "llm.retries is the bound")
        left = request.payer.seconds_left if request.payer is not None else math.inf
        most = left if math.isfinite(left) else PATIENCE
        if wait >= most:
            asked = wait if error.wait is None else error.wait
            why = f"{asked:.4g} s are to be waited, and {most:.4g} s are left"
            raise _gave_up(error, attempt, why)


def _gave_up(error: TransientError, attempts: int, why: str) -> LLMError:
    many = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return LLMError(f"{error} ({many}: {why})", lost=error.lost)
