"""What there is to know of a grid, for :class:`webpilot.llm.oracle.NoisyOracleLLM`.

It reads the walker's place off the question, as a model would, and its own map says the rest. It
answers the questions of preset ``webpilot`` about :class:`mcts.gridworld.GridWorld`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcts.gridworld import MOVES, Grid, Place
from webpilot.errors import LLMError
from webpilot.llm.counting import prompt
from webpilot.llm.protocol import ModelRequest

__all__ = ["GridSolution"]

PLACE = re.compile(r"at (\d+),(\d+)( with key)?")
MOVE = re.compile(r"click\('(\w+)'\)")
DONE = "done()"
FAR = 99
"""Stands for the distance from where the goal cannot be reached."""
ODDS = (0.6, 0.2, 0.1, 0.05, 0.05)
"""Probabilities of candidates, best first."""


class GridSolution:
    """A :class:`~webpilot.llm.oracle.Solution` that knows the way.

    Its errors: a plan says that the task is impossible, a proposal puts a move that leads nowhere
    or away first, or an early stop; an assessment turns scores and verdict round and warns of the
    good moves; a verdict is turned round; a lesson says that trying again is pointless.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._answers: Mapping[str, Callable[[ModelRequest, random.Random | None], Any]] = {
            "describe": self._describe,
            "plan": self._plan,
            "refine": self._refine,
            "propose": self._propose,
            "assess": self._assess,
            "complete": self._complete,
            "reflect_attempt": self._lesson,
        }

    def right(self, request: ModelRequest) -> Mapping[str, Any]:
        """Return the right answer.

        Raises:
            LLMError: a grid has no answer to such a question.
        """
        return self._answer(request, None)

    def wrong(self, request: ModelRequest, rng: random.Random) -> Mapping[str, Any]:
        """Return a wrong answer.

        Raises:
            LLMError: a grid has no answer to such a question.
        """
        return self._answer(request, rng)

    def _answer(self, request: ModelRequest, rng: random.Random | None) -> Mapping[str, Any]:
        if request.purpose not in self._answers:
            known = ", ".join(self._answers)
            raise LLMError(f"a grid has no answer to {request.purpose!r}, only to {known}")
        found: Mapping[str, Any] = self._answers[request.purpose](request, rng)
        return found

    def _far(self, place: Place | None) -> int:
        far = None if place is None else self._grid.distance(place)
        return FAR if far is None else far

    def _after(self, place: Place) -> dict[str, int]:
        """Return how far the goal is after each move; a wall leads nowhere."""
        return {name: self._far(self._grid.move(place, name)) for name in MOVES}

    def _describe(self, request: ModelRequest, rng: random.Random | None) -> dict[str, Any]:
        place = _place(_section(request, "Page"))
        if rng is not None:
            others = [
                Place(row, column)
                for row, line in enumerate(self._grid.rows)
                for column, cell in enumerate(line)
                if cell != "#" and (row, column) != (place.row, place.column)
            ]
            place = rng.choice(others)
        controls = "four buttons: up, down, left, right"
        return {"kind": "a maze", "content": place.text, "controls": controls, "status": "walking"}

    def _plan(self, request: ModelRequest, rng: random.Random | None) -> dict[str, Any]:
        possible = rng is None
        walk = {
            "goal": "walk to the goal",
            "expectation": "the walker stands on the goal",
            "necessary_actions": "",
            "needs_answer": False,
        }
        return {
            "reasoning": "the buttons move the walker",
            "possible": possible,
            "impossible_because": "" if possible else "a wall stands round the goal",
            "needs_answer": False,
            "answer_requirements": "",
            "expectation": "the walker stands on the goal",
            "subtasks": [walk] if possible else [],
        }

    def _refine(self, request: ModelRequest, rng: random.Random | None) -> dict[str, Any]:
        possible = rng is None
        return {
            "reasoning": "one way is left" if possible else "every way was tried",
            "decision": "keep" if possible else "impossible",
            "impossible_because": "" if possible else "a wall stands round the goal",
            "subtasks": [],
        }

    def _propose(self, request: ModelRequest, rng: random.Random | None) -> dict[str, Any]:
        place = _place(_section(request, "Page"))
        tried = set(MOVE.findall(_section(request, "Already tried")))
        after = {name: far for name, far in self._after(place).items() if name not in tried}
        at_goal = self._far(place) == 0
        best = min(after.values(), default=FAR)
        if rng is None:
            ranked = sorted((name for name in after if after[name] < FAR), key=after.__getitem__)
            return _proposed([DONE] if at_goal else [_click(name) for name in ranked])
        moves = [_click(name) for name in after]
        bad = [_click(name) for name in after if after[name] > best or best == FAR]
        first = rng.choice(moves if at_goal and moves else [*bad, DONE])
        rest = [move for move in moves if move != first]
        rng.shuffle(rest)
        return _proposed([first, *rest])

    def _assess(self, request: ModelRequest, rng: random.Random | None) -> dict[str, Any]:
        place = _place(_section(request, "The page after the step"))
        changes = _section(request, "Lines of the page")
        before = _place(changes) if PLACE.search(changes) else place
        far, was = self._far(place), self._far(before)
        closer, done = far < was, far == 0
        effectiveness = 10 if done else 8 if closer else 2
        if _section(request, "The step: a claim"):
            effectiveness = 10 if done else 1
        promise = round(10 * (1 - min(far, self._grid.farthest) / self._grid.farthest), 2)
        waiting = MOVE.findall(_section(request, "Other moves that wait"))
        after = self._after(before)
        avoid = {name for name in waiting if after.get(name, FAR) >= was}
        if rng is not None:
            effectiveness, promise = 10 - effectiveness, round(10 - promise, 2)
            closer, done, avoid = not closer, not done, set(waiting) - avoid
        return {
            "description": place.text,
            "changes": f"the walker was {before.text} and is {place.text}",
            "fulfilment": "met" if closer else "not met",
            "effectiveness_reasoning": "closer" if closer else "away, or nowhere",
            "effectiveness": effectiveness,
            "promise_reasoning": "by the way that is left",
            "promise": promise,
            "missing": "" if done else "the rest of the way",
            "done": done,
            "child_reflection": "" if done else "go on along the way",
            "sibling_reflection": "that led closer" if closer else "that led away",
            "avoid": [_click(name) for name in waiting if name in avoid],
        }

    def _complete(self, request: ModelRequest, rng: random.Random | None) -> dict[str, Any]:
        place = _place(_section(request, "The page at the end of the attempt"))
        done = (self._far(place) == 0) is (rng is None)
        return {
            "description": place.text,
            "analysis": "the walker stands on the goal" if done else "the goal is elsewhere",
            "missing": "" if done else "the rest of the way",
            "done": done,
        }

    def _lesson(self, request: ModelRequest, rng: random.Random | None) -> dict[str, Any]:
        worth = rng is None
        return {
            "fail_reason": "the walker left the way" if worth else "there is no way",
            "lesson": "take each move that leads closer" if worth else "nothing else can be done",
            "worth_retrying": worth,
        }


def _section(request: ModelRequest, title: str) -> str:
    """Return what stands below the heading that begins with ``title``; empty if there is none."""
    below = rf"^## {re.escape(title)}[^\n]*\n(.*?)(?=^## |\Z)"
    found = re.search(below, prompt(request), re.DOTALL | re.MULTILINE)
    return found[1].strip() if found else ""


def _place(text: str) -> Place:
    found = PLACE.search(text)
    if found is None:
        raise LLMError("the question shows no place of a grid")
    return Place(int(found[1]), int(found[2]), bool(found[3]))


def _click(name: str) -> str:
    return f"click('{name}')"


def _proposed(moves: Sequence[str]) -> dict[str, Any]:
    candidates = [
        {"reason": "the way to the goal", "action": move, "probability": odds}
        for move, odds in zip(moves, ODDS, strict=False)
    ]
    return {"reasoning": "by the map", "candidates": candidates}
