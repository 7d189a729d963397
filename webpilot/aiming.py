"""Aiming: an action is tied to the element it names on the page at hand, or refused."""

from __future__ import annotations

from webpilot.actions import PRIMITIVES
from webpilot.errors import ActionError
from webpilot.observation import Observation
from webpilot.types import Action

__all__ = ["NAMES_ELEMENT", "aimed"]

NAMES_ELEMENT = frozenset(
    name
    for name, primitive in PRIMITIVES.items()
    if primitive.parameters and primitive.parameters[0].name == "bid"
)
"""Kinds whose first argument is an element's bid."""


def aimed(action: Action, observation: Observation) -> Action:
    """Return the action with its current target, ``None`` where it names no element.

    Raises:
        ActionError: the element is not on the page, or is disabled; the message is one line.
    """
    target = None
    if action.kind in NAMES_ELEMENT:
        bid = action.args[0] if action.args else None
        seen = {each.bid for each in observation.elements}
        seen |= {cue.bid for cue in observation.cues}
        if not isinstance(bid, str) or bid not in seen:
            raise ActionError(f"no element {bid!r} on the page")
        target = observation.element(bid)
        if target is not None and dict(target.states).get("disabled", "false") != "false":
            raise ActionError(f"element {bid!r} is disabled")
    return Action(kind=action.kind, args=action.args, target=target, intent=action.intent)
