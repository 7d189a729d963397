"""The Appraiser without a language model: gain in predicate degrees, and what was checked."""

from __future__ import annotations

from mcts.protocols import NodeContext
from webpilot.offline.assessment import Assessment, Judge
from webpilot.types import Appraisal, Completion

__all__ = ["OfflineAppraiser"]


class OfflineAppraiser:
    """Scores a node by the goal's clauses as the page shows them."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return effectiveness of the last action and the promise of the state."""
        now = self._judge.assess(context)
        before = self._judge.before_last(now)
        effect = 5.0 if before is None else _effectiveness(now, before)
        promise = 10.0 * now.progress
        return Appraisal(
            effectiveness=effect,
            future_promise=promise,
            reason=f"{len(now.open)} of {len(now.clauses)} clauses open",
        )

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether every clause holds."""
        now = self._judge.assess(context)
        if now.satisfied:
            return Completion(done=True, reason="every clause holds")
        return Completion(
            done=False, reason="; ".join(now.clauses[position].text for position in now.open)
        )


def _effectiveness(now: Assessment, before: Assessment) -> float:
    """Return the gain of the last action on the scale 0-10."""
    last = now.memory.last
    if last is not None and last.failed:
        return 0.0
    if last is not None and not last.changed:
        return 1.0
    gain = now.progress - before.progress
    return max(0.0, min(10.0, 5.0 + 10.0 * gain))
