"""How many calls may be under way at once: fewer when the endpoint is busy, more as it answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["Limiter", "Slot"]


class Limiter:
    """A bound on calls at the same time that all callers share, in the order of their coming.

    It adapts as TCP does (additive increase, multiplicative decrease): an endpoint that says it is
    busy halves it, once for all calls that were under way then; as many answers as the bound is
    wide widen it by one.

    Args:
        most: calls at once that are never exceeded, and where it begins.
    """

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._window = float(most)
        self._active = 0
        self._halvings = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def width(self) -> int:
        """Calls that may be under way at once, now."""
        return int(self._window)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Slot]:
        """Hold one of the places while the ``with`` body runs; waits for it."""
        await self._enter()
        try:
            yield Slot(self)
        finally:
            self._leave()

    async def _enter(self) -> None:
        if self._active < self.width and not self._waiting:
            self._active += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()  # the place was given, and nobody will use it
            else:
                self._waiting.remove(turn)
            raise

    def _leave(self) -> None:
        self._active -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._active < self.width:
            turn = self._waiting.popleft()
            if not turn.cancelled():
                self._active += 1
                turn.set_result(None)

    def _narrow(self, seen: int) -> None:
        if seen == self._halvings:
            self._halvings += 1
            self._window = max(1.0, self._window / 2)

    def _widen(self) -> None:
        self._window = min(self._most, self._window + 1 / self._window)
        self._admit()


class Slot:
    """One place among the calls under way; told how the endpoint took the call."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._seen = limiter._halvings

    def answered(self) -> None:
        """Widen the bound a little."""
        self._limiter._widen()

    def busy(self) -> None:
        """Halve the bound, unless another call of the same time has done so."""
        self._limiter._narrow(self._seen)
