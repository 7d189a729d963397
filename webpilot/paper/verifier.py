"""The paper's Verifier: an action's form is mended before it is taken (method.md, section 5).

Its check for duplicates is :func:`mcts.expand.one_at_a_time`, its check that the page has changed
is what makes a node of the search dead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mcts.protocols import NodeContext
from prompts.asking import Asker
from prompts.paper_schema import ExecutionReflection, FormatRepair, NextAction
from webpilot.paper.grammar import Misread, Offer, Understood, understood, usable
from webpilot.roles import Rejection
from webpilot.types import Action

__all__ = ["PaperVerifier"]

REPAIRS = 3
"""Times that one action's form is mended."""
NAMES_ELEMENT = frozenset({"click", "fill"})
"""Kinds whose first argument is an element's bid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperVerifier:
    """Checks actions; a :class:`webpilot.roles.Verifier`."""

    asker: Asker

    async def verify(self, action: Action, context: NodeContext) -> Action | Rejection:
        """Return the action with its current target, or why it must not run; nobody is asked."""
        if action.kind not in NAMES_ELEMENT:
            return action
        bid = action.args[0] if action.args else None
        try:
            return replace(action, target=usable(bid, context.observation))
        except Misread as fault:
            return Rejection(reason=str(fault))

    async def passed(
        self, choice: NextAction, context: NodeContext, offer: Offer
    ) -> Understood | None:
        """Return what ``choice`` means, mended up to three times.

        After that it is a ``noop`` whose intent says that it failed, or ``None`` where the
        benchmark has none. What is mended is the action alone: an answer that is no JSON of the
        right shape is the asker's affair.
        """
        for _ in range(REPAIRS):
            try:
                return understood(choice, context.observation, offer)
            except Misread as fault:
                choice = await self._repaired(choice, context, offer, fault)
        try:
            return understood(choice, context.observation, offer)
        except Misread as fault:
            why = f"failed, no usable action was given: {' '.join(str(fault).split())}"
            return Understood(action=Action(kind="noop", intent=why)) if offer.noop else None

    async def _repaired(
        self, choice: NextAction, context: NodeContext, offer: Offer, fault: Misread
    ) -> NextAction:
        answer = await self.asker.ask(
            "paper/format_repair",
            FormatRepair,
            context=context,
            hints=self.asker.hints.get("verifier", ""),
            offer=offer,
            choice=choice,
            warnings=fault.warnings,
        )
        return choice.model_copy(
            update={
                # An intent is kept once there is one: only its wording could get worse.
                "action_intent": choice.action_intent.strip() or answer.action_intent,
                "action_type": answer.action_type,
                "action_str": answer.action_str,
                "element_info": answer.element_info,
            }
        )

    async def explain(self, context: NodeContext, offer: Offer) -> str:
        """Return why the last action failed and left the page as it was, in the model's words."""
        answer = await self.asker.ask(
            "paper/execution_reflection", ExecutionReflection, context=context, offer=offer
        )
        return answer.execution_reflection.strip()
