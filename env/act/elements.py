"""Primitives on an element, with Playwright's checks and error texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

from env.act.aiming import READY, SHOWN, absent, aim, context_of, frames_of, retried
from env.act.hands import (
    TIMEOUT_MS,
    Failed,
    Hands,
    button_of,
    modifiers_of,
    string_of,
    strings_of,
)
from env.act.inputs import dispatch, recall, strike
from env.act.keyboard import UnknownKey, hold, press, type_text
from env.page.frames import Frame
from env.page.script import evaluation, result
from webpilot.types import Argument

__all__ = ["ELEMENT_PRIMITIVES", "click"]

FIELDS = ("probe", "fields")


def click(hands: Hands, bid: Argument, button: Argument = "left", modifiers: Argument = ()) -> None:
    """Click an element; what is held of the keyboard is let go meanwhile."""
    _clicks(hands, "Locator.click", bid, button, modifiers, times=1)


def _dblclick(
    hands: Hands, bid: Argument, button: Argument = "left", modifiers: Argument = ()
) -> None:
    _clicks(hands, "Locator.dblclick", bid, button, modifiers, times=2)


def _clicks(
    hands: Hands, method: str, bid: Argument, button: Argument, modifiers: Argument, *, times: int
) -> None:
    frames = frames_of(hands, bid)
    name = button_of(method, button)
    wanted = modifiers_of(method, modifiers)
    point, inputs = aim(hands, cast(str, bid), frames, method, READY)
    held_before = set(inputs.keys.modifiers)
    keys = hold(wanted, inputs.keys)
    pointer, events = inputs.pointer.click(*point, name, times=times, modifiers=inputs.keys.mask)
    back = hold(held_before, inputs.keys)
    dispatch(hands.session, inputs._replace(pointer=pointer), [*keys, *events, *back])


def _hover(hands: Hands, bid: Argument) -> None:
    frames = frames_of(hands, bid)
    point, inputs = aim(hands, cast(str, bid), frames, "Locator.hover", SHOWN)
    pointer, moved = inputs.pointer.move(*point, inputs.keys.mask)
    dispatch(hands.session, inputs._replace(pointer=pointer), [moved])


def _drag_and_drop(hands: Hands, from_bid: Argument, to_bid: Argument) -> None:
    """Drag an element; where the second one fails the button stays down, as in BrowserGym."""
    _hover(hands, from_bid)
    inputs = recall(hands.session)
    pointer, pressed = inputs.pointer.press("left", modifiers=inputs.keys.mask)
    dispatch(hands.session, inputs._replace(pointer=pointer), [pressed])
    _hover(hands, to_bid)
    inputs = recall(hands.session)
    pointer, released = inputs.pointer.release("left", modifiers=inputs.keys.mask)
    dispatch(hands.session, inputs._replace(pointer=pointer), [released])


# -------------------------------------------------------------------------------------- fields
def _fill(
    hands: Hands, bid: Argument, value: Argument, enable_autocomplete_menu: Argument = False
) -> None:
    frames = frames_of(hands, bid)
    text = string_of("Locator.fill", "value", value)
    if not enable_autocomplete_menu:
        _fill_field(hands, cast(str, bid), frames, text, "Locator.fill")
        return
    # All but the last character at once, the last one typed: menus listen for keys.
    _fill_field(hands, cast(str, bid), frames, "", "Locator.clear")
    if len(text) > 1:
        _fill_field(hands, cast(str, bid), frames, text[:-1], "Locator.fill")
    if text:
        _focus_on(hands, cast(str, bid), frames, typing=True)
        strike(hands.session, lambda held: type_text(text[-1], held))


def _clear(hands: Hands, bid: Argument) -> None:
    frames = frames_of(hands, bid)
    _fill_field(hands, cast(str, bid), frames, "", "Locator.clear")


def _fill_field(hands: Hands, bid: str, frames: tuple[Frame, ...], text: str, method: str) -> None:
    told = _tried(hands, bid, frames, method, "prepareFill", text)
    if told["insert"] and text:
        hands.session.send_all([("Input.insertText", {"text": text})])
    elif told["insert"]:
        strike(hands.session, lambda held: press("Delete", held))


def _select_option(hands: Hands, bid: Argument, options: Argument) -> None:
    method = "Locator.select_option"
    frames = frames_of(hands, bid)
    wanted = strings_of(method, "options[{}].valueOrLabel", options)
    _tried(hands, cast(str, bid), frames, method, "selectOptions", wanted)


def _tried(
    hands: Hands, bid: str, frames: tuple[Frame, ...], method: str, function: str, value: object
) -> Mapping[str, Any]:
    """Return what a function of the fields' script says once nothing stands in its way."""

    def attempt(_: int) -> Mapping[str, Any]:
        call = evaluation(FIELDS, function, bid, value, context=context_of(frames))
        return cast(Mapping[str, Any], result(hands.session.send_all([call])[0]))

    told = retried(hands, bid, attempt, method)
    if "error" in told:
        raise Failed(f"Error: {method}: Error: {told['error']}")
    return told


# --------------------------------------------------------------------------------------- focus
def _focus(hands: Hands, bid: Argument) -> None:
    _focus_on(hands, cast(str, bid), frames_of(hands, bid), typing=False)


def _press(hands: Hands, bid: Argument, key_comb: Argument) -> None:
    frames = frames_of(hands, bid)
    combination = string_of("Locator.press", "key", key_comb)
    _focus_on(hands, cast(str, bid), frames, typing=True)
    try:
        strike(hands.session, lambda held: press(combination, held))
    except UnknownKey as unknown:
        # Playwright takes it for something that may pass, and tries again until its time is up.
        hands.wait(TIMEOUT_MS)
        timeout = f"TimeoutError: Locator.press: Timeout {TIMEOUT_MS}ms exceeded."
        raise Failed(f'{timeout}\nUnknown key: "{unknown}"') from None


def _focus_on(hands: Hands, bid: str, frames: tuple[Frame, ...], *, typing: bool) -> None:
    call = evaluation(FIELDS, "focusOn", bid, typing, context=context_of(frames))
    if "gone" in result(hands.session.send_all([call])[0]):
        raise Failed(absent(bid))


ELEMENT_PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "click": click,
        "dblclick": _dblclick,
        "hover": _hover,
        "fill": _fill,
        "press": _press,
        "focus": _focus,
        "clear": _clear,
        "select_option": _select_option,
        "drag_and_drop": _drag_and_drop,
    }
)
"""By name; each takes what it may use and the action's arguments."""
