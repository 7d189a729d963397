"""Roles for :class:`mcts.gridworld.GridWorld`: they know the map, seen through seeded noise."""

from __future__ import annotations

import math

from mcts.gridworld import MOVES, Grid
from mcts.node import move_key
from mcts.protocols import NodeContext
from webpilot.types import (
    Action,
    Appraisal,
    Candidate,
    Completion,
    Done,
    Effect,
    Reflection,
    ReflectionScope,
)

__all__ = ["GridAppraiser", "GridPolicy", "GridReflector"]

UNREACHABLE = 99.0


class GridPolicy:
    """Ranks the four moves by distance to the goal, ``noise`` moves wrong on average.

    Args:
        grid: the map.
        noise: standard deviation added to each move's distance.
        stops: propose to stop at the goal.
    """

    def __init__(self, grid: Grid, *, noise: float = 0.0, stops: bool = False) -> None:
        self.asked: list[NodeContext] = []
        """Every context it was asked about, in order."""
        self._grid = grid
        self._noise = noise
        self._stops = stops

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        """Return the ``k`` most promising moves that no note speaks against, with priors."""
        self.asked.append(context)
        place = self._grid.place(context.observation)
        if self._stops and self._grid.distance(place) == 0:
            return (Candidate(move=Done(reason="at the goal"), prior=1.0),)
        known = {move_key(note.candidate.move) for note in context.siblings}
        guesses = context.rng("policy").normal(0.0, self._noise, len(MOVES))
        ranked: list[tuple[float, Action]] = []
        for name, guess in zip(MOVES, guesses, strict=True):
            after = self._grid.move(place, name)
            far = None if after is None else self._grid.distance(after)
            action = self._grid.button(name)
            if action.raw not in known:
                ranked.append(((UNREACHABLE if far is None else far) + float(guess), action))
        ranked.sort(key=lambda pair: pair[0])
        nearest = ranked[0][0] if ranked else 0.0
        weights = [math.exp(nearest - far) for far, _ in ranked]
        return tuple(
            Candidate(move=action, prior=weight / sum(weights), reason=f"{far:.2f} moves left")
            for weight, (far, action) in list(zip(weights, ranked, strict=True))[:k]
        )


class GridAppraiser:
    """Scores a page by the distance left and by whether the last step shortened it."""

    def __init__(self, grid: Grid, *, noise: float = 0.0) -> None:
        self.asked: list[NodeContext] = []
        """Every context it appraised, in order."""
        self._grid = grid
        self._noise = noise

    def _far(self, context: NodeContext, previous: bool = False) -> int | None:
        page = context.previous if previous else context.observation
        return self._grid.distance(self._grid.place(page))

    async def appraise(self, context: NodeContext) -> Appraisal:
        """Return the scores; unscored where the goal cannot be reached any more."""
        self.asked.append(context)
        far, before = self._far(context), self._far(context, previous=True)
        if far is None:
            return Appraisal(effectiveness=None, future_promise=None, reason="no way on")
        noise = float(context.rng("appraiser").normal(0.0, self._noise)) if self._noise else 0.0
        promise = 10.0 * (1.0 - far / max(1, self._grid.farthest)) + noise
        closer = before is None or far < before
        return Appraisal(
            effectiveness=10.0 if far == 0 else 8.0 if closer else 2.0,
            future_promise=min(10.0, max(0.0, promise)),
            reason=f"{far} moves left",
        )

    async def completed(self, context: NodeContext) -> Completion:
        """Return whether the page shows the goal."""
        far = self._far(context)
        return Completion(done=far == 0, reason="at the goal" if far == 0 else f"{far} moves left")


class GridReflector:
    """Advises against moves that led away."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid

    async def describe(self, context: NodeContext) -> Effect | None:
        """Return where the move led."""
        return Effect(
            description=context.observation.title,
            changes=f"was {context.previous.title}",
            fulfilment="failed" if context.observation.last_error else "moved",
        )

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        """Return the lesson of the last move; a simulated one only where it led away."""
        last = context.history[-1].action if context.history else None
        far = self._grid.distance(self._grid.place(context.observation))
        before = self._grid.distance(self._grid.place(context.previous))
        worse = far is None or (before is not None and far >= before)
        avoid = (last.raw,) if last is not None and worse else ()
        if scope is ReflectionScope.CHILD:
            return Reflection(scope=scope, text=f"{far} moves left from here.")
        if scope is ReflectionScope.SIMULATION and not avoid:
            return None
        text = "That led away." if worse else "That led closer."
        return Reflection(scope=scope, text=text, avoid=avoid)
