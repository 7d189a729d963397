"""Thin adapters from the agent's six roles to the protocols of the search core (decision 18)."""

from __future__ import annotations

from dataclasses import dataclass

from mcts.protocols import NodeContext
from webpilot.roles import Explorer, Rejection, Verifier
from webpilot.types import Action, Candidate

__all__ = ["VerifiedPolicy"]


@dataclass(frozen=True, slots=True)
class VerifiedPolicy:
    """The Explorer's proposals, each passed by the Verifier before the search may try it.

    Implements :class:`mcts.protocols.Policy`. A rejected action is left out and never runs; a
    repaired one replaces the proposal.
    """

    explorer: Explorer
    verifier: Verifier

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` verified candidates, best first."""
        proposals = await self.explorer.propose(context, k)
        verified = [await self._verified(candidate, context) for candidate in proposals]
        return tuple(candidate for candidate in verified if candidate is not None)

    async def _verified(self, candidate: Candidate, context: NodeContext) -> Candidate | None:
        if not isinstance(candidate.move, Action):
            return candidate
        checked = await self.verifier.verify(candidate.move, context)
        if isinstance(checked, Rejection):
            return None
        return Candidate(move=checked, prior=candidate.prior, reason=candidate.reason)
