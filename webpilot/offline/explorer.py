"""The Explorer without a language model: proposes from predicates and says what is missing."""

from __future__ import annotations

from mcts.protocols import NodeContext
from webpilot.offline.assessment import Judge
from webpilot.offline.proposing import ranked_proposals
from webpilot.types import Action, Candidate, Done, Effect, Reflection, ReflectionScope

__all__ = ["OfflineExplorer"]


SHARPNESS = 3
"""Exponent that turns scores into priors: a clear favourite gets nearly all."""


class OfflineExplorer:
    """Proposes from predicates: what is not yet so, and what could make it so."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` candidates, best first; a stop where all holds."""
        if context.ended:
            return ()
        now = self._judge.assess(context)
        if now.satisfied:
            return (Candidate(move=Done(reason="every clause holds"), prior=1.0),)
        avoid = _avoided(context)
        ranked = ranked_proposals(self._judge, now, avoid)[:k]
        weights = [proposal.score**SHARPNESS for proposal in ranked]
        total = sum(weights) or 1.0
        return tuple(
            Candidate(move=proposal.action, prior=weight / total, reason=proposal.reason)
            for proposal, weight in zip(ranked, weights, strict=True)
        )

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return ``None``: the predicates read the page itself."""
        return None

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return what is still missing, or for siblings which action had no effect."""
        now = self._judge.assess(context)
        if scope is not ReflectionScope.SIBLING:
            missing = "; ".join(now.clauses[position].text for position in now.open)
            text = f"Still missing: {missing}" if missing else "Everything asked for holds."
            return Reflection(scope=scope, text=text)
        last = now.memory.last
        if last is None or (last.changed and not last.failed):
            return None
        why = f"failed: {last.after.last_error}" if last.failed else "changed nothing"
        return Reflection(scope=scope, text=f"{last.action.raw} {why}.", avoid=(last.action.raw,))


def _avoided(context: NodeContext) -> frozenset[str]:
    """Return the action strings that siblings took or that reflections advise against."""
    taken = {n.candidate.move.raw for n in context.siblings if isinstance(n.candidate.move, Action)}
    notes = [note.reflection for note in context.siblings if note.reflection is not None]
    return frozenset(taken.union(*(note.avoid for note in notes)))
