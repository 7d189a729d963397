"""A scripted model that walks :class:`mcts.gridworld.GridWorld`, knowing no more than its prompt.

It reads the place off the prompt, looks at its own map, and answers in the schema at hand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from asked import ASSESSMENT, DESCRIPTION, LESSON, VERDICT, planned, proposed, revised, section

from mcts.gridworld import MOVES, Grid, Place
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import Answer, ScriptedLLM

PLACE = re.compile(r"at (\d+),(\d+)( with key)?")
FAR = 99


def place_in(text: str) -> Place:
    found = PLACE.search(text)
    assert found is not None, text
    return Place(int(found[1]), int(found[2]), bool(found[3]))


class GridModel:
    """Answers every purpose; ``noise`` moves wrong on average.

    Args:
        says: for a purpose, what is answered instead; a sequence is used up first.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        noise: float = 0.0,
        seed: int = 0,
        claims: bool = False,
        says: Mapping[str, Answer | list[Answer]] | None = None,
    ) -> None:
        self.llm = ScriptedLLM(self.answer)
        self._grid = grid
        self._noise = noise
        self._seed = seed
        self._claims = claims
        self._says = {
            key: list(value) if isinstance(value, list) else value
            for key, value in (says or {}).items()
        }
        self._usual: dict[str, Callable[[ModelRequest], Answer]] = {
            "describe": lambda request: DESCRIPTION,
            "plan": lambda request: planned("reach the goal"),
            "refine": lambda request: revised("keep"),
            "propose": self._propose,
            "assess": self._assess,
            "complete": lambda request: VERDICT,
            "reflect_attempt": lambda request: LESSON,
        }

    def answer(self, request: ModelRequest) -> Answer:
        said = self._says.get(request.purpose)
        if isinstance(said, list):
            return said.pop(0) if said else self._usual[request.purpose](request)
        return self._usual[request.purpose](request) if said is None else said

    def _far(self, place: Place | None) -> float:
        far = None if place is None else self._grid.distance(place)
        return FAR if far is None else far

    def _propose(self, request: ModelRequest) -> Answer:
        place = place_in(section(request, "Page"))
        if self._claims and self._far(place) == 0:
            return proposed(("done()", 1.0))
        draw = random.Random(f"{self._seed} {place}")
        guess = {
            name: self._far(self._grid.move(place, name)) + draw.gauss(0, self._noise)
            for name in MOVES
        }
        ranked = sorted(guess, key=lambda name: guess[name])
        weights = (0.5, 0.3, 0.15, 0.05)
        moves = zip((f"click('{name}')" for name in ranked), weights, strict=True)
        return proposed(*moves)

    def _assess(self, request: ModelRequest) -> dict[str, Any]:
        place = place_in(section(request, "The page after the step"))
        changes = section(request, "Lines of the page")
        before = place_in(changes) if PLACE.search(changes) else place
        far, was = self._far(place), self._far(before)
        claim = section(request, "The step: a claim")
        promise = 10 * (1 - min(far, self._grid.farthest) / self._grid.farthest)
        return {
            **ASSESSMENT,
            "effectiveness": 10 if far == 0 else 0 if claim else 8 if far < was else 2,
            "promise": promise,
            "done": far == 0,
            "missing": "" if far == 0 else f"{far} moves",
            "child_reflection": f"{far} moves left from here",
            "sibling_reflection": "that led closer" if far < was else "that led away",
            "avoid": self._worse(before, section(request, "Other moves that wait")),
        }

    def _worse(self, before: Place, waiting: str) -> list[str]:
        """The waiting moves that would lead away."""
        here = self._far(before)
        led = {name: self._far(self._grid.move(before, name)) for name in MOVES}
        moves = {f"click('{name}')" for name, far in led.items() if far >= here}
        return [line for line in waiting.splitlines() if line in moves]
