"""The situations that a searcher is tried in: grids with faults, noise and small budgets."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from mcts.gridworld import Grid, GridWorld
from webpilot.budget import Limits

__all__ = ["GridCase", "grid_cases"]

MANY = Limits(rollouts=24, explored_steps=80)
BOUNDS: tuple[tuple[Limits, int | None], ...] = (
    (MANY, None),
    (MANY, 3),
    (MANY, 0),
    (replace(MANY, rollouts=5), None),
    (replace(MANY, explored_steps=7), None),
    (Limits(rollouts=0), None),
)
"""Budgets, with the actions left."""

ALMOST_ALL = frozenset(f"at {row},{column}" for row in range(4) for column in range(5)) - {"at 0,0"}
WORLDS: Mapping[str, Callable[[], GridWorld]] = {
    "the maze": GridWorld,
    "a maze that ends at its goal": lambda: GridWorld(goal_ends=True),
    "a maze where some pages drift": lambda: GridWorld(
        drifting=frozenset({"at 0,1", "at 0,2", "at 1,2", "at 3,2 with key"}), drift_from=2
    ),
    "a maze where nearly all pages drift": lambda: GridWorld(drifting=ALMOST_ALL),
    "a maze whose start drifts": lambda: GridWorld(drifting=frozenset({"at 0,0"}), drift_from=3),
    "a maze with failing buttons": lambda: GridWorld(
        failing=frozenset({("at 0,0", "right"), ("at 1,2", "down")})
    ),
    "a grid with traps": lambda: GridWorld(Grid("S.X\n.#.\n..G")),
    "a goal walled in": lambda: GridWorld(Grid("S.#G")),
    "a browser that is lost": lambda: GridWorld(lost_at=3),
}
DRAWS = ((1, 0.0), (2, 2.0), (3, 4.0))
"""Seeds, each with the noise of policy and appraiser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCase:
    """One situation."""

    place: str
    """Key of :data:`WORLDS`."""
    limits: Limits
    left: int | None
    """Actions left at the root."""
    seed: int
    """With an even one the policy proposes to stop at the goal."""
    noise: float
    """Standard deviation, in steps for the policy and in points for the appraiser."""

    def __str__(self) -> str:
        spent = ", ".join(
            f"{key} {limit}"
            for key in ("rollouts", "explored_steps")
            if (limit := getattr(self.limits, key)) is not None
        )
        left = "" if self.left is None else f", {self.left} actions left"
        return f"[{self.place}, seed {self.seed}, noise {self.noise:g}, {spent}{left}]"

    def world(self) -> GridWorld:
        """Return the situation's world, fresh."""
        return WORLDS[self.place]()


def grid_cases() -> Iterator[GridCase]:
    """Yield every situation, the plain ones first."""
    for place, (limits, left), (seed, noise) in itertools.product(WORLDS, BOUNDS, DRAWS):
        yield GridCase(place=place, limits=limits, left=left, seed=seed, noise=noise)
