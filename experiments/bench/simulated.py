"""Asyncio under a simulated clock, and a model server of fixed rate with its clients in it.

Waiting costs nothing: where nothing else is to be done, the clock jumps to the next timer. So an
hour of a server is simulated in seconds, and equally every time.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from webpilot.budget import Budget
from webpilot.llm.counting import asked, settled
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.protocol import LLM, Message, ModelReply, ModelRequest
from webpilot.llm.scheduling import weighed

__all__ = ["SPREAD", "Client", "FixedRateLLM", "Served", "simulate"]

SPREAD = 0.5
"""Lengths are drawn from this share below the mean to this share above it."""

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
    """A server that works at a fixed rate in each of its places; a :class:`webpilot.llm.LLM`.

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


class Client:
    """A plain asyncio client that asks through the chain of a run."""

    def __init__(self, name: str, llm: LLM, tokens: tuple[int, int], seed: int) -> None:
        self.asked: list[tuple[float, float]] = []
        """Time and weighted tokens of every call, when it was asked for."""
        self.waits: list[float] = []
        self._name = name
        self._tokens = tokens
        self._chance = random.Random(f"{seed} {name}")
        self._llm = MeteredLLM(llm, Budget(), self._note, account=name)

    def _note(self, event: str, data: object) -> None:
        if event == "model call" and isinstance(data, dict):
            self.waits.append(data["waited"])

    async def ask(self) -> None:
        """Ask one call and wait for its answer."""
        spread = [self._chance.uniform(1 - SPREAD, 1 + SPREAD) for _ in range(2)]
        tokens_in, tokens_out = (
            int(mean * each) for mean, each in zip(self._tokens, spread, strict=True)
        )
        end = f" {tokens_out}"
        text = (f"{self._name} " * tokens_in)[: 4 * tokens_in - len(end)] + end
        now = asyncio.get_running_loop().time()
        self.asked.append((now, weighed(tokens_in, tokens_out)))
        message = Message(role="user", content=text)
        await self._llm.complete(ModelRequest(purpose="ask", model="fixed", messages=(message,)))

    async def keep(self, outstanding: int) -> None:
        """Ask without end, so many calls at once."""
        async with asyncio.TaskGroup() as group:
            for _ in range(outstanding):
                group.create_task(self._on_and_on())

    async def _on_and_on(self) -> None:
        while True:
            await self.ask()

    async def every(self, seconds: float) -> None:
        """Ask without end, a call at fixed times, whether those before are answered or not."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self.ask())
                await asyncio.sleep(seconds)
