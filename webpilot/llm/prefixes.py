"""How far prompts begin alike: what a server's prefix cache can use again."""

from __future__ import annotations

from collections import deque

from webpilot.llm.counting import size
from webpilot.llm.protocol import ModelRequest

__all__ = ["Prefixes", "equal_beginning", "sent"]

REMEMBERED = 64
"""Prompts that the next one is compared with."""


def sent(request: ModelRequest) -> str:
    """Return a request's messages as one text, in the order in which a server reads them."""
    return "\n".join(f"{message.role}\n{message.content}" for message in request.messages)


def equal_beginning(one: str, other: str) -> int:
    """Return how many characters are equal from the first one on."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class Prefixes:
    """The last prompts of one episode."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque(maxlen=REMEMBERED)

    def shared(self, request: ModelRequest) -> int:
        """Return the bytes with which a prompt begins as an earlier one did, and remember it."""
        text = sent(request)
        most = max((equal_beginning(text, each) for each in self._texts), default=0)
        self._texts.append(text)
        return size(text[:most])
