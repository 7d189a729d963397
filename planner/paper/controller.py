"""The paper's Controller: judges a finished search, and reflects on one that has failed."""

from __future__ import annotations

from dataclasses import dataclass

from planner.described import in_own_words
from planner.paper.describing import describe, whole
from prompts.asking import Asker
from prompts.paper_schema import ActedCompleteness, ObservedCompleteness, SubReflection, counts
from webpilot.roles import Attempt
from webpilot.types import Completion, Reflection, ReflectionScope, Task

__all__ = ["PaperController"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperController:
    """Decides whether subtasks are complete; a :class:`webpilot.roles.Controller`."""

    asker: Asker

    async def complete(self, task: Task, attempt: Attempt) -> Completion:
        """Return whether the subtask is done at the end of ``attempt``: two calls."""
        page, subtask = attempt.observation, attempt.subtask
        description = whole(await describe(self.asker, task.goal, page, subtask))
        by_actions = counts(subtask.necessary_actions)
        kind = ActedCompleteness if by_actions else ObservedCompleteness
        answer: ActedCompleteness | ObservedCompleteness = await self.asker.ask(
            "paper/completeness",
            kind,
            goal=task.goal,
            hints=self.asker.hints.get("controller", ""),
            subtask=subtask,
            steps=attempt.steps,
            page=page.text,
            described=description,
            by_actions=by_actions,
        )
        return Completion(
            done=answer.complete_flag,
            reason=answer.task_completeness,
            description=in_own_words(description, page.text),
        )

    async def reflect(self, task: Task, attempt: Attempt, reason: str) -> Reflection | None:
        """Return R_sub for the next attempt, never ``None``: retries do not hang on its words."""
        answer = await self.asker.ask(
            "paper/sub_reflection",
            SubReflection,
            goal=task.goal,
            subtask=attempt.subtask,
            root=attempt.root.text,
            steps=attempt.steps,
            reason=reason,
        )
        text = answer.task_reflection.strip() or answer.fail_reason.strip() or reason
        return Reflection(scope=ReflectionScope.SUBTASK, text=text)
