"""Primitives at a point, or where the mouse is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from env.act.aiming import FRAME_SECONDS
from env.act.hands import Hands, button_of, number_of
from env.act.inputs import Inputs, dispatch, recall
from env.act.pointer import Pointer
from env.link.session import Call
from env.page.script import evaluation, result
from webpilot.types import Argument

__all__ = ["DRAWING_SECONDS", "POINT_PRIMITIVES", "mouse_click"]

WHEEL = ("probe", "wheel")

DRAWING_SECONDS = 0.25
"""How long the page may take to draw a frame, e.g. to learn that it was scrolled."""

Step = tuple[Pointer, list[Call]]


def mouse_click(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    """Click a point."""
    _clicks(hands, x, y, button_of("Mouse.click", button), times=1)


def _mouse_dblclick(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    _clicks(hands, x, y, button_of("Mouse.dblclick", button), times=2)


def _clicks(hands: Hands, x: Argument, y: Argument, button: str, *, times: int) -> None:
    left, top = _point(hands, x, y)
    inputs = recall(hands.session)
    step = inputs.pointer.click(left, top, button, times=times, modifiers=inputs.keys.mask)
    _send(hands, inputs, step)


def _mouse_move(hands: Hands, x: Argument, y: Argument) -> None:
    _move(hands, x, y)


def _mouse_down(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    name = button_of("Mouse.down", button)
    _move(hands, x, y, lambda pointer, held: pointer.press(name, modifiers=held))


def _mouse_up(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    name = button_of("Mouse.up", button)
    _move(hands, x, y, lambda pointer, held: pointer.release(name, modifiers=held))


def _mouse_drag_and_drop(
    hands: Hands, from_x: Argument, from_y: Argument, to_x: Argument, to_y: Argument
) -> None:
    _point(hands, from_x, from_y)
    _point(hands, to_x, to_y)  # both are read before anything moves
    _mouse_down(hands, from_x, from_y)
    _mouse_up(hands, to_x, to_y)


def _move(
    hands: Hands,
    x: Argument,
    y: Argument,
    then: Callable[[Pointer, int], tuple[Pointer, Call]] | None = None,
) -> None:
    left, top = _point(hands, x, y)
    inputs = recall(hands.session)
    held = inputs.keys.mask
    pointer, moved = inputs.pointer.move(left, top, held)
    if then is None:
        _send(hands, inputs, (pointer, [moved]))
    elif pointer.held:
        # A drag begins with the move; what ends it must not overtake its beginning.
        _send(hands, inputs, (pointer, [moved]))
        pointer, call = then(pointer, held)
        _send(hands, inputs, (pointer, [call]))
    else:
        pointer, call = then(pointer, held)
        _send(hands, inputs, (pointer, [moved, call]))


def _scroll(hands: Hands, delta_x: Argument, delta_y: Argument) -> None:
    _turn(hands, *_point(hands, delta_x, delta_y))


def _scroll_at(hands: Hands, x: Argument, y: Argument, dx: Argument, dy: Argument) -> None:
    _point(hands, x, y)
    deltas = _point(hands, dx, dy)
    _mouse_move(hands, x, y)
    _turn(hands, *deltas)


def _turn(hands: Hands, delta_x: float, delta_y: float) -> None:
    """Turn the wheel and wait until the page knows what came of it."""
    inputs = recall(hands.session)
    pointer = inputs.pointer
    expect = evaluation(WHEEL, "expectScroll", pointer.x, pointer.y, delta_x, delta_y)
    hands.session.send_all([expect, pointer.wheel(delta_x, delta_y, inputs.keys.mask)])
    # The compositor scrolls and tells the page with its next frame. Frames come in real time,
    # even while the page's clock stands still.
    deadline = time.monotonic() + DRAWING_SECONDS
    while time.monotonic() < deadline:
        if result(hands.session.send_all([evaluation(WHEEL, "hasScrolled")])[0]):
            return
        time.sleep(FRAME_SECONDS / 4)


def _point(hands: Hands, x: Argument, y: Argument) -> tuple[float, float]:
    return number_of(x, hands.scale), number_of(y, hands.scale)


def _send(hands: Hands, inputs: Inputs, step: Step) -> None:
    pointer, calls = step
    dispatch(hands.session, inputs._replace(pointer=pointer), calls)


POINT_PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "mouse_move": _mouse_move,
        "mouse_click": mouse_click,
        "mouse_dblclick": _mouse_dblclick,
        "mouse_down": _mouse_down,
        "mouse_up": _mouse_up,
        "mouse_drag_and_drop": _mouse_drag_and_drop,
        "scroll": _scroll,
        "scroll_at": _scroll_at,
    }
)
"""By name; each takes what it may use and the action's arguments."""
