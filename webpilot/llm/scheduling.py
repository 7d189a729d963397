"""In which order waiting calls are sent: a queue each, swapped by ``llm.scheduler``.

The virtual token counter is that of Sheng et al., "Fairness in Serving Large Language Models"
(2024), algorithm 2: who has had the fewest tokens is next, and who comes back after a pause begins
no lower than those who wait, so that nobody saves up service by being idle. An endpoint tells the
length of an answer at its end only, so that is when it counts; the question counts when it is sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from webpilot.llm.counting import asked, settled
from webpilot.llm.prefixes import equal_beginning, sent
from webpilot.llm.protocol import ModelRequest

__all__ = [
    "SCHEDULERS",
    "FirstComeFirstServed",
    "Queue",
    "Ticket",
    "VirtualTokenCounter",
    "weighed",
]

WEIGHT_IN, WEIGHT_OUT = 1.0, 2.0
"""What a token of a question and of an answer count for, as in the source."""
AGED = 20.0
"""Seconds of waiting after which a call is the next one of its episode, whatever it is."""
REMEMBERED = 64
"""Episodes whose last prompt is kept, to send a similar one after it."""


def weighed(tokens_in: float, tokens_out: float) -> float:
    """Return what a call's tokens count for together."""
    return WEIGHT_IN * tokens_in + WEIGHT_OUT * tokens_out


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, kw_only=True, eq=False)
class Ticket:
    """One call that waits for its turn."""

    account: str = ""
    """Whose call it is."""
    text: str = ""
    """What will be sent."""
    tokens: float = 0.0
    """What the question counts for."""
    speculative: bool = False
    since: float = 0.0
    """Time of its coming, in seconds of the caller's clock."""
    turn: asyncio.Future[None] = field(default_factory=_future)

    @classmethod
    def of(cls, request: ModelRequest, since: float) -> Ticket:
        """Return the ticket of a request that comes at ``since``."""
        return cls(
            account=request.payer.account if request.payer is not None else "",
            text=sent(request),
            tokens=weighed(settled(asked(request), 0), 0),
            speculative=request.speculative,
            since=since,
        )


class Queue(Protocol):
    """Calls that wait, and whose is next."""

    def __len__(self) -> int:
        """Return how many calls wait."""
        ...

    @property
    def accounts(self) -> Collection[str]:
        """Those who have calls waiting."""
        ...

    def add(self, ticket: Ticket) -> None:
        """Let a call wait."""
        ...

    def discard(self, ticket: Ticket) -> None:
        """Let go of a call that waits no longer; one that is not here is no error."""
        ...

    def pop(self, now: float) -> Ticket:
        """Return the call whose turn it is at ``now``; it waits no longer."""
        ...

    def charge(self, account: str, tokens: float) -> None:
        """Take note of service: weighted tokens, of a question as it is sent or of an answer."""
        ...


class FirstComeFirstServed:
    """The order of coming, whoever it is; a :class:`Queue`."""

    def __init__(self) -> None:
        self._waiting: deque[Ticket] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def accounts(self) -> Collection[str]:
        """Those who have calls waiting."""
        return {ticket.account for ticket in self._waiting}

    def add(self, ticket: Ticket) -> None:
        """Let a call wait behind all others."""
        self._waiting.append(ticket)

    def discard(self, ticket: Ticket) -> None:
        """Let go of a call that waits no longer."""
        if ticket in self._waiting:
            self._waiting.remove(ticket)

    def pop(self, now: float) -> Ticket:
        """Return the call that came first."""
        del now
        return self._waiting.popleft()

    def charge(self, account: str, tokens: float) -> None:
        """Take no note: service so far is nothing to this order."""


class VirtualTokenCounter:
    """A queue for each account, and next is who has been served least; a :class:`Queue`.

    Two accounts that both have calls waiting all the time are served alike, but for twice one
    question and one answer a call under way, of full length. Of one account's calls the order is:
    first what has waited for :data:`AGED` seconds; then what is not speculative; then what begins
    most like the call before it, so that siblings are sent back to back; then the order of coming.
    Priorities end there: no account gets ahead of another by them.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, list[Ticket]] = {}
        self._counters: dict[str, float] = {}
        self._texts: dict[str, str] = {}
        self._last: str | None = None
        """Whose call was sent last."""

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._waiting.values())

    @property
    def accounts(self) -> Collection[str]:
        """Those who have calls waiting."""
        return self._waiting.keys()

    def counter(self, account: str) -> float:
        """Return the weighted tokens that an account is taken to have had."""
        return self._counters.get(account, 0.0)

    def add(self, ticket: Ticket) -> None:
        """Let a call wait; an account that had none begins level with those who have."""
        account = ticket.account
        if account not in self._waiting:
            others = [self.counter(each) for each in self._waiting]
            level = min(others) if others else self.counter(self._last or account)
            self._counters[account] = max(self.counter(account), level)
        self._waiting.setdefault(account, []).append(ticket)

    def discard(self, ticket: Ticket) -> None:
        """Let go of a call that waits no longer."""
        waiting = self._waiting.get(ticket.account, [])
        if ticket in waiting:
            waiting.remove(ticket)
            if not waiting:
                del self._waiting[ticket.account]

    def pop(self, now: float) -> Ticket:
        """Return the next call of whoever has been served least; of equals, who waits longest."""
        account = min(
            self._waiting, key=lambda each: (self.counter(each), self._waiting[each][0].since)
        )
        ticket = self._next(self._waiting[account], now)
        self.discard(ticket)
        self._last = account
        self._texts.pop(account, None)
        self._texts[account] = ticket.text
        if len(self._texts) > REMEMBERED:
            del self._texts[next(iter(self._texts))]
        return ticket

    def charge(self, account: str, tokens: float) -> None:
        """Raise an account's counter."""
        self._counters[account] = self.counter(account) + tokens

    def _next(self, waiting: list[Ticket], now: float) -> Ticket:
        oldest = waiting[0]
        if len(waiting) == 1 or now - oldest.since >= AGED:
            return oldest
        before = self._texts.get(oldest.account, "")
        urgent = [ticket for ticket in waiting if not ticket.speculative] or waiting
        # Of equals `max` takes the first, which came first.
        return max(urgent, key=lambda ticket: equal_beginning(before, ticket.text))


SCHEDULERS: Mapping[str, Callable[[], Queue]] = {
    "vtc": VirtualTokenCounter,
    "fcfs": FirstComeFirstServed,
}
"""Orders of service by the name that ``llm.scheduler`` gives."""
