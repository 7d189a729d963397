"""The Verifier without a language model: refuses what cannot work before it is tried."""

from __future__ import annotations

from mcts.protocols import NodeContext
from webpilot.aiming import aimed
from webpilot.errors import ActionError
from webpilot.roles import Rejection
from webpilot.types import Action

__all__ = ["OfflineVerifier"]


class OfflineVerifier:
    """Checks that the target is there and takes input, and that a dead end is not tried again."""

    async def verify(self, action: Action, context: NodeContext) -> Action | Rejection:
        """Return the action with its current target, or why it must not run."""
        try:
            found = aimed(action, context.observation)
        except ActionError as error:
            return Rejection(reason=str(error))
        if _repeats_a_dead_end(action, context):
            return Rejection(reason=f"{action.raw} just changed nothing")
        return found


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
