"""The Verifier without a language model: refuses what cannot work before it is tried."""

from __future__ import annotations

from mcts.protocols import NodeContext
from webpilot.roles import Rejection
from webpilot.types import Action

__all__ = ["OfflineVerifier"]

NAMES_ELEMENT = frozenset({"click", "dblclick", "fill"})
"""Kinds whose first argument is an element's bid."""


class OfflineVerifier:
    """Checks that the target is there and takes input, and that a dead end is not tried again."""

    async def verify(self, action: Action, context: NodeContext) -> Action | Rejection:
        """Return the action with its current target, or why it must not run."""
        target = None
        if action.kind in NAMES_ELEMENT:
            bid = action.args[0] if action.args else None
            seen = {e.bid for e in context.observation.elements}
            seen |= {cue.bid for cue in context.observation.cues}
            if not isinstance(bid, str) or bid not in seen:
                return Rejection(reason=f"no element {bid!r} on the page")
            target = context.observation.element(bid)
            if target is not None and dict(target.states).get("disabled", "false") != "false":
                return Rejection(reason=f"element {bid!r} is disabled")
        if _repeats_a_dead_end(action, context):
            return Rejection(reason=f"{action.raw} just changed nothing")
        return Action(kind=action.kind, args=action.args, target=target, intent=action.intent)


def _repeats_a_dead_end(action: Action, context: NodeContext) -> bool:
    """Return whether the last action was the same one, twice over, without any effect.

    Once is let pass: pages that react late look unchanged after the first time.
    """
    if len(context.history) < 2:
        return False
    last, earlier = context.history[-1], context.history[-2]
    return (
        last.action == action == earlier.action
        and last.observation.fingerprint == earlier.observation.fingerprint
    )
