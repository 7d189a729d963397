"""Keys and gestures that a goal names: Enter, Escape, hovering, double and right clicks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from webpilot.offline.actions import double_click_at, mouse_move, press
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.finding import ranked
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import Target, read_target
from webpilot.types import Action

__all__ = ["Gesture", "Keys", "Strike"]

NAMES = {
    "enter": "Enter",
    "return": "Enter",
    "escape": "Escape",
    "esc": "Escape",
    "tab": "Tab",
    "space": "Space",
    "spacebar": "Space",
    "backspace": "Backspace",
    "delete": "Delete",
    "up": "ArrowUp",
    "down": "ArrowDown",
    "left": "ArrowLeft",
    "right": "ArrowRight",
}
"""Keys by what people call them."""
KEY = re.compile(
    rf"^(?:and\s+)?(?:press|hit|strike)\s+(?:the\s+)?[\"']?({'|'.join(NAMES)})[\"']?"
    r"(?P<noun>\s+arrow)?(?P<key>\s+(?:key|on (?:the|your) keyboard))?[.!]?$",
    re.IGNORECASE,
)
SURE = frozenset({"enter", "return", "escape", "esc"})
"""Names that mean a key even without the word."""
GESTURE = re.compile(
    r"^(?:and\s+)?(?P<how>hover|move (?:the|your) (?:mouse|pointer|cursor)|double[- ]?click"
    r"|right[- ]?click)\s+(?:over|on|to|onto|above)?\s*(?P<what>.+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike(Clause):
    """A key must be pressed."""

    event: ClassVar[bool] = True

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture(Clause):
    """The pointer must do something else than click on a thing."""

    event: ClassVar[bool] = True

    how: str
    """``hover``, ``double`` or ``right``."""
    target: Target


class Keys:
    """Presses keys and makes gestures."""

    name = "keys"
    clause_types: tuple[type[Clause], ...] = (Strike, Gesture)

    def read(self, piece: Piece) -> Reading | None:
        """Return the key or the gesture that the piece names."""
        key = KEY.match(piece.text)
        if key and (key.group("key") or key.group("noun") or key.group(1).lower() in SURE):
            clause: Clause = Strike(text=piece.text, key=NAMES[key.group(1).lower()])
            return Reading(clauses=(clause,), confidence=0.92)
        gesture = GESTURE.match(piece.text)
        if gesture is None or piece.whole:
            return None
        word = gesture.group("how").lower()
        how = "hover" if word.startswith(("hover", "move")) else word.split("-")[0].split()[0]
        how = how.removesuffix("click")
        clause = Gesture(text=piece.text, how=how, target=read_target(gesture.group("what")))
        return Reading(clauses=(clause,), confidence=0.75)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the key was pressed or the gesture made."""
        for position, step in enumerate(memory.steps):
            if isinstance(clause, Strike) and step.action == press(clause.key):
                return 1.0
            if isinstance(clause, Gesture):
                past = Memory(steps=memory.steps[:position])
                meant = _moves(step.before, clause, past)[:1]
                if any(step.action == action for _, action, _ in meant):
                    return 1.0
        return 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the key, or the gesture on what answers to the target."""
        if isinstance(clause, Strike):
            yield Proposal(action=press(clause.key), score=0.9, reason=f"presses {clause.key}")
        if isinstance(clause, Gesture):
            for mark, action, node in _moves(view, clause, memory):
                reason = f"'{node.label}' answers to '{clause.target.text}'"
                yield Proposal(action=action, score=mark, reason=reason)


def _moves(view: PageView, clause: Gesture, memory: Memory) -> list[tuple[float, Action, Node]]:
    """Return the gesture on each answer to the target, best first."""
    return [
        (mark, _move(view, clause.how, node), node)
        for mark, node in ranked(view, clause.target, memory)[:3]
    ]


def _move(view: PageView, how: str, node: Node) -> Action:
    """Return the gesture on one node."""
    if how == "double":
        return double_click_at(view, *node.center)
    if how == "right" and node.marked:
        return Action(kind="click", args=(node.bid, "right"), target=node.element)
    return mouse_move(view, *node.center)
