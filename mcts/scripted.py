"""Roles that say what they are told to, page by page: for tests and for teaching."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mcts.protocols import NodeContext
from webpilot.types import (
    Action,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Outcome,
    Reflection,
    ReflectionScope,
)

__all__ = ["ScriptedAppraiser", "ScriptedPolicy", "ScriptedReflector"]


class ScriptedPolicy:
    """Gives prepared answers; each call on a page takes that page's next one.

    Args:
        answers: for a page's title, the moves of each call, best first, with even priors.
    """

    def __init__(self, answers: Mapping[str, Sequence[Sequence[Action | Outcome]]]) -> None:
        self.asked: list[NodeContext] = []
        """Every context it was asked about, in order."""
        self._answers = answers
        self._calls: Counter[str] = Counter()

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return the next answer for the page, cut to ``k``; nothing where none is left."""
        self.asked.append(context)
        title = context.observation.title
        answers = self._answers.get(title, ())
        call = self._calls[title]
        self._calls[title] += 1
        moves = answers[call][:k] if call < len(answers) else ()
        return tuple(Candidate(move=move, prior=1 / len(moves)) for move in moves)


class ScriptedAppraiser:
    """Gives prepared scores.

    Args:
        scores: for a page's title, both facets in [0, 10]; ``None`` or no entry is unscored.
        done: titles of pages where the subtask is complete.
        believes: whether a proposed stop is judged complete too.
    """

    def __init__(
        self,
        scores: Mapping[str, float | None],
        *,
        done: frozenset[str] = frozenset(),
        believes: bool = False,
    ) -> None:
        self.asked: list[NodeContext] = []
        """Every context it appraised, in order."""
        self._scores = scores
        self._done = done
        self._believes = believes

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return the page's score for both facets."""
        self.asked.append(context)
        points = self._scores.get(context.observation.title)
        return Appraisal(effectiveness=points, future_promise=points)

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether the page, or the stop proposed on it, counts as complete."""
        claimed = context.claim is not None and self._believes
        done = claimed or context.observation.title in self._done
        return Completion(done=done, reason="complete" if done else "not there yet")


class ScriptedReflector:
    """Advises against prepared actions.

    Args:
        avoid: for a page's title, the action strings that its lessons name; pages without an
            entry give no lesson at all.
    """

    def __init__(self, avoid: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.asked: list[NodeContext] = []
        """Every context it reflected on, in order."""
        self._avoid = avoid or {}

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return the page's title as what the action did."""
        return Effect(description=context.observation.title)

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return the page's lesson."""
        if scope is not ReflectionScope.SIMULATION and self.asked[-1:] != [context]:
            self.asked.append(context)
        title = context.observation.title
        if title not in self._avoid:
            return None
        return Reflection(scope=scope, text=f"lesson of {title}", avoid=self._avoid[title])
