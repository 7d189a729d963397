"""Primitives of the keyboard, on whatever has the focus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from env.act.hands import Failed, Hands, string_of
from env.act.inputs import strike
from env.act.keyboard import Held, UnknownKey, press, toggle, type_text
from env.link.session import Call
from webpilot.types import Argument

__all__ = ["KEY_PRIMITIVES"]


def _press(hands: Hands, key: Argument) -> None:
    combination = string_of("Keyboard.press", "key", key)
    _strike(hands, "Keyboard.press", lambda held: press(combination, held))


def _down(hands: Hands, key: Argument) -> None:
    name = string_of("Keyboard.down", "key", key)
    _strike(hands, "Keyboard.down", lambda held: [toggle(name, held, down=True)])


def _up(hands: Hands, key: Argument) -> None:
    name = string_of("Keyboard.up", "key", key)
    _strike(hands, "Keyboard.up", lambda held: [toggle(name, held, down=False)])


def _type(hands: Hands, text: Argument) -> None:
    typed = string_of("Keyboard.type", "text", text)
    _strike(hands, "Keyboard.type", lambda held: type_text(typed, held))


def _insert_text(hands: Hands, text: Argument) -> None:
    inserted = string_of("Keyboard.insert_text", "text", text)
    hands.session.send_all([("Input.insertText", {"text": inserted})])


def _strike(hands: Hands, method: str, events: Callable[[Held], list[Call]]) -> None:
    try:
        strike(hands.session, events)
    except UnknownKey as unknown:
        raise Failed(f'Error: {method}: Unknown key: "{unknown}"') from None


KEY_PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "keyboard_press": _press,
        "keyboard_down": _down,
        "keyboard_up": _up,
        "keyboard_type": _type,
        "keyboard_insert_text": _insert_text,
    }
)
"""By name; each takes what it may use and the action's arguments."""
