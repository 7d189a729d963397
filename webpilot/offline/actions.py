"""Constructors of the actions that skills propose."""

from __future__ import annotations

from webpilot.offline.page import Node, PageView
from webpilot.types import Action

__all__ = [
    "click",
    "double_click_at",
    "fill",
    "mouse_click",
    "mouse_down",
    "mouse_move",
    "mouse_up",
    "press",
    "scroll",
    "type_text",
    "wait",
]


def click(view: PageView, node: Node, *, keep: bool = False) -> Action:
    """Return a click on a node, with the mouse where the node has no bid.

    ``keep`` holds the control key down, which keeps what is already chosen in a list.
    """
    if not node.marked:
        return mouse_click(view, *node.center)
    if keep:
        args = (node.bid, "left", ("Control",))
        return Action(kind="click", args=args, target=node.element)
    return Action(kind="click", args=(node.bid,), target=node.element)


def fill(node: Node, text: str) -> Action:
    """Return the action that replaces a field's value with ``text``."""
    return Action(kind="fill", args=(node.bid, text), target=node.element)


def press(key: str) -> Action:
    """Return a key press, e.g. ``Enter`` or ``Control+a``, where the focus is."""
    return Action(kind="keyboard_press", args=(key,))


def type_text(text: str) -> Action:
    """Return typing where the focus is."""
    return Action(kind="keyboard_type", args=(text,))


def scroll(dx: float, dy: float) -> Action:
    """Return a turn of the mouse wheel, in CSS pixels."""
    return Action(kind="scroll", args=(dx, dy))


def wait() -> Action:
    """Return the action that does nothing."""
    return Action(kind="noop")


def mouse_click(view: PageView, x: float, y: float) -> Action:
    """Return a click at a point in CSS pixels."""
    return _at("mouse_click", view, x, y)


def double_click_at(view: PageView, x: float, y: float) -> Action:
    """Return a double click at a point in CSS pixels."""
    return _at("mouse_dblclick", view, x, y)


def mouse_move(view: PageView, x: float, y: float) -> Action:
    """Return a move of the pointer to a point in CSS pixels."""
    return _at("mouse_move", view, x, y)


def mouse_down(view: PageView, x: float, y: float) -> Action:
    """Return moving to a point in CSS pixels and pressing the button there."""
    return _at("mouse_down", view, x, y)


def mouse_up(view: PageView, x: float, y: float) -> Action:
    """Return moving to a point in CSS pixels and releasing the button there."""
    return _at("mouse_up", view, x, y)


def _at(kind: str, view: PageView, x: float, y: float) -> Action:
    """Return a mouse action in the action's own coordinates, rounded to a tenth."""
    return Action(kind=kind, args=(round(x * view.scale, 1), round(y * view.scale, 1)))
