"""BrowserGym's primitives on DevTools' input events, with Playwright's checks and error texts.

The checks run in one script per attempt and the events of one action travel in one flight. A
page that refuses an action gives an error text, never an exception.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, cast

from env.act.aiming import FRAME_SECONDS, PROBE, Failed, Hands, aim, context_of, frames_of, retried
from env.act.keyboard import (
    MODIFIERS,
    UnknownKey,
    modifier_mask,
    press,
    resolve,
    toggle,
    type_text,
)
from env.act.pointer import BUTTONS, Pointer
from env.link.cdp import ProtocolError
from env.link.session import Call, Session
from env.page.frames import Frame
from env.page.script import evaluation, result
from webpilot.types import Action, Argument

__all__ = ["let_go", "perform"]

DRAWING_SECONDS = 0.25
"""How long the page may take to draw a frame, e.g. to learn that it was scrolled."""

NOOP_MS = 1000.0


def perform(
    session: Session, action: Action, *, scale: float, wait: Callable[[float], None]
) -> str:
    """Return BrowserGym's error text of the executed action, empty when it went well.

    The text is the exception's class and first line; after a timeout a second line names what
    stood in the way, as Playwright's log does.

    Raises:
        EnvironmentDown: the page or the browser is gone.
    """
    primitive = PRIMITIVES.get(action.kind)
    if primitive is None:
        return f"NameError: Invalid action type '{action.kind}'."
    try:
        primitive(Hands(session, scale, wait), *action.args)
    except Failed as failure:
        return str(failure)
    _begin_animations(session)
    return ""


def let_go(session: Session) -> None:
    """Release what the mouse holds, and forget where it was.

    The browser and many widgets remember a pressed button beyond the page's own restart, and take
    no other press until it is released.
    """
    pointer = Pointer.load(result(session.send_all([evaluation(PROBE, "recallPointer")])[0]))
    calls = []
    for button, bit in BUTTONS.items():
        if pointer.held & bit:
            pointer, call = pointer.release(button)
            calls.append(call)
    session.send_all([*calls, _remembering(Pointer())])


def _begin_animations(session: Session) -> None:
    """Wait for one frame where the page waits for it, so that time granted next finds it begun."""
    check = [evaluation(PROBE, "awaitedFrame")]
    deadline = time.monotonic() + DRAWING_SECONDS
    with suppress(ProtocolError):  # the action led to another page, which begins on its own
        served = result(session.send_all(check)[0])
        while served is not None and time.monotonic() < deadline:
            time.sleep(FRAME_SECONDS / 4)
            now = result(session.send_all(check)[0])
            if now is None or now > served:
                return


def _noop(hands: Hands, wait_ms: Argument = NOOP_MS) -> None:
    hands.wait(_number(wait_ms))


# ------------------------------------------------------------------------------------ elements
def _click(
    hands: Hands, bid: Argument, button: Argument = "left", modifiers: Argument = ()
) -> None:
    frames = frames_of(hands, bid)
    name = _button("Locator.click", button)
    held = _modifiers(modifiers)
    point, pointer = aim(hands, cast(str, bid), frames)
    down: set[str] = set()
    keys = [toggle(key, down, down=True) for key in held]
    pointer, events = pointer.click(*point, name, modifiers=modifier_mask(held))
    keys_up = [toggle(key, down, down=False) for key in held]
    hands.session.send_all([_remembering(pointer), *keys, *events, *keys_up])


def _fill(
    hands: Hands, bid: Argument, value: Argument, enable_autocomplete_menu: Argument = False
) -> None:
    frames = frames_of(hands, bid)
    text = _string("Locator.fill", value)
    if not enable_autocomplete_menu:
        _fill_field(hands, cast(str, bid), frames, text, "Locator.fill")
        return
    # All but the last character at once, the last one typed: menus listen for keys.
    _fill_field(hands, cast(str, bid), frames, "", "Locator.clear")
    if len(text) > 1:
        _fill_field(hands, cast(str, bid), frames, text[:-1], "Locator.fill")
    if text:
        call = evaluation(PROBE, "focusForTyping", bid, context=context_of(frames))
        hands.session.send_all([call, *type_text(text[-1])])


def _fill_field(hands: Hands, bid: str, frames: tuple[Frame, ...], text: str, method: str) -> None:
    def attempt(_: int) -> Mapping[str, Any]:
        call = evaluation(PROBE, "prepareFill", bid, text, context=context_of(frames))
        return cast(Mapping[str, Any], result(hands.session.send_all([call])[0]))

    told = retried(hands, bid, attempt, method)
    if "error" in told:
        raise Failed(f"Error: {method}: Error: {told['error']}")
    if told["insert"]:
        hands.session.send_all([("Input.insertText", {"text": text})] if text else press("Delete"))


# --------------------------------------------------------------------------- mouse and keyboard
def _mouse_move(hands: Hands, x: Argument, y: Argument) -> None:
    _mouse(hands, x, y, lambda pointer: (pointer, []))


def _mouse_down(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    name = _button("Mouse.down", button)
    _mouse(hands, x, y, lambda pointer: _alone(pointer.press(name)))


def _mouse_up(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    name = _button("Mouse.up", button)
    _mouse(hands, x, y, lambda pointer: _alone(pointer.release(name)))


def _mouse_click(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    _mouse_clicks(hands, x, y, _button("Mouse.click", button), 1)


def _mouse_dblclick(hands: Hands, x: Argument, y: Argument, button: Argument = "left") -> None:
    _mouse_clicks(hands, x, y, _button("Mouse.dblclick", button), 2)


def _mouse_clicks(hands: Hands, x: Argument, y: Argument, button: str, times: int) -> None:
    left, top = (_number(side, hands.scale) for side in (x, y))
    pointer, calls = _recalled(hands).click(left, top, button, times=times)
    hands.session.send_all([_remembering(pointer), *calls])


def _mouse(
    hands: Hands,
    x: Argument,
    y: Argument,
    then: Callable[[Pointer], tuple[Pointer, list[Call]]],
) -> None:
    left, top = (_number(side, hands.scale) for side in (x, y))
    pointer, moved = _recalled(hands).move(left, top)
    pointer, calls = then(pointer)
    hands.session.send_all([_remembering(pointer), moved, *calls])


def _alone(step: tuple[Pointer, Call]) -> tuple[Pointer, list[Call]]:
    return step[0], [step[1]]


def _scroll(hands: Hands, delta_x: Argument, delta_y: Argument) -> None:
    deltas = [_number(delta, hands.scale) for delta in (delta_x, delta_y)]
    pointer = _recalled(hands)
    expect = evaluation(PROBE, "expectScroll", pointer.x, pointer.y, *deltas)
    hands.session.send_all([expect, pointer.wheel(*deltas)])
    # The compositor scrolls and tells the page with its next frame. Frames come in real time,
    # even while the page's clock stands still.
    deadline = time.monotonic() + DRAWING_SECONDS
    while time.monotonic() < deadline:
        if result(hands.session.send_all([evaluation(PROBE, "hasScrolled")])[0]):
            return
        time.sleep(FRAME_SECONDS / 4)


def _keyboard_press(hands: Hands, key: Argument) -> None:
    try:
        calls = press(_string("Keyboard.press", key))
    except UnknownKey as unknown:
        raise Failed(f'Error: Keyboard.press: Unknown key: "{unknown}"') from None
    hands.session.send_all(calls)


def _keyboard_type(hands: Hands, text: Argument) -> None:
    hands.session.send_all(type_text(_string("Keyboard.type", text)))


def _recalled(hands: Hands) -> Pointer:
    return Pointer.load(result(hands.session.send_all([evaluation(PROBE, "recallPointer")])[0]))


def _remembering(pointer: Pointer) -> Call:
    return evaluation(PROBE, "rememberPointer", pointer.stored)


# ----------------------------------------------------------------------------------- arguments
def _number(value: Argument, scale: float = 1.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        kind = type(value).__name__
        raise Failed(f"TypeError: unsupported operand type(s) for /: '{kind}' and 'float'")
    return value / scale


def _string(method: str, value: Argument) -> str:
    if not isinstance(value, str):
        raise Failed(f"Error: {method}: expected string, got {type(value).__name__}")
    return value


def _button(method: str, value: Argument) -> str:
    if value not in BUTTONS:
        raise Failed(f"Error: {method}: button: expected one of (left|right|middle)")
    return cast(str, value)


def _modifiers(value: Argument) -> list[str]:
    """Return the modifier keys in Playwright's order of pressing."""
    names = value if isinstance(value, tuple) else ()
    for index, name in enumerate(names):
        if name != "ControlOrMeta" and name not in MODIFIERS:
            allowed = "Alt|Control|ControlOrMeta|Meta|Shift"
            raise Failed(f"Error: Locator.click: modifiers[{index}]: expected one of ({allowed})")
    wanted = {resolve(name) for name in names}
    return [name for name in MODIFIERS if name in wanted]


PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "noop": _noop,
        "mouse_move": _mouse_move,
        "mouse_click": _mouse_click,
        "mouse_dblclick": _mouse_dblclick,
        "mouse_down": _mouse_down,
        "mouse_up": _mouse_up,
        "scroll": _scroll,
        "click": _click,
        "keyboard_press": _keyboard_press,
        "keyboard_type": _keyboard_type,
        "fill": _fill,
    }
)
