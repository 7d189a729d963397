"""Clicking things one after the other in the order of what they show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from webpilot.offline.actions import click, mouse_click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.memory import Memory, Step
from webpilot.offline.page import Node, PageView
from webpilot.offline.repetition import alike
from webpilot.offline.skills.protocol import Proposal
from webpilot.types import Action

__all__ = ["InOrder", "Ordering"]

COMMAND = re.compile(
    r"\b(?:click|press|tap|select)\b.*\b(?P<way>ascending|descending|increasing|decreasing"
    r"|numerical|alphabetical|smallest to (?:largest|biggest)|largest to smallest)\b",
    re.IGNORECASE,
)
FALLING = re.compile(r"descending|decreasing|largest to", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class InOrder(Clause):
    """Every numbered thing must be clicked, in order."""

    event: ClassVar[bool] = True

    falling: bool
    letters: bool


class Ordering:
    """Clicks like things in the order of their numbers or letters."""

    name = "ordering"
    clause_types: tuple[type[Clause], ...] = (InOrder,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the order in which things are to be clicked."""
        match = COMMAND.search(piece.text)
        if match is None or piece.whole:
            return None
        way = match.group("way")
        letters = way.lower().startswith("alpha")
        clause = InOrder(text=piece.text, falling=bool(FALLING.search(way)), letters=letters)
        return Reading(clauses=(clause,), confidence=0.85)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the things that were clicked in order."""
        assert isinstance(clause, InOrder)
        first = memory.steps[0].before if memory.steps else view
        due = [name for name, _ in _things(first, clause)]
        made = [name for step in memory.steps if (name := _hit(step, clause)) is not None]
        right = 0
        for wanted, clicked in zip(due, made, strict=False):
            if wanted != clicked:
                break
            right += 1
        return right / len(due) if due else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the click on the next thing in order."""
        assert isinstance(clause, InOrder)
        made = {name for step in memory.steps if (name := _hit(step, clause)) is not None}
        for name, node in _things(view, clause):
            if name not in made:
                reason = f"'{name}' is next in order"
                yield Proposal(action=_press(view, node), score=0.93, reason=reason)
                return


def _press(view: PageView, node: Node) -> Action:
    """Return a click on the node, with the mouse for what has no role of its own."""
    if node.clickable and node.marked:
        return click(view, node)
    return mouse_click(view, *node.center)


def _things(view: PageView, clause: InOrder) -> list[tuple[str, Node]]:
    """Return name and node of what shows a single number (or word), in the asked order."""
    shown = [(node.text.strip(), node) for node in view.texts if node.tag != "label"]
    if clause.letters:
        named = [(text, node) for text, node in shown if node.clickable and text.isalpha()]
        return sorted(named, key=lambda pair: pair[0].lower(), reverse=clause.falling)
    single = [node for text, node in shown if re.fullmatch(r"-?\d+(?:\.\d+)?", text)]
    numbers = [(node.text.strip(), node) for group in alike(single)[:1] for node in group]
    return sorted(numbers, key=lambda pair: float(pair[0]), reverse=clause.falling)


def _hit(step: Step, clause: InOrder) -> str | None:
    """Return the name of the thing a step clicked, or ``None``."""
    for name, node in _things(step.before, clause):
        if step.action == _press(step.before, node):
            return name
    return None
