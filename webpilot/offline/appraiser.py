"""The Appraiser without a language model: gain in predicate degrees, and what was checked.

It reads the page and the executed actions, never whether the page has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from mcts.protocols import NodeContext
from webpilot.offline.assessment import Assessment, Judge
from webpilot.offline.clauses import quoted
from webpilot.offline.proposing import ranked_proposals
from webpilot.offline.skills.guessing import Unread
from webpilot.types import Appraisal, Completion

__all__ = ["Evidence", "OfflineAppraiser"]

CHECKED, SUPPORT, WEAKEST, STRINGS = 0.55, 0.15, 0.2, 0.1
"""What the parts of the evidence weigh in the promise; they sum to 1."""


WORTH_TRYING = 0.2
"""Score from which a proposal is something left to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a state may be believed to lead to the goal; every field in [0, 1]."""

    checked: float
    """Mean degree of the clauses, each judged on the page just before it was closed."""
    support: float
    """Mean score that the skills gave the executed actions before they ran."""
    weakest: float
    """Lowest such score."""
    strings: float
    """Share of the goal's quoted strings that the actions used."""

    @property
    def promise(self) -> float:
        """How likely the goal is reached from here, in [0, 1]."""
        return (
            CHECKED * self.checked
            + SUPPORT * self.support
            + WEAKEST * self.weakest
            + STRINGS * self.strings
        )


class OfflineAppraiser:
    """Scores a node by the goal's clauses as the page shows them."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return effectiveness of the last action and the promise of the state."""
        now = self._judge.assess(context)
        chain = self._chain(now)
        evidence = self._evidence(context.goal, now, chain)
        before = chain[-2] if len(chain) > 1 else None
        promise = evidence.promise
        forced = before is not None and (_spent(now) or self._stuck(before))
        if now.premature and not forced:
            promise *= 0.5
        elif not now.premature and not now.satisfied and (_spent(now) or self._stuck(now)):
            promise *= 0.3
        if any(isinstance(clause, Unread) for clause in now.clauses):
            promise *= 0.8
        return Appraisal(
            effectiveness=round(_effectiveness(now, before, forced=forced), 3),
            future_promise=round(10.0 * promise, 3),
            reason=_words(now, evidence),
        )

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether every clause holds."""
        now = self._judge.assess(context)
        if now.satisfied:
            return Completion(done=True, reason="every clause holds")
        missing = "; ".join(now.clauses[position].text for position in now.open)
        return Completion(done=False, reason=f"open: {missing}" if missing else "goal not read")

    def _stuck(self, state: Assessment) -> bool:
        """Return whether nothing is left to try but to close what is not finished."""
        listed = ranked_proposals(self._judge, state)
        return not state.satisfied and not any(
            not p.closing and p.score >= WORTH_TRYING for p in listed
        )

    def _chain(self, now: Assessment) -> list[Assessment]:
        """Return the assessments of every state on the way, the node's own last."""
        chain = [now]
        while (before := self._judge.before_last(chain[0])) is not None:
            chain.insert(0, before)
        return chain

    def _evidence(self, goal: str, now: Assessment, chain: list[Assessment]) -> Evidence:
        """Return what speaks for the state."""
        scores = []
        for state, step in zip(chain, now.memory.steps, strict=False):
            listed = {p.action.raw: p.score for p in ranked_proposals(self._judge, state)}
            scores.append(listed.get(step.action.raw, 0.0))
        strings = quoted(goal)
        shown = " ".join(
            f"{step.action.args} {step.target.label if step.target else ''}"
            for step in now.memory.steps
        ).lower()
        used = sum(text.lower() in shown for text in strings)
        return Evidence(
            checked=now.progress,
            support=sum(scores) / len(scores) if scores else 0.5,
            weakest=min(scores, default=0.5),
            strings=used / len(strings) if strings else 1.0,
        )


def _effectiveness(now: Assessment, before: Assessment | None, *, forced: bool) -> float:
    """Return what the last action gained, in [0, 10]; 5 is a change that helped no clause yet.

    ``forced`` says that closing unfinished work was all that was left to do.
    """
    last = now.memory.last
    if last is None or before is None:
        return 5.0
    if last.failed:
        return 0.0
    if now.premature and not before.premature:
        return 7.0 if forced else 1.0
    if _spent(now) and not now.satisfied:
        return 1.0
    gain = now.progress - before.progress
    if gain > 0:
        return 10.0 if now.satisfied else 8.0 + 2.0 * gain
    if not last.changed:
        return 1.0
    return 5.0 if gain == 0 else 2.0


def _spent(now: Assessment) -> bool:
    """Return whether no action is left: then closing with a part done is the best there is."""
    return now.memory.remaining == 0


def _words(now: Assessment, evidence: Evidence) -> str:
    """Return the appraisal in a line."""
    held = len(now.clauses) - len(now.open)
    early = ", closed too early" if now.premature else ""
    return (
        f"{held} of {len(now.clauses)} requirements hold{early}; "
        f"actions expected at {evidence.support:.2f}, the weakest at {evidence.weakest:.2f}"
    )
