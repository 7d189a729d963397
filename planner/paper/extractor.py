"""The paper's Extractor: reads the answer off the page."""

from __future__ import annotations

from dataclasses import dataclass

from prompts.asking import Asker
from prompts.paper_schema import Extraction
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Reading
from webpilot.types import Answer, Task

__all__ = ["PaperExtractor"]

ABSENT = frozenset({"n/a", "na", "none", "0"})
"""Answers that say there is no such information."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperExtractor:
    """Reads information off pages; a :class:`webpilot.roles.Extractor`.

    The paper sees a viewport and scrolls on up to five times. Our observation is the whole page, so
    there is one view and one call: an answer that would scroll on, and one that neither stops nor
    scrolls, are both the end of it, with nothing found.
    """

    asker: Asker

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation, facts: tuple[Fact, ...]
    ) -> Reading | None:
        """Return what the subtask asks for, ``None`` if the page does not hold it: one call."""
        answer = await self.asker.ask(
            "paper/extract",
            Extraction,
            goal=task.goal,
            subtask=subtask,
            answer_format=task.answer_format,
            hints=self.asker.hints.get("extractor", ""),
            page=observation.text,
            facts=facts,
        )
        if not answer.stop_flag or not answer.answer.strip():
            return None
        absent = answer.answer.strip().casefold() in ABSENT
        return Reading(value=answer.answer, absent=absent)

    async def conclude(self, task: Task, plan: Plan, facts: tuple[Fact, ...]) -> Answer | None:
        """Return the last fact read: in the paper what is extracted last is the answer."""
        del task, plan
        return Answer(text=facts[-1].value) if facts else None
