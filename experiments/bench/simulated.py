"""Asyncio under a simulated clock, and a model server of fixed rate that lives in it.

Waiting costs nothing: where nothing else is to be done, the clock jumps to the next timer. So an
hour of a server is simulated in seconds, and equally every time.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from webpilot.llm.counting import asked, settled
from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.scheduling import weighed

__all__ = ["FixedRateLLM", "Served", "simulate"]

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Waits for nothing; tells its loop how long it would have waited."""

    jumped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("nothing is left that could ever happen: a call is stuck")
            self.jumped += max(0.0, timeout)
        return ready


class _SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.jumped


def simulate(work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` returns, with ``loop.time()`` beginning at 0 and jumping.

    Raises:
        RuntimeError: all of it waits for something that never comes.
    """
    with asyncio.Runner(loop_factory=_SimulatedLoop) as runner:
        return runner.run(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One call as a server saw it."""

    account: str
    began: float
    """Seconds of the simulated clock."""
    ended: float
    tokens_in: int
    tokens_out: int


class FixedRateLLM:
    """A server that works at a fixed rate in each of its places; a :class:`LLM`.

    The length of an answer is what the request names as its last word.

    Args:
        places: calls at once; another one is an error, because nobody may send it.
        rate: weighted tokens a second in each place.
    """

    def __init__(self, places: int, rate: float) -> None:
        self.served: list[Served] = []
        """Every call that has ended, in that order."""
        self.most = 0
        """Calls that were under way at once."""
        self._places = places
        self._rate = rate
        self._active = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return an answer after the time that its tokens take."""
        self._active += 1
        self.most = max(self.most, self._active)
        if self._active > self._places:
            raise RuntimeError(f"more than {self._places} calls were sent at once")
        loop = asyncio.get_running_loop()
        began = loop.time()
        tokens_in = settled(asked(request), 0)
        tokens_out = int(request.messages[-1].content.rpartition(" ")[2])
        try:
            await asyncio.sleep(weighed(tokens_in, tokens_out) / self._rate)
        finally:
            self._active -= 1
        self.served.append(
            Served(
                account=request.payer.account if request.payer is not None else "",
                began=began,
                ended=loop.time(),
                tokens_in=tokens_in,
                tokens_out=tokens_out,
            )
        )
        return ModelReply(text="", tokens_in=tokens_in, tokens_out=tokens_out, model=request.model)

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""
