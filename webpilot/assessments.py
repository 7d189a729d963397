"""One structured assessment a node: what Explorer and Appraiser both read from.

Description, scores, stop test and reflections of one node rest on the same page and the same step,
so they are asked for in one call (method.md, section 9, weakness 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mcts.protocols import NodeContext
from prompts.asking import Asker
from prompts.pages import changed_lines, page_text
from prompts.schema import NodeAssessment
from webpilot.consistency import majority, medians, nearest
from webpilot.moves import written
from webpilot.types import Action, Outcome, Task

__all__ = ["Assessments", "open_moves"]


def open_moves(context: NodeContext) -> tuple[Action | Outcome, ...]:
    """Return the moves that a lesson from this node may speak against.

    A node's are those that wait at its parent; a trial step's is the step itself.
    """
    if context.simulated:
        return tuple(step.action for step in context.history[-1:])
    return tuple(rival.move for rival in context.rivals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessments:
    """What the model made of each node; lives for one episode."""

    asker: Asker
    task: Task
    _known: dict[tuple[tuple[int, ...], bool], NodeAssessment] = field(
        default_factory=dict, init=False, repr=False
    )
    """By key of the node's random numbers, and whether its page is a simulated step's."""

    async def of(self, context: NodeContext) -> NodeAssessment:
        """Return the node's assessment; the model is asked the first time.

        Raises:
            FormatError: the model's answer was unusable, and so was the repaired one.
            LLMError: the model could not be asked.
            BudgetExhausted: the call would pass a limit.
        """
        key = (context.seed, context.simulated)
        if key not in self._known:
            self._known[key] = await self._ask(context)
        return self._known[key]

    async def _ask(self, context: NodeContext) -> NodeAssessment:
        # A claim adds no step: all of the history came before it.
        taken = len(context.history) if context.claim else len(context.history) - 1
        answers = await self.asker.ask_samples(
            "webpilot/assess",
            NodeAssessment,
            speculative=context.simulated,
            hints=self.asker.hints.get("appraiser", ""),
            goal=self.task.goal,
            facts=context.facts,
            subtask=context.subtask,
            page=page_text(context.observation),
            earlier=context.history[: max(0, taken)],
            step=context.history[max(0, taken) :],
            claim=written(context.claim) if context.claim else "",
            simulated=context.simulated,
            changes=changed_lines(context.previous, context.observation),
            rivals=[written(move) for move in open_moves(context)],
        )
        return answers[0] if len(answers) == 1 else _middle(answers)


def _scores(answer: NodeAssessment) -> tuple[float, ...]:
    return answer.effectiveness, answer.promise


def _middle(answers: Sequence[NodeAssessment]) -> NodeAssessment:
    """Return median scores, what most say of done, and the words of the one who says it best."""
    done = majority([answer.done for answer in answers])
    effectiveness, promise = medians(answers, _scores)
    agreeing = [answer for answer in answers if answer.done == done]
    words = nearest(agreeing, _scores, (effectiveness, promise))
    return words.model_copy(update={"effectiveness": effectiveness, "promise": promise})
