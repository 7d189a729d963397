"""The paper's Appraiser: one call for both scores, two for the stop test."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcts.protocols import NodeContext
from prompts.asking import Asker
from prompts.paper_schema import Evaluation, StopActions, StopObservation, StopReflection, counts
from webpilot.consistency import medians, nearest
from webpilot.overlap import overlapped
from webpilot.paper.entering import Entering
from webpilot.types import Appraisal, Completion

__all__ = ["PaperAppraiser"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAppraiser:
    """Scores nodes and says where to stop; a :class:`webpilot.roles.Appraiser`."""

    asker: Asker
    entering: Entering = field(default_factory=Entering)
    """Shared with the Explorer of the episode."""

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return the bifaceted self-reward of the node, or of the simulated page."""
        answers = await self.asker.ask_samples(
            "paper/evaluate",
            Evaluation,
            speculative=context.simulated,
            context=context,
            hints=self.asker.hints.get("appraiser", ""),
            by_actions=counts(context.subtask.necessary_actions),
        )
        effectiveness, future_promise = middle = medians(answers, _scores)
        return Appraisal(
            effectiveness=effectiveness,
            future_promise=future_promise,
            reason=nearest(answers, _scores, middle).reasoning_process,
        )

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether the search may stop here: two calls (method.md, section 4, stop test).

        By the page: it shows what it should, and the reflection asks for nothing more. By actions:
        the necessary ones were executed; the reflection is asked too, and overridden. The reason is
        C_t: why page or actions do not suffice, empty where only the reflection speaks against it.

        A text that is still to be entered is not judged: for the paper this is no state at all.
        """
        if self.entering.due(context):
            return Completion(done=False, reason="what was typed is not entered yet")
        by_actions = counts(context.subtask.necessary_actions)
        (reason, met), vote = await overlapped(
            self._by_actions(context) if by_actions else self._by_page(context),
            self.asker.ask("paper/stop_reflection", StopReflection, context=context),
        )
        silent = by_actions or not vote.reflection_suggests_further_actions
        return Completion(done=met and silent, reason="" if met and not silent else reason)

    async def _by_page(self, context: NodeContext) -> tuple[str, bool]:
        answer = await self.asker.ask("paper/stop_observation", StopObservation, context=context)
        return answer.reasoning_of_observation, answer.observation_meets_criteria

    async def _by_actions(self, context: NodeContext) -> tuple[str, bool]:
        answer = await self.asker.ask("paper/stop_actions", StopActions, context=context)
        return answer.reasoning_of_actions, answer.necessary_actions_executed


def _scores(answer: Evaluation) -> tuple[float, ...]:
    return answer.executed_action_score, answer.future_promise_score
