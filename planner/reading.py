"""Extraction as a step of the plan: what is read off a page, checked against it, and kept."""

from __future__ import annotations

import re

from webpilot.observation import Observation
from webpilot.plan import Fact, Subtask
from webpilot.roles import Extractor, Reading
from webpilot.types import Task

__all__ = ["as_read", "grounded", "normalised", "verified"]

QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "`": "`"}
_MARKUP = re.compile(r"^\s*(?:\[\w+\]\s+)?\w+\s+", re.MULTILINE)
_STATES = re.compile(r"(?<=['\"]), \w+(?:='[^']*')?(?:, \w+(?:='[^']*')?)*$", re.MULTILINE)


def normalised(value: str) -> str:
    """Return the value without blanks or one pair of quotes around it; what is inside stays.

    Blanks within a line are folded, lines are kept, so an answer round-trips as it was read.
    """
    lines = (" ".join(line.split()) for line in value.strip().splitlines())
    text = "\n".join(lines)
    if len(text) > 1 and QUOTES.get(text[0]) == text[-1] and text.count(text[-1]) <= 2:
        text = text[1:-1].strip()
    return text


def grounded(evidence: str, page: str) -> bool:
    """Return whether the page holds these words, one after the other.

    Case, punctuation and the tree's own markup (roles, ids, states) do not count.
    """
    wanted = _words(evidence)
    plain = _words(_MARKUP.sub("", _STATES.sub("", page)))
    return bool(wanted.strip()) and (wanted in plain or wanted in _words(page))


def _words(text: str) -> str:
    words = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(words)} "


async def verified(
    extractor: Extractor,
    task: Task,
    subtask: Subtask,
    observation: Observation,
    facts: tuple[Fact, ...],
) -> Fact | None:
    """Return the fact if the page holds its evidence, else ``None``.

    Only what is said to be absent needs no evidence: there is none to show.
    """
    reading = await extractor.extract(task, subtask, observation, facts)
    shown = reading is not None and (reading.absent or grounded(reading.evidence, observation.text))
    return _kept(subtask, reading) if shown else None


async def as_read(
    extractor: Extractor,
    task: Task,
    subtask: Subtask,
    observation: Observation,
    facts: tuple[Fact, ...],
) -> Fact | None:
    """Return whatever the Extractor read: the paper's, which shows no evidence."""
    return _kept(subtask, await extractor.extract(task, subtask, observation, facts))


def _kept(subtask: Subtask, reading: Reading | None) -> Fact | None:
    value = "" if reading is None else normalised(reading.value)
    if reading is None or not value:
        return None
    return Fact(question=subtask.goal, value=value, evidence=reading.evidence)
