"""An article of the encyclopedia before it is a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Article", "Fact", "listed", "number"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of an article's box."""

    label: str
    """What it is."""
    value: str
    """As it is shown."""
    target: str = ""
    """Title of the article it leads to; empty where it leads nowhere."""


@dataclass(slots=True)
class Article:
    """One article."""

    title: str
    """Its name; unique."""
    category: str
    """The list it belongs to."""
    lead: str
    """The first sentence. Titles in double square brackets are links, here as in the text."""
    facts: list[Fact]
    """Its box."""
    text: list[str] = field(default_factory=list)
    """Its further paragraphs."""
    rank: float = 0.0
    """By which the list is sorted, the largest first."""

    def value(self, label: str) -> str:
        """Return a fact's value.

        Raises:
            KeyError: there is no such fact.
        """
        for fact in self.facts:
            if fact.label == label:
                return fact.value
        raise KeyError(label)


def number(value: int) -> str:
    """Return a number with commas between the thousands."""
    return f"{value:,}"


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence has them."""
    several = list(names)
    if len(several) < 2:
        return "".join(several)
    return ", ".join(several[:-1]) + " and " + several[-1]
