"""What the articles on places, people and animals agree on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

__all__ = ["Land"]

SEED = 20221201


class Land:
    """Names, and which river flows where; its draws are made in a fixed order."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        """Draw the rivers.

        Args:
            words: the vocabulary.
        """
        self.words = words
        self.random = random.Random(SEED)
        self.province_of = {
            town: words["provinces"][place % len(words["provinces"])]
            for place, town in enumerate(words["towns"])
        }
        self.rises = {river: self.random.choice(words["mountains"]) for river in words["rivers"]}
        self.ends: dict[str, str] = {}
        self.lengths = dict(
            zip(
                words["rivers"],
                self.random.sample(range(24, 460), len(words["rivers"])),
                strict=True,
            )
        )
        for river in words["rivers"]:
            self.ends[river] = self.end(river)

    def end(self, river: str) -> str:
        """Return what a river flows into: a longer one, a lake, or the sea at a harbour."""
        longer = [one for one in self.words["rivers"] if self.lengths[one] > self.lengths[river]]
        choice = self.random.random()
        if choice < 0.4 and longer:
            return f"{self.random.choice(longer)} (river)"
        return str(self.pick("lakes" if choice < 0.6 else "harbours"))

    def pick(self, name: str) -> Any:
        """Return one of a list's entries."""
        return self.random.choice(self.words[name])

    def person_name(self) -> str:
        """Return a name."""
        return f"{self.pick('first_names')} {self.pick('last_names')}"
