"""Where a typed text still waits for its Enter: one action of the paper is two of ours."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcts.protocols import NodeContext
from webpilot.types import Action

__all__ = ["ENTER", "Entering"]

ENTER = Action(kind="keyboard_press", args=("Enter",), intent="enter what was typed")


@dataclass(frozen=True, slots=True)
class Entering:
    """The places where Enter comes next, as ways from the fresh page: no clock, no node, no chance.

    One for all roles of an episode, so that the Appraiser knows what the Explorer has yet to do.
    """

    _waiting: set[tuple[str, ...]] = field(default_factory=set)

    def note(self, context: NodeContext, action: Action, enter: bool) -> None:
        """Return ``None``; after ``action`` at this node Enter comes next, or does not.

        What the node has tried already keeps what was said of it then.
        """
        if any(action == note.candidate.move for note in context.siblings):
            return
        way = (*_way(context), action.raw)
        if enter:
            self._waiting.add(way)
        else:
            self._waiting.discard(way)

    def due(self, context: NodeContext) -> bool:
        """Return whether Enter comes next at this node."""
        return _way(context) in self._waiting


def _way(context: NodeContext) -> tuple[str, ...]:
    return tuple(step.action.raw for step in (*context.committed, *context.history))
