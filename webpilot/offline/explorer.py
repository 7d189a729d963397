"""The Explorer without a language model: ranks what the skills propose for the open clauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mcts.protocols import NodeContext, Reflections
from webpilot.offline.assessment import Assessment, Judge
from webpilot.offline.skills.protocol import Proposal
from webpilot.types import Action, Candidate, Done, Reflection, ReflectionScope

__all__ = ["OfflineExplorer"]

LATER = 0.6
"""Weight of a proposal for a clause that is not the first open one."""

EARLY = 0.1
"""Weight of a closing action while clauses are still open."""


LAST = 5.0
"""Weight of a closing action when it is the last one left: a part may count, nothing never does."""


class OfflineExplorer:
    """Proposes from predicates: what is not yet so, and what could make it so."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return at most ``k`` candidates with priors, best first; a stop where all holds."""
        if context.ended:
            return ()
        now = self._judge.assess(context)
        if now.satisfied:
            return (Candidate(move=Done(reason="every clause holds"), prior=1.0),)
        avoid = _avoided(context)
        ranked = _merge(self._proposals(now), avoid)[:k]
        total = sum(proposal.score for proposal in ranked) or 1.0
        return tuple(
            Candidate(move=p.action, prior=p.score / total, reason=p.reason) for p in ranked
        )

    def _proposals(self, now: Assessment) -> Iterable[Proposal]:
        """Yield every skill's proposals, weighted by whether their turn has come."""
        for turn, position in enumerate(now.open):
            clause = now.clauses[position]
            skill = self._judge.skill(clause)
            for proposal in skill.propose(now.view, clause, now.memory_of(position)):
                weight = 1.0 if turn == 0 else LATER
                if turn > 0 and (proposal.closing or clause.event):
                    weight = LAST if proposal.closing and now.memory.remaining == 1 else EARLY
                yield replace(proposal, score=min(1.0, proposal.score * weight))

    async def reflect(self, context: NodeContext) -> Reflections:
        """Return what is still missing, and which action had no effect."""
        now = self._judge.assess(context)
        missing = "; ".join(now.clauses[position].text for position in now.open)
        child = Reflection(
            scope=ReflectionScope.CHILD,
            text=f"Still missing: {missing}" if missing else "Everything asked for holds.",
        )
        last = now.memory.last
        if last is None or (last.changed and not last.failed):
            return Reflections(child=child)
        why = f"failed: {last.after.last_error}" if last.failed else "changed nothing"
        sibling = Reflection(
            scope=ReflectionScope.SIBLING,
            text=f"{last.action.raw} {why}.",
            avoid=(last.action.raw,),
        )
        return Reflections(child=child, sibling=sibling)

    async def reflect_simulation(self, context: NodeContext) -> Reflection | None:
        """Return the child reflection of the simulated step as its lesson."""
        child = (await self.reflect(context)).child
        if child is None:
            return None
        return Reflection(scope=ReflectionScope.SIMULATION, text=child.text)


def _avoided(context: NodeContext) -> frozenset[str]:
    """Return the action strings that siblings took or that reflections advise against."""
    taken = {n.candidate.move.raw for n in context.siblings if isinstance(n.candidate.move, Action)}
    notes = [note.reflection for note in context.siblings if note.reflection is not None]
    return frozenset(taken.union(*(note.avoid for note in notes)))


def _merge(proposals: Iterable[Proposal], avoid: frozenset[str]) -> list[Proposal]:
    """Return the proposals best first, one for each action, none to avoid."""
    best: dict[str, Proposal] = {}
    for proposal in proposals:
        raw = proposal.action.raw
        if raw not in avoid and (raw not in best or best[raw].score < proposal.score):
            best[raw] = proposal
    return sorted(best.values(), key=lambda proposal: -proposal.score)
