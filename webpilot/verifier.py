"""The Verifier of the ``webpilot`` preset: a look at the page, no call of a model."""

from __future__ import annotations

from mcts.protocols import NodeContext
from webpilot.aiming import aimed
from webpilot.errors import ActionError
from webpilot.roles import Rejection
from webpilot.types import Action

__all__ = ["PageVerifier"]


class PageVerifier:
    """Checks that the element an action names is there and takes input."""

    async def verify(self, action: Action, context: NodeContext) -> Action | Rejection:
        """Return the action with its current target, or why it must not run."""
        try:
            return aimed(action, context.observation)
        except ActionError as error:
            return Rejection(reason=str(error))
