"""Self-consistency: of several independent answers to one question the middle one.

Source: Wang et al., "Self-Consistency Improves Chain of Thought Reasoning" (2022), there a majority
of answers; for scores the median is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

__all__ = ["majority", "medians", "nearest"]

A = TypeVar("A")


def medians(answers: Sequence[A], scores: Callable[[A], tuple[float, ...]]) -> tuple[float, ...]:
    """Return the median of each score."""
    return tuple(median(each) for each in zip(*map(scores, answers), strict=True))


def nearest(
    answers: Sequence[A], scores: Callable[[A], tuple[float, ...]], middle: Sequence[float]
) -> A:
    """Return the answer whose scores lie nearest to ``middle`` in sum; of equals the first."""
    return min(
        answers,
        key=lambda each: sum(abs(a - b) for a, b in zip(scores(each), middle, strict=True)),
    )


def majority(votes: Sequence[bool]) -> bool:
    """Return whether more than half of the votes are for it."""
    return 2 * sum(votes) > len(votes)
