"""The Extractor without a language model: reads the value that belongs to a label."""

from __future__ import annotations

import re

from webpilot.observation import Observation
from webpilot.offline.clauses import quoted
from webpilot.offline.reading import read_page
from webpilot.offline.values import look_up
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Reading
from webpilot.types import Answer, Task

__all__ = ["OfflineExtractor"]

ASKED = re.compile(
    r"\b(?:what is|what's|tell me|return|give|find|report|get)\s+(?:the\s+)?(.+?)[.?!]?$",
    re.IGNORECASE,
)


class OfflineExtractor:
    """Looks up what the subtask asks for among the labels of the page."""

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation, facts: tuple[Fact, ...]
    ) -> Reading | None:
        """Return the value beside the label that is asked for, or ``None``."""
        view = read_page(observation, task.goal)
        asked = ASKED.search(subtask.goal)
        for label in (*quoted(subtask.goal), *([asked.group(1)] if asked else [])):
            value = look_up(view, label)
            if value is not None:
                return Reading(value=value, evidence=value)
        return None

    async def conclude(self, task: Task, plan: Plan, facts: tuple[Fact, ...]) -> Answer | None:
        """Return the last fact as the answer."""
        return Answer(text=facts[-1].value) if facts else None
