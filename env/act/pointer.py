"""The mouse: where it is, what it holds, and the DevTools events that move it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from env.link.session import Call

__all__ = ["BUTTONS", "Pointer"]

BUTTONS = MappingProxyType({"left": 1, "right": 2, "middle": 4})
"""Mouse buttons with their bit in DevTools' mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Where the mouse is, in CSS pixels, and what is held down."""

    x: float = 0.0
    y: float = 0.0
    last: str = "none"
    """The button pressed last, ``none`` after any release."""
    held: int = 0
    """Bit mask of the buttons down."""

    @classmethod
    def load(cls, stored: Any) -> Pointer:
        """Return the pointer from what was stored of one."""
        x, y, last, held = stored
        return cls(x=x, y=y, last=last, held=held)

    @property
    def stored(self) -> tuple[float, float, str, int]:
        """What :meth:`load` makes a pointer of."""
        return (self.x, self.y, self.last, self.held)

    def move(self, x: float, y: float, modifiers: int = 0) -> tuple[Pointer, Call]:
        """Return the pointer at another place and the event that takes it there."""
        return replace(self, x=x, y=y), _event(
            "mouseMoved", x=x, y=y, button=self.last, buttons=self.held, modifiers=modifiers
        )

    def press(self, button: str, *, count: int = 1, modifiers: int = 0) -> tuple[Pointer, Call]:
        """Return the pointer with a button down and the event; ``count`` is 2 in a double click."""
        held = self.held | BUTTONS[button]
        return replace(self, last=button, held=held), _event(
            "mousePressed",
            x=self.x,
            y=self.y,
            button=button,
            buttons=held,
            modifiers=modifiers,
            clickCount=count,
        )

    def release(self, button: str, *, count: int = 1, modifiers: int = 0) -> tuple[Pointer, Call]:
        """Return the pointer with a button up and the event."""
        held = self.held & ~BUTTONS[button]
        return replace(self, last="none", held=held), _event(
            "mouseReleased",
            x=self.x,
            y=self.y,
            button=button,
            buttons=held,
            modifiers=modifiers,
            clickCount=count,
        )

    def click(
        self, x: float, y: float, button: str = "left", *, times: int = 1, modifiers: int = 0
    ) -> tuple[Pointer, list[Call]]:
        """Return the pointer after a click (or a double click) and its events."""
        pointer, call = self.move(x, y, modifiers)
        calls = [call]
        for count in range(1, times + 1):
            pointer, call = pointer.press(button, count=count, modifiers=modifiers)
            calls.append(call)
            pointer, call = pointer.release(button, count=count, modifiers=modifiers)
            calls.append(call)
        return pointer, calls

    def wheel(self, delta_x: float, delta_y: float, modifiers: int = 0) -> Call:
        """Return the event of turning the wheel where the pointer is."""
        deltas = {"deltaX": delta_x, "deltaY": delta_y}
        return _event("mouseWheel", x=self.x, y=self.y, modifiers=modifiers, **deltas)


def _event(kind: str, **fields: object) -> Call:
    return "Input.dispatchMouseEvent", {"type": kind, **fields}
