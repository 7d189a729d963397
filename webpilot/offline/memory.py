"""What the policy did so far on the way to a node; built anew from the node's history."""

from __future__ import annotations

from dataclasses import dataclass

from mcts.protocols import NodeContext
from webpilot.offline.geometry import holds
from webpilot.offline.page import Node, PageView
from webpilot.offline.reading import read_page
from webpilot.types import Action

__all__ = ["Memory", "Step", "remember"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One executed action with the page before and after it."""

    action: Action
    before: PageView
    after: PageView
    changed: bool
    """The page is not what it was (text, form state, focus or scroll)."""

    @property
    def target(self) -> Node | None:
        """The node the action named or, by the mouse, met; as it was before the action."""
        arguments = self.action.args
        first = arguments[0] if arguments else None
        if isinstance(first, str):
            return self.before.node(first)
        if self.action.kind != "mouse_click":
            return None
        scale = self.before.scale
        spot = tuple(n / scale for n in arguments[:2] if isinstance(n, int | float))
        met = [n for n in self.before.clickable if n.box and len(spot) == 2 and holds(n.box, spot)]
        return met[-1] if met else None

    @property
    def failed(self) -> bool:
        """Whether the action ended in an error."""
        return bool(self.after.last_error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The executed steps in order, those of finished subtasks included."""

    steps: tuple[Step, ...] = ()
    remaining: int | None = None
    """Actions left before the limit; ``None`` without one."""

    @property
    def last(self) -> Step | None:
        """The last step, or ``None`` at the start."""
        return self.steps[-1] if self.steps else None

    def views(self, current: PageView) -> tuple[PageView, ...]:
        """Return every page seen, oldest first, ``current`` last."""
        return (*(step.before for step in self.steps), current)

    def clicked(self, bid: str) -> int:
        """Return how often the node with this bid was clicked without error."""
        kinds = ("click", "dblclick", "mouse_click")
        return sum(
            1
            for step in self.steps
            if step.action.kind in kinds
            and step.target is not None
            and step.target.bid == bid
            and not step.failed
        )

    def did(self, action: Action) -> bool:
        """Return whether an equal action was already executed."""
        return any(step.action == action for step in self.steps)


def remember(context: NodeContext) -> tuple[PageView, Memory]:
    """Return the page at the node and the memory of the way there."""
    history = (*context.committed, *context.history)
    start = context.root if not context.committed else context.committed[0].observation
    observations = [start, *(step.observation for step in history)]
    views = [read_page(observation, context.goal) for observation in observations]
    steps = tuple(
        Step(
            action=step.action,
            before=views[position],
            after=views[position + 1],
            changed=observations[position].fingerprint != observations[position + 1].fingerprint,
        )
        for position, step in enumerate(history)
    )
    current = views[-1] if history else read_page(context.observation, context.goal)
    return current, Memory(steps=steps, remaining=context.remaining_actions)
