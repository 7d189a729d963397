"""What the mouse did so far, in CSS pixels: clicks, presses still held, finished drags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import mouse_down, mouse_move, mouse_up
from webpilot.offline.geometry import Point, distance, holds
from webpilot.offline.memory import Memory, Step
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Drag", "Move", "carried", "clicks", "drags", "held", "point", "under_way"]

LATER_MOVE = 0.25
"""Weight of a drag that another one comes before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drag:
    """A finished drag: where the button went down and where it came up."""

    start: Point
    end: Point
    before: PageView
    """The page before the button went down."""
    moved: bool
    """Something lies elsewhere than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A drag to make."""

    start: Point
    end: Point
    reason: str
    score: float = 0.9
    """How likely it serves, in [0, 1]."""


def point(step: Step) -> Point | None:
    """Return where a mouse action took place, or ``None`` for another action."""
    arguments = step.action.args
    if not step.action.kind.startswith("mouse_") or len(arguments) < 2:
        return None
    x, y = arguments[0], arguments[1]
    if isinstance(x, int | float) and isinstance(y, int | float):
        return (x / step.before.scale, y / step.before.scale)
    return None


def clicks(memory: Memory) -> tuple[tuple[Point, Step], ...]:
    """Return the points clicked by coordinates, with their steps, in order."""
    found = []
    for step in memory.steps:
        where = point(step)
        if step.action.kind == "mouse_click" and where is not None and not step.failed:
            found.append((where, step))
    return tuple(found)


def held(memory: Memory) -> tuple[Point, PageView, int] | None:
    """Return where the button was pressed, the page before, and the moves since, while it is held.

    ``None`` when the button is up.
    """
    for moves, step in enumerate(reversed(memory.steps)):
        if step.action.kind == "mouse_down":
            where = point(step)
            return None if where is None or step.failed else (where, step.before, moves)
        if step.action.kind != "mouse_move":
            return None
    return None


def drags(memory: Memory) -> tuple[Drag, ...]:
    """Return the finished drags in order."""
    found: list[Drag] = []
    for position, step in enumerate(memory.steps):
        end = point(step)
        if step.action.kind != "mouse_up" or end is None:
            continue
        begun = held(Memory(steps=memory.steps[:position]))
        if begun is not None:
            moved = _layout(begun[1]) != _layout(step.after)
            found.append(Drag(start=begun[0], end=end, before=begun[1], moved=moved))
    return tuple(found)


def _under(where: Point, node: Node) -> bool:
    return node.box is not None and holds(node.box, where)


def _layout(view: PageView) -> list[tuple[str, str, object]]:
    """Return where everything lies; what moves leaves no other trace on many pages."""
    return [(node.tag, node.text, node.box) for node in view.visible]


def under_way(degree: float, memory: Memory, moves: Iterable[Move], share: float) -> float:
    """Return a clause's degree while the button is held: never done, a little on when it is due.

    ``share`` is what one finished drag adds.
    """
    begun = held(memory)
    if begun is None:
        return degree
    due = any(distance(move.start, begun[0]) < 1 for move in moves)
    return min(0.95, degree + 0.4 * share) if due else min(0.9, degree)


def carried(view: PageView, memory: Memory, moves: Iterable[Move]) -> Iterable[Proposal]:
    """Yield the next pointer action of each of the moves that fit the present state.

    With the button up that is the press; with it down, the release where the move that began there
    ends. A widget that did not follow one jump is given moves in between at the next attempt.
    """
    begun = held(memory)
    if begun is None:
        # a drag begun with two actions left would leave none for the control that commits
        late = 0.1 if memory.remaining is not None and memory.remaining <= 2 else 1.0
        for rank, move in enumerate(moves):
            press = mouse_down(view, *move.start)
            # in which order things are dragged seldom matters: one order is enough to try
            turn = 1.0 if rank == 0 else LATER_MOVE
            yield Proposal(action=press, score=turn * late * move.score, reason=move.reason)
        return
    start, _, made = begun
    stubborn = sum(1 for d in drags(memory) if distance(d.start, start) < 1 and not d.moved)
    if any(n.attributes.get("draggable") == "true" and _under(start, n) for n in view.visible):
        # the browser's own drag and drop begins with a move, not with the press
        stubborn = max(stubborn, 1)
    due = [move for move in moves if distance(move.start, start) <= 1]
    last = point(memory.steps[-1])
    if not due and last is not None:
        # what is held has come where it belongs, or what it was held for is gone
        yield Proposal(action=mouse_up(view, *last), score=0.8, reason="lets go")
    for move in due:
        if made < min(2, stubborn):
            middle = ((start[0] + move.end[0]) / 2, (start[1] + move.end[1]) / 2)
            where = middle if made == 0 and stubborn > 1 else move.end
            step = mouse_move(view, *where)
            yield Proposal(action=step, score=0.95 * move.score, reason=move.reason)
        release = mouse_up(view, *move.end)
        score = move.score if made >= min(2, stubborn) else 0.5 * move.score
        yield Proposal(action=release, score=score, reason=move.reason)
        if made == 0 and not stubborn:
            nudge = mouse_move(view, *move.end)
            yield Proposal(action=nudge, score=0.35 * move.score, reason=f"slowly: {move.reason}")
