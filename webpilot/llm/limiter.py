"""How many calls may be under way at once: fewer when the endpoint is busy, more as it answers."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from webpilot.llm.fairness import Ledger
from webpilot.llm.protocol import ModelRequest, Turn
from webpilot.llm.scheduling import FirstComeFirstServed, Queue, Ticket, weighed

__all__ = ["Limiter", "Slot"]


class Limiter:
    """A bound on calls at the same time, shared by all callers; no place is empty while any wait.

    It adapts as TCP does (additive increase, multiplicative decrease): an endpoint that says it is
    busy halves it, once for all calls that were under way then; as many answers as the bound is
    wide widen it by one.

    Args:
        most: calls at once that are never exceeded, and where it begins.
        queue: says who is next; ``None`` is the order of coming.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        most: int,
        queue: Queue | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = float(most)
        self._window = float(most)
        self._active: Counter[str] = Counter()
        """Calls under way, by account."""
        self._halvings = 0
        self._queue = FirstComeFirstServed() if queue is None else queue
        self._clock = clock
        self._ledger = Ledger()

    @property
    def width(self) -> int:
        """Calls that may be under way at once, now."""
        return int(self._window)

    @property
    def active(self) -> int:
        """Calls that are under way."""
        return self._active.total()

    @property
    def waiting(self) -> int:
        """Calls that wait for a place."""
        return len(self._queue)

    @asynccontextmanager
    async def slot(self, request: ModelRequest | None = None) -> AsyncIterator[Slot]:
        """Hold one of the places while the ``with`` body runs; waits for it."""
        now = self._clock()
        ticket = Ticket(since=now) if request is None else Ticket.of(request, now)
        await self._enter(ticket)
        try:
            yield Slot(self, ticket, waited=self._clock() - now)
        finally:
            self._leave(ticket)

    async def _enter(self, ticket: Ticket) -> None:
        self._queue.add(ticket)
        self._admit()
        try:
            await ticket.turn
        except asyncio.CancelledError:
            if ticket.turn.done() and not ticket.turn.cancelled():
                self._leave(ticket)  # the place was given, and nobody will use it
            else:
                self._queue.discard(ticket)
            raise

    def _leave(self, ticket: Ticket) -> None:
        self._active[ticket.account] -= 1
        if not self._active[ticket.account]:
            del self._active[ticket.account]
        self._admit()

    def _admit(self) -> None:
        while len(self._queue) and self.active < self.width:
            ticket = self._queue.pop(self._clock())
            if ticket.turn.cancelled():
                continue
            self._active[ticket.account] += 1
            self._charge(ticket.account, ticket.tokens)
            ticket.turn.set_result(None)

    def _charge(self, account: str, tokens: float) -> None:
        self._queue.charge(account, tokens)
        if len(self._queue):
            self._ledger.charge(account, tokens, {*self._queue.accounts, *self._active})

    def _narrow(self, seen: int) -> None:
        if seen == self._halvings:
            self._halvings += 1
            self._window = max(1.0, self._window / 2)

    def _widen(self) -> None:
        self._window = min(self._most, self._window + 1 / self._window)
        self._admit()


class Slot:
    """One place among the calls under way; told how the endpoint took the call."""

    def __init__(self, limiter: Limiter, ticket: Ticket, *, waited: float) -> None:
        self._waited = waited
        self._limiter = limiter
        self._ticket = ticket
        self._seen = limiter._halvings

    @property
    def turn(self) -> Turn:
        """How the call got its place. What its account got is told once."""
        return Turn(self._waited, *self._limiter._ledger.take(self._ticket.account))

    def answered(self, tokens_out: int = 0) -> None:
        """Take note of an answer of this length, and widen the bound a little."""
        self._limiter._charge(self._ticket.account, weighed(0, tokens_out))
        self._limiter._widen()

    def busy(self) -> None:
        """Halve the bound, unless another call of the same time has done so."""
        self._limiter._narrow(self._seen)
