"""What a model costs: set aside before a call is sent, settled when it has ended."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from webpilot.budget import Budget, Reservation
from webpilot.errors import BudgetExhausted, LLMError
from webpilot.llm.counting import asked, most_tokens, settled, size
from webpilot.llm.prefixes import Prefixes, sent
from webpilot.llm.prices import Price, no_price
from webpilot.llm.protocol import LLM, TOO_LONG, ModelReply, ModelRequest, Turn

__all__ = ["MeteredLLM", "OnEvent"]

OnEvent = Callable[[str, Mapping[str, object]], None]
"""Called with the event's name and plain data (strings, numbers)."""

FREE = Price(tokens_in=0, tokens_out=0, cached_in=0)
REFUSED: Mapping[str, float] = {"llm_calls": 1}
"""What an attempt is charged that the endpoint did not answer, and does not bill."""


class MeteredLLM:
    """A model whose calls are charged to a budget, each told as one event.

    What a call may cost at most is set aside before it is sent: a token a byte of the question, and
    the longest answer. When it has ended, what it cost is charged: the tokens reported, but one for
    four bytes at least. So callers at the same time do not pass a limit together. An answer that
    may have been made but never arrived is charged as if it had been of full length. A call does
    not outlive the budget's seconds.

    Args:
        llm: whom the calls go to.
        budget: of the episode.
        on_event: told of every call and every further attempt.
        price: ``None`` counts no dollars.
        model: what an error calls the model.
        account: whose calls these are, where several are served; one an episode.
        clock: seconds, monotonic.

    Raises:
        ConfigError: the budget limits dollars, and there is no price.
    """

    def __init__(
        self,
        llm: LLM,
        budget: Budget,
        on_event: OnEvent,
        *,
        price: Price | None = None,
        model: str = "the model",
        account: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if price is None and math.isfinite(budget.remaining("usd")):
            raise no_price(model)
        self._llm = llm
        self._budget = budget
        self._on_event = on_event
        self._price = price or FREE
        self._account = account
        self._clock = clock
        self._prefixes = Prefixes()

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the model's answer.

        Raises:
            BudgetExhausted: the call might pass a limit, and was not sent; or time is up.
            LLMError: the model could not be reached, or its envelope could not be read.
        """
        call = _Call(request, self._budget, self._price, self._on_event, self._account)
        left = self._budget.remaining("seconds")
        end = self._budget.seconds + left
        try:
            async with asyncio.timeout(left if math.isfinite(left) else None) as deadline:
                await call.again()
                return await self._sent(call, request)
        except TimeoutError:
            if deadline.expired():
                raise BudgetExhausted("seconds", end, end) from None
            raise

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self._llm.aclose()

    async def _sent(self, call: _Call, request: ModelRequest) -> ModelReply:
        """Return the answer to a call that is paid for; settle and tell it, however it ends."""
        started = self._clock()
        outcome: dict[str, object] = {"error": "broken off before an answer came"}
        shared = self._prefixes.shared(request)
        try:
            reply = await self._llm.complete(replace(request, payer=call))
            await call.answered(reply)
            outcome = {
                "answered_by": reply.model or request.model,
                "finish_reason": reply.finish_reason,
                "reported_in": reply.tokens_in,
                "reported_out": reply.tokens_out,
                "reported_cached": reply.tokens_in_cached,
            }
            return reply
        except LLMError as error:
            outcome = {"error": str(error)}
            call.unanswered(error)
            raise
        finally:
            call.settle(call.lost)
            seconds = self._clock() - started
            alike = {"prompt_bytes": size(sent(request)), "shared_bytes": shared}
            told = {**call.to_dict(), **alike, **outcome, "seconds": seconds}
            self._on_event("model call", told)


class _Call:
    """One call as its budget sees it, all attempts together; pays for each of them."""

    def __init__(
        self,
        request: ModelRequest,
        budget: Budget,
        price: Price,
        on_event: OnEvent,
        account: str,
    ) -> None:
        self.account = account
        self._request = request
        self._budget = budget
        self._price = price
        self._on_event = on_event
        self._bound = self._amounts(most_tokens(request), request.max_tokens)
        self._spent = dict.fromkeys(self._bound, 0.0)
        self._held: Reservation | None = None
        self._attempts = 0
        self._taped = False
        self._discount = 0.0
        self._turns: list[Turn] = []
        self.lost = self._amounts(settled(asked(request), 0), request.max_tokens)
        """What an attempt is charged whose answer did not arrive."""

    @property
    def seconds_left(self) -> float:
        """Seconds that the call may still take; ``inf`` without a limit."""
        return self._budget.remaining("seconds")

    async def again(self) -> None:
        """Set aside what another attempt may cost.

        Raises:
            BudgetExhausted: there is no room for it.
        """
        self._held = await self._budget.reserve(self._bound)
        self._attempts += 1

    def failed(self, error: LLMError, wait: float) -> None:
        """Settle an attempt without an answer, after which another follows, and tell of it."""
        self.unanswered(error)
        told = {"attempt": self._attempts, "error": str(error), "wait": round(wait, 3)}
        self._on_event("model retry", {**self._named(), **told})

    def served(self, turn: Turn) -> None:
        """Take note of how an attempt got its turn."""
        self._turns.append(turn)

    def unanswered(self, error: LLMError) -> None:
        """Settle an attempt without an answer."""
        self.settle(self.lost if error.lost else REFUSED)

    async def answered(self, reply: ModelReply) -> None:
        """Settle the attempt that brought the answer, and on a tape those before it."""
        if reply.taped:
            self._taped = True
            for attempt in range(reply.attempts - 1):
                self.settle(self.lost if attempt < reply.lost else REFUSED)
                await self.again()
        if reply.finish_reason == TOO_LONG:
            self.settle(REFUSED)
            return
        tokens_in = settled(asked(self._request), reply.tokens_in)
        tokens_out = settled(reply.text or reply.refusal, reply.tokens_out)
        cheaper = self._price.dollars(tokens_in, 0, reply.tokens_in_cached)
        self._discount = self._price.dollars(tokens_in, 0) - cheaper
        self.settle(self._amounts(tokens_in, tokens_out))

    def settle(self, amounts: Mapping[str, float]) -> None:
        """Charge what an attempt took; one that is settled already stays as it is."""
        if self._held is None:
            return
        self._held.settle(amounts)
        self._held = None
        for key, amount in amounts.items():
            self._spent[key] += amount

    def to_dict(self) -> dict[str, object]:
        """Return what the call's event tells, whatever came of it."""
        usd = self._spent["usd"]
        return {
            **self._named(),
            "attempts": self._attempts,
            "taped": self._taped,
            "tokens_in": int(self._spent["tokens_in"]),
            "tokens_out": int(self._spent["tokens_out"]),
            "reserved_in": int(self._bound["tokens_in"]),
            "reserved_out": int(self._bound["tokens_out"]),
            "usd": round(usd, 9),
            "usd_paid": 0.0 if self._taped else round(usd - self._discount, 9),
            "waited": round(sum(turn.waited for turn in self._turns), 6),
            "served": round(sum(turn.served for turn in self._turns), 3),
            "fair": round(sum(turn.fair for turn in self._turns), 3),
        }

    def _named(self) -> dict[str, object]:
        asked = self._request
        return {
            "role": asked.role,
            "purpose": asked.purpose,
            "key": asked.key,
            "model": asked.model,
        }

    def _amounts(self, tokens_in: int, tokens_out: int) -> Mapping[str, float]:
        """Return what one attempt of this size is charged."""
        return {
            "llm_calls": 1,
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "usd": self._price.dollars(tokens_in, tokens_out),
        }
