"""Ranks what the skills propose for the clauses that do not hold yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from webpilot.offline.assessment import Assessment, Judge
from webpilot.offline.skills.protocol import Proposal

__all__ = ["ranked_proposals"]

CLEAR = 0.8
"""Score from which a proposal for the first open clause leaves nothing else to consider."""

LATER = 0.5
"""Weight of a proposal for a clause that is not the first open one."""

EARLY = 0.1
"""Weight of a closing action while clauses are still open."""

LAST = 5.0
"""Weight of a closing action when it is the last one left: a part may count, nothing never does."""

STALE = 0.2
"""Weight of the action that was just taken and changed nothing."""


def ranked_proposals(
    judge: Judge, now: Assessment, avoid: frozenset[str] = frozenset()
) -> list[Proposal]:
    """Return the proposals best first, one for each action, none whose string is in ``avoid``.

    The order in which parts of a form are filled makes no difference, so where the first open
    clause has a clear proposal, the search is not offered the same parts in other orders.
    """
    turns = [_proposals(judge, now, position, avoid) for position in now.open]
    first = _unordered(turns[0], event=now.clauses[now.open[0]].event) if turns else []
    last = now.memory.remaining == 1
    if max((proposal.score for proposal in first), default=0.0) >= CLEAR:
        closing = [p for turn in turns[1:] for p in turn if p.closing] if last else []
        listed = [*first, *_weighted(closing, LAST)]
    else:
        later = [p for turn in turns[1:] for p in turn]
        plain = [p for p in later if not p.closing]
        closing = [p for p in later if p.closing]
        listed = [*first, *_weighted(plain, LATER), *_weighted(closing, LAST if last else EARLY)]
    best: dict[str, Proposal] = {}
    for proposal in listed:
        raw = proposal.action.raw
        if raw not in best or best[raw].score < proposal.score:
            best[raw] = proposal
    return sorted(best.values(), key=lambda proposal: -proposal.score)


def _proposals(
    judge: Judge, now: Assessment, position: int, avoid: frozenset[str]
) -> list[Proposal]:
    """Return the proposals for one clause, those that were just found useless at a low score."""
    clause = now.clauses[position]
    made = judge.skill(clause).propose(now.view, clause, now.memory_of(position))
    last = now.memory.last
    stale = last.action if last is not None and not last.changed else None
    return [
        replace(p, score=p.score * STALE) if p.action == stale and p.action.kind != "noop" else p
        for p in made
        if p.action.raw not in avoid
    ]


def _unordered(proposals: list[Proposal], *, event: bool) -> list[Proposal]:
    """Return the proposals, of equally good ones for a state only the first.

    Equally good ways to serve a state are parts of it; equally good deeds are alternatives.
    """
    if event:
        return proposals
    seen: set[float] = set()
    kept = []
    for proposal in proposals:
        if proposal.score not in seen:
            kept.append(proposal)
        seen.add(proposal.score)
    return kept


def _weighted(proposals: Iterable[Proposal], weight: float) -> Iterable[Proposal]:
    """Yield the proposals with their scores multiplied, at most 1."""
    for proposal in proposals:
        yield replace(proposal, score=min(1.0, proposal.score * weight))
