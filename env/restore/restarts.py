"""Which families of pages an in-page restart brings back: learned from what it did."""

from __future__ import annotations

from collections import Counter

__all__ = ["PATIENCE", "Restarts"]

PATIENCE = 3
"""Failures after which a family is given up, unless it has worked at least as often.

A failed restart costs a third of the load that has to follow, so it may fail half the time and
still be worth trying."""


class Restarts:
    """What was seen of restarts in this process; a restart counts once its page was compared."""

    def __init__(self) -> None:
        self._worked: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def worth(self, family: str) -> bool:
        """Return whether a restart of this family of pages should be tried."""
        failed = self._failed[family]
        return failed < PATIENCE or failed <= self._worked[family]

    def worked(self, family: str) -> None:
        """Count a restart that led back to the very page."""
        self._worked[family] += 1

    def failed(self, family: str) -> None:
        """Count a restart that did not, where a fresh load did."""
        self._failed[family] += 1
