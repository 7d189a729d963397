"""The Appraiser with a language model: scores and stop test, read from the node's assessment."""

from __future__ import annotations

from dataclasses import dataclass

from mcts.protocols import NodeContext
from planner.described import in_own_words
from prompts.pages import page_text
from webpilot.assessments import Assessments
from webpilot.types import Appraisal, Completion

__all__ = ["ModelAppraiser"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAppraiser:
    """Reads the one assessment of each node; asks nothing itself."""

    assessments: Assessments

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return the bifaceted self-reward.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        answer = await self.assessments.of(context)
        return Appraisal(
            effectiveness=answer.effectiveness,
            future_promise=answer.promise,
            reason=f"{answer.effectiveness_reasoning} {answer.promise_reasoning}".strip(),
        )

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether the subtask is done at the node, or the stop claimed there is right.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        answer = await self.assessments.of(context)
        return Completion(
            done=answer.done,
            reason=answer.missing or answer.promise_reasoning,
            outcome=context.claim,
            description=in_own_words(answer.description, page_text(context.observation)),
        )
