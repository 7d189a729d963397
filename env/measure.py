"""What the environment did beside the search's own steps: reported, never charged (decision 15)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["Measured", "Meter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One reading of a meter."""

    restores: Mapping[str, int] = field(default_factory=dict)
    """Successful restorations by tier."""
    restore_ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds spent in each tier, failed tries included."""
    restore_levels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often each tier's tries ended at each level; a try that ended early is ``drifted``."""
    replayed_steps: int = 0
    drifted: int = 0
    """Restorations that no tier achieved."""
    seconds_browser: float = 0.0
    """Seconds of work in the browser's thread, waiting for it left out."""


class Meter:
    """Counts for the worlds of one episode; written in the browser's thread, read anywhere."""

    def __init__(self) -> None:
        self._restores: Counter[str] = Counter()
        self._microseconds: Counter[str] = Counter()
        self._levels: dict[str, Counter[str]] = {}
        self._replayed = 0
        self._drifted = 0
        self._seconds = 0.0

    def read(self) -> Measured:
        """Return the counts so far."""
        return Measured(
            restores=MappingProxyType(dict(self._restores)),
            restore_ms=MappingProxyType(
                {tier: spent / 1000 for tier, spent in self._microseconds.items()}
            ),
            restore_levels=MappingProxyType(
                {tier: dict(levels) for tier, levels in self._levels.items()}
            ),
            replayed_steps=self._replayed,
            drifted=self._drifted,
            seconds_browser=self._seconds,
        )

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the time of the body as the browser's."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds += time.perf_counter() - started

    @contextmanager
    def trying(self, tier: str) -> Iterator[None]:
        """Count the time of the body as that of a restoration tier."""
        started = time.perf_counter_ns()
        try:
            yield
        finally:
            self._microseconds[tier] += (time.perf_counter_ns() - started) // 1000

    def tried(self, tier: str, level: str) -> None:
        """Count how a try of ``tier`` ended."""
        self._levels.setdefault(tier, Counter())[level] += 1

    def restored(self, tier: str) -> None:
        """Count a restoration that ``tier`` achieved."""
        self._restores[tier] += 1

    def replayed(self) -> None:
        """Count one replayed step."""
        self._replayed += 1

    def gave_up(self) -> None:
        """Count a restoration that drifted on every tier."""
        self._drifted += 1
