"""The Controller with a language model: is a subtask complete, and if not, what to do otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from planner.described import in_own_words
from prompts.asking import Asker
from prompts.pages import changed_lines, page_text
from prompts.schema import AttemptLesson, SubtaskVerdict
from webpilot.roles import Attempt
from webpilot.types import Completion, Reflection, ReflectionScope, Task

__all__ = ["ModelController"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelController:
    """One call to judge an attempt, one more to reflect on a failed one."""

    asker: Asker

    async def complete(self, task: Task, attempt: Attempt) -> Completion:
        """Return whether the subtask is done at the end of ``attempt``.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        page = page_text(attempt.observation)
        answer = await self.asker.ask(
            "webpilot/complete",
            SubtaskVerdict,
            hints=self.asker.hints.get("controller", ""),
            task=task,
            attempt=attempt,
            page=page,
            changes=changed_lines(attempt.root, attempt.observation),
        )
        return Completion(
            done=answer.done,
            reason=answer.analysis if answer.done else answer.missing or answer.analysis,
            description=in_own_words(answer.description, page),
        )

    async def reflect(self, task: Task, attempt: Attempt, reason: str) -> Reflection | None:
        """Return the strategic reflection; ``None`` where another attempt would only repeat it.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        answer = await self.asker.ask(
            "webpilot/reflect_attempt",
            AttemptLesson,
            hints=self.asker.hints.get("controller", ""),
            task=task,
            attempt=attempt,
            page=page_text(attempt.root),
            reason=reason,
        )
        lesson = answer.lesson.strip()
        if not lesson or not answer.worth_retrying:
            return None
        return Reflection(scope=ReflectionScope.SUBTASK, text=lesson)
