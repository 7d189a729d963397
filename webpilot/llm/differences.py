"""In what two questions to a model differ, in one line."""

from __future__ import annotations

from collections.abc import Iterable

from webpilot.llm.prefixes import equal_beginning
from webpilot.llm.protocol import ModelRequest

__all__ = ["COMPARED", "first_difference", "nearest"]

COMPARED = 300
"""Recorded questions of a purpose, the latest, among which the nearest one is looked for."""

SHOWN = 80
"""Characters of a line that are shown."""


def nearest(asked: ModelRequest, recorded: Iterable[ModelRequest]) -> ModelRequest | None:
    """Return the one of ``recorded`` that is like ``asked`` the longest; ``None`` of none."""
    return max(recorded, key=lambda each: _alike(each, asked), default=None)


def first_difference(recorded: ModelRequest, asked: ModelRequest) -> str:
    """Return where two questions first differ: a message and its line, or a setting."""
    index = _equal_messages(recorded, asked)
    pair = (recorded.messages[index : index + 1], asked.messages[index : index + 1])
    if all(pair):
        (one,), (other,) = pair
        if one.role != other.role:
            return f"message {index + 1}, {one.role} there, {other.role} here"
        return f"message {index + 1} ({one.role}), {_lines(one.content, other.content)}"
    if any(pair):
        there, here = len(recorded.messages), len(asked.messages)
        return f"the number of messages, {there} there, {here} here"
    for name in ("model", "temperature", "max_tokens", "sample"):
        there, here = getattr(recorded, name), getattr(asked, name)
        if there != here:
            why = " (another episode, run_seed or time of asking)" if name == "sample" else ""
            return f"{name}, {there!r} there, {here!r} here{why}"
    return "the schema of the answer"


def _equal_messages(one: ModelRequest, other: ModelRequest) -> int:
    """Return how many messages are equal, from the first one on."""
    pairs = zip(one.messages, other.messages, strict=False)
    return next(
        (index for index, (here, there) in enumerate(pairs) if here != there),
        min(len(one.messages), len(other.messages)),
    )


def _alike(recorded: ModelRequest, asked: ModelRequest) -> tuple[int, int, int]:
    """Return how like two questions are: equal messages, equal beginning, settings."""
    index = _equal_messages(recorded, asked)
    settings = sum(
        getattr(recorded, name) == getattr(asked, name)
        for name in ("model", "temperature", "max_tokens", "sample", "schema")
    )
    beginning = 0
    if index < min(len(recorded.messages), len(asked.messages)):
        texts = (each.messages[index].content for each in (recorded, asked))
        beginning = equal_beginning(*texts)
    return index, beginning, settings


def _lines(there: str, here: str) -> str:
    """Return the first line in which two texts differ, as both have it."""
    one, other = there.splitlines(), here.splitlines()
    number = next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    shown = [_shown(lines, number) for lines in (one, other)]
    return f"line {number + 1}: {shown[0]} there, {shown[1]} here"


def _shown(lines: list[str], number: int) -> str:
    if number >= len(lines):
        return "nothing"
    line = " ".join(lines[number].split())
    return repr(line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…")
