"""How evenly a model has served those who asked it at the same time. Everything is pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

__all__ = ["Ledger", "max_min_shares", "quantile"]


def max_min_shares(demands: Mapping[str, float], capacity: float) -> dict[str, float]:
    """Return what each would get of ``capacity`` under max-min fairness.

    Nobody gets more than it demands, and what one does not take is split among the others. An
    infinite demand is one that is never met.
    """
    shares: dict[str, float] = {}
    left, open_ = capacity, len(demands)
    for name, demand in sorted(demands.items(), key=lambda item: item[1]):
        shares[name] = min(demand, left / open_)
        left, open_ = left - shares[name], open_ - 1
    return {name: shares[name] for name in demands}


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest of ``values`` that ``share`` of them do not exceed; 0 of none."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


class Ledger:
    """Adds up service while calls waited, account by account."""

    def __init__(self) -> None:
        self._served: Counter[str] = Counter()
        self._fair: Counter[str] = Counter()

    def charge(self, account: str, tokens: float, present: Collection[str]) -> None:
        """Note service to one of those who were ``present``: with a call waiting or under way."""
        self._served[account] += tokens  # type: ignore[assignment]
        for each in present:
            self._fair[each] += tokens / len(present)  # type: ignore[assignment]

    def take(self, account: str) -> tuple[float, float]:
        """Return what an account got, and its fair share, since this was asked the last time."""
        return (self._served.pop(account, 0), self._fair.pop(account, 0))
