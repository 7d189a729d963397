"""What an action may use, how it fails, and how its arguments are read.

The grammar lets no other argument through; an action made by hand fails in BrowserGym's words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from env.act.keyboard import MODIFIERS, resolve
from env.act.pointer import BUTTONS
from env.link.session import Session
from webpilot.types import Argument

__all__ = [
    "TIMEOUT_MS",
    "Failed",
    "Hands",
    "Wait",
    "button_of",
    "modifiers_of",
    "number_of",
    "string_of",
    "strings_of",
]

TIMEOUT_MS = 500
"""BrowserGym's timeout of every action on an element."""

Wait = Callable[[float], None]


class Failed(Exception):
    """The action failed; the message is BrowserGym's error text."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What an action on a page may use."""

    session: Session
    scale: float
    """Mouse arguments are CSS pixels times this."""
    wait: Wait
    """Lets this many milliseconds of page time pass."""


def number_of(value: Argument, scale: float = 1.0) -> float:
    """Return a measure in CSS pixels."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        kind = type(value).__name__
        raise Failed(f"TypeError: unsupported operand type(s) for /: '{kind}' and 'float'")
    return value / scale


def string_of(method: str, name: str, value: Argument) -> str:
    """Return a text; ``method`` and ``name`` are Playwright's call and parameter."""
    if not isinstance(value, str):
        raise Failed(f"Error: {method}: {name}: expected string, got {_script_type(value)}")
    return value


def strings_of(method: str, name: str, value: Argument) -> tuple[str, ...]:
    """Return several texts, where one may stand for itself."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, tuple):
        raise Failed(f"TypeError: '{type(value).__name__}' object is not iterable")
    return tuple(string_of(method, name.format(index), each) for index, each in enumerate(value))


def button_of(method: str, value: Argument) -> str:
    """Return a mouse button."""
    if value not in BUTTONS:
        raise Failed(f"Error: {method}: button: expected one of (left|right|middle)")
    return str(value)


def modifiers_of(method: str, value: Argument) -> list[str]:
    """Return the modifier keys in Playwright's order of pressing."""
    names = value if isinstance(value, tuple) else ()
    for index, name in enumerate(names):
        if name != "ControlOrMeta" and name not in MODIFIERS:
            allowed = "Alt|Control|ControlOrMeta|Meta|Shift"
            raise Failed(f"Error: {method}: modifiers[{index}]: expected one of ({allowed})")
    wanted = {resolve(name) for name in names}
    return [name for name in MODIFIERS if name in wanted]


def _script_type(value: Argument) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "undefined" if value is None else "object"
