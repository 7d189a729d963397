"""Constructors of the actions that skills propose."""

from __future__ import annotations

from itertools import product

from webpilot.offline.geometry import holds
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
    """Return a click on a node, with the mouse where the node has no bid or is partly covered.

    ``keep`` holds the control key down, which keeps what is already chosen in a list.
    """
    if not node.marked:
        return mouse_click(view, *node.center)
    bare = _bare_spot(view, node)
    if bare is not None:
        return mouse_click(view, *bare)
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


def _bare_spot(view: PageView, node: Node) -> tuple[float, float] | None:
    """Return a point where a control shows whose middle a later control covers, else ``None``."""
    if node.box is None or node.role not in ("button", "link"):
        return None
    family = {other.bid for other in (*view.ancestors(node), *view.descendants(node))}
    over = [
        other.box
        for other in view.clickable
        if other.order > node.order and other.bid not in family and other.box is not None
    ]
    if not any(holds(box, node.center) for box in over):
        return None
    x, y, width, height = node.box
    for across, down in product((0.5, 0.1, 0.9, 0.3, 0.7, 0.03, 0.97), repeat=2):
        spot = (x + across * width, y + down * height)
        if not any(holds(box, spot, -1.0) for box in over):
            return spot
    return None
