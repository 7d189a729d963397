"""Limits on what an episode or a run may spend, checked before it is spent (decision 15)."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from webpilot.errors import BudgetExhausted, ConfigError

__all__ = ["KEYS", "Budget", "Limits", "Reservation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds on logical work; ``None`` is no limit. Replayed steps are not charged."""

    rollouts: int | None = None
    explored_steps: int | None = None
    """Steps that make a node or a simulation."""
    committed_steps: int | None = None
    llm_calls: int | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    usd: float | None = None
    """US dollars."""
    seconds: float | None = None
    """Wall-clock seconds."""

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (number and 0 <= value < math.inf):
                raise ConfigError(
                    f"budget {item.name}={value!r} must be a number from 0 on, or null for no limit"
                )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the limits that ``values`` names.

        Raises:
            ConfigError: there is no such limit, or a value is no number from 0 on.
        """
        known = [item.name for item in fields(cls)]
        if not isinstance(values, Mapping):
            raise ConfigError(f"a budget is given key by key: {', '.join(known)}")
        for key in values:
            if key not in known:
                raise ConfigError(f"there is no budget {key!r}; there are {', '.join(known)}")
        return cls(**values)


KEYS = tuple(field.name for field in fields(Limits))
"""The names of all limits."""


class Budget:
    """What has been spent against ``limits``; a charge that would pass a limit raises first.

    ``parent`` (the run's budget) is checked and charged with every charge, so neither is ever
    exceeded. ``clock`` returns seconds and is monotonic. ``elapsed`` is the time, in seconds, that
    an interrupted run has used before it resumes.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        parent: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
        elapsed: float = 0.0,
    ) -> None:
        self.limits = limits or Limits()
        self._parent = parent
        self._clock = clock
        self._started = clock() - elapsed
        self._spent: dict[str, float] = {key: 0 for key in KEYS if key != "seconds"}
        self._open: list[Mapping[str, float]] = []
        """What is set aside, one entry a reservation; added up anew, so no rounding error stays."""
        self._waiting: list[asyncio.Future[None]] = [] if parent is None else parent._waiting

    @property
    def seconds(self) -> float:
        """Seconds since this budget was opened."""
        return self._clock() - self._started

    def spent(self, key: str) -> float:
        """Return how much of ``key`` is used; what is only set aside is not."""
        return self.seconds if key == "seconds" else self._spent[key]

    def remaining(self, key: str) -> float:
        """Return how much of ``key`` is left here and in the parent; ``inf`` without a limit."""
        limit = getattr(self.limits, key)
        used = self.spent(key) + self._held(key)
        own = float("inf") if limit is None else max(0.0, limit - used)
        return own if self._parent is None else min(own, self._parent.remaining(key))

    def check(self, key: str, amount: float = 0) -> None:
        """Raise :class:`BudgetExhausted` if ``amount`` more of ``key`` would pass a limit."""
        limit = getattr(self.limits, key)
        used = self.spent(key)
        more = self._held(key) + amount
        if limit is not None and (used + more > limit or (key == "seconds" and used >= limit)):
            raise BudgetExhausted(key, used, limit)
        if self._parent is not None:
            self._parent.check(key, amount)

    def charge(self, key: str, amount: float = 1) -> None:
        """Charge ``amount`` of ``key``, or raise :class:`BudgetExhausted` and charge nothing.

        Time is checked with every charge, so that a search stops between two steps.
        """
        self.check("seconds")
        self.check(key, amount)
        self.record(key, amount)

    def record(self, key: str, amount: float = 1) -> None:
        """Record ``amount`` of ``key`` that :meth:`check` has allowed, whatever the time is.

        For work that must be finished once it is allowed, such as the commit of a path.
        """
        self._spent[key] += amount
        if self._parent is not None:
            self._parent.record(key, amount)

    async def reserve(self, amounts: Mapping[str, float]) -> Reservation:
        """Return ``amounts`` set aside, all of them together, for work whose size is not known yet.

        They count as used by everybody else until they are settled. Where only what others have
        set aside is in the way, this waits until they settle: who comes first then changes
        nothing about who is refused.

        Raises:
            BudgetExhausted: what is spent leaves no room; nothing is set aside.
        """
        while True:
            self.check("seconds")
            if self._room(amounts):
                self._hold(amounts)
                return Reservation(self, amounts)
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def to_dict(self) -> dict[str, float]:
        """Return what is spent, key by key, seconds left out (they are measured, not logical)."""
        return dict(self._spent)

    def _held(self, key: str) -> float:
        return sum(amounts.get(key, 0) for amounts in self._open)

    def _room(self, amounts: Mapping[str, float]) -> bool:
        """Return whether ``amounts`` fit beside what is set aside; raise if not even without it."""
        fits = True
        for key, amount in amounts.items():
            limit = getattr(self.limits, key)
            if limit is None:
                continue
            if self._spent[key] + amount > limit:
                raise BudgetExhausted(key, self._spent[key], limit, amount)
            fits = fits and self._spent[key] + self._held(key) + amount <= limit
        return (self._parent is None or self._parent._room(amounts)) and fits

    def _hold(self, amounts: Mapping[str, float]) -> None:
        self._open.append(amounts)
        if self._parent is not None:
            self._parent._hold(amounts)

    def _free(self, amounts: Mapping[str, float]) -> None:
        self._open.remove(amounts)
        if self._parent is not None:
            self._parent._free(amounts)

    def _settle(self, held: Mapping[str, float], spent: Mapping[str, float]) -> None:
        self._free(held)
        for key, amount in spent.items():
            self.record(key, amount)
        woken = list(self._waiting)
        self._waiting.clear()
        for turn in woken:
            if not turn.done():
                turn.set_result(None)


class Reservation:
    """Amounts that a budget has set aside for one piece of work."""

    def __init__(self, budget: Budget, amounts: Mapping[str, float]) -> None:
        self._budget = budget
        self._amounts: Mapping[str, float] | None = amounts

    def settle(self, spent: Mapping[str, float]) -> None:
        """Record what was really spent, and give the rest back; only the first time counts."""
        if self._amounts is not None:
            held, self._amounts = self._amounts, None
            self._budget._settle(held, spent)
