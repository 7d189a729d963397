"""Global optimisation as the agent uses it: what its roles say between two searches."""

from __future__ import annotations

from dataclasses import dataclass, replace

from planner.config import PlanConfig
from planner.progress import Progress
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, OnEvent, Review, Roles
from webpilot.types import Answer, Completion, Reflection, Task

__all__ = ["Guidance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """What all that is planned and judged in one episode shares."""

    task: Task
    roles: Roles
    config: PlanConfig
    on_event: OnEvent

    async def planned(self, root: Observation) -> Plan:
        """Return the first plan, made of the fresh page."""
        return await self.config.decompose(self.roles.planner, self.task, root)

    async def judged(self, attempt: Attempt, progress: Progress) -> tuple[Completion, Fact | None]:
        """Return whether the subtask is done at the attempt's end, and what was read there."""
        completion = await self.config.control(self.roles.controller, self.task, attempt)
        fact = None
        if attempt.subtask.needs_answer and (completion.done or progress.last_try):
            fact = await self.read(attempt.subtask, attempt.observation, progress)
            if fact is None:
                completion = replace(
                    completion, done=False, reason="the page does not hold what is asked for"
                )
        self.on_event("subtask", {"done": completion.done, "reason": completion.reason})
        return completion, fact

    async def read(
        self, subtask: Subtask, observation: Observation, progress: Progress
    ) -> Fact | None:
        """Return what the subtask asks for; ``None`` if nothing is due or nothing is found."""
        if not subtask.needs_answer:
            return None
        fact = await self.config.read(
            self.roles.extractor, self.task, subtask, observation, progress.facts
        )
        if fact is not None:
            self.on_event(
                "fact",
                {"question": fact.question, "value": fact.value, "evidence": fact.evidence},
            )
        return fact

    async def lesson(
        self, progress: Progress, attempt: Attempt, completion: Completion
    ) -> Reflection | None:
        """Return the lesson for another attempt at the subtask, or ``None`` to go on.

        Only an attempt that came to its own end is repeated: what the budget, the action limit or
        drift has cut would be cut again.
        """
        ended_by_itself = attempt.stop_reason in ("exhausted", "done")
        if completion.done or progress.last_try or not ended_by_itself:
            return None
        lesson = await self.roles.controller.reflect(self.task, attempt, completion.reason)
        if lesson is not None:
            self.on_event("lesson", {"text": lesson.text})
        return lesson

    async def adjusted(
        self,
        progress: Progress,
        attempt: Attempt,
        completion: Completion,
        reflection: Reflection | None,
    ) -> Plan:
        """Return the plan as the Planner has it in the light of the attempt.

        The same object where nothing is changed.
        """
        review = Review(
            attempt=attempt,
            completion=completion,
            reflection=reflection,
            finished=progress.finished,
            facts=progress.facts,
        )
        return await self.config.adjust(self.roles.planner, self.task, progress.plan, review)

    async def answer(self, progress: Progress) -> Answer | None:
        """Return the answer that the facts make, or ``None``: none is due, or nothing was read."""
        due = progress.plan.needs_answer or self.task.answer_due
        if not due or not progress.facts:
            return None
        return await self.roles.extractor.conclude(self.task, progress.plan, progress.facts)
