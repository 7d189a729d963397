"""Ranks what the skills propose for the clauses that do not hold yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from webpilot.offline.assessment import Assessment, Judge
from webpilot.offline.skills.protocol import Proposal

__all__ = ["ranked_proposals"]

LATER = 0.6
"""Weight of a proposal for a clause that is not the first open one."""

EARLY = 0.1
"""Weight of a closing action while clauses are still open."""

LAST = 5.0
"""Weight of a closing action when it is the last one left: a part may count, nothing never does."""


def ranked_proposals(judge: Judge, now: Assessment) -> list[Proposal]:
    """Return the proposals best first, one for each action, weighted by whose turn it is."""
    best: dict[str, Proposal] = {}
    for proposal in _weighted(judge, now):
        raw = proposal.action.raw
        if raw not in best or best[raw].score < proposal.score:
            best[raw] = proposal
    return sorted(best.values(), key=lambda proposal: -proposal.score)


def _weighted(judge: Judge, now: Assessment) -> Iterable[Proposal]:
    """Yield every skill's proposals for the open clauses."""
    for turn, position in enumerate(now.open):
        clause = now.clauses[position]
        for proposal in judge.skill(clause).propose(now.view, clause, now.memory_of(position)):
            weight = 1.0 if turn == 0 else LATER
            if turn > 0 and (proposal.closing or clause.event):
                weight = LAST if proposal.closing and now.memory.remaining == 1 else EARLY
            yield replace(proposal, score=min(1.0, proposal.score * weight))
