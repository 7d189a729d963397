"""The Extractor with a language model: what a page says, and how the task's answer is worded."""

from __future__ import annotations

from dataclasses import dataclass

from prompts.asking import Asker
from prompts.pages import page_text
from prompts.schema import AnswerWording, Extraction
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Reading
from webpilot.types import Answer, Task

__all__ = ["ModelExtractor"]

NOTHING = "N/A"
"""Value of what a page shows to be absent, where the model gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelExtractor:
    """One call a page read, and one for the answer where it is more than a fact."""

    asker: Asker

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation, facts: tuple[Fact, ...]
    ) -> Reading | None:
        """Return what the subtask asks for, or ``None`` where the page does not hold it.

        Who says both that it is there and that it is absent has to show it.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        answer = await self.asker.ask(
            "webpilot/extract",
            Extraction,
            hints=self.asker.hints.get("extractor", ""),
            task=task,
            subtask=subtask,
            facts=facts,
            page=page_text(observation),
        )
        if answer.found:
            return Reading(value=answer.value, evidence=answer.evidence)
        if answer.absent:
            value = answer.value if answer.value.strip() else NOTHING
            return Reading(value=value, evidence=answer.evidence, absent=True)
        return None

    async def conclude(self, task: Task, plan: Plan, facts: tuple[Fact, ...]) -> Answer | None:
        """Return the task's answer, ``None`` where the facts do not suffice.

        A single fact is the answer as it stands, unless the task wants it worded in some way.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        if not facts:
            return None
        if len(facts) == 1 and task.answer_format is None:
            return Answer(text=facts[0].value)
        answer = await self.asker.ask(
            "webpilot/conclude",
            AnswerWording,
            hints=self.asker.hints.get("extractor", ""),
            task=task,
            plan=plan,
            facts=facts,
        )
        if not answer.sufficient or not answer.answer.strip():
            return None
        return Answer(text=answer.answer)
