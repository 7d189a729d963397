"""Keys and the DevTools events they cause: Playwright's US layout and its way of pressing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from env.link.session import Call

__all__ = [
    "MODIFIERS",
    "Held",
    "Key",
    "UnknownKey",
    "hold",
    "modifier_mask",
    "press",
    "resolve",
    "toggle",
    "type_text",
]

MODIFIERS = MappingProxyType({"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8})
"""Modifier keys with their bit in DevTools' mask."""

KEYPAD = 3


class UnknownKey(ValueError):
    """The layout has no key of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key in one shift state."""

    code: str
    key: str
    number: int
    """Windows virtual key code, left and right told apart nowhere."""
    text: str = ""
    location: int = 0
    """0 standard, 1 left, 2 right, 3 keypad."""
    shifted: Key | None = None


@dataclass(slots=True, kw_only=True)
class Held:
    """The keys that are down; changes while events are made."""

    modifiers: set[str] = field(default_factory=set)
    """Modifier keys by name; left and right are one."""
    codes: set[str] = field(default_factory=set)
    """Every key by its code; pressing one of them again repeats it."""

    @property
    def mask(self) -> int:
        """DevTools' bit mask of the modifiers."""
        return modifier_mask(self.modifiers)


def _special() -> Iterator[Key]:
    named = (
        "Escape:27 Backspace:8 Tab:9 CapsLock:20 ContextMenu:93 PrintScreen:44 ScrollLock:145 "
        "Pause:19 PageUp:33 PageDown:34 Insert:45 Delete:46 Home:36 End:35 ArrowLeft:37 "
        "ArrowUp:38 ArrowRight:39 ArrowDown:40 NumLock:144 AltGraph:225"
    )
    for entry in (*named.split(), *(f"F{i}:{111 + i}" for i in range(1, 13))):
        code, number = entry.split(":")
        yield Key(code=code, key=code, number=int(number))
    yield Key(code="Enter", key="Enter", number=13, text="\r")
    yield Key(code="Space", key=" ", number=32, text=" ")
    for name, virtual in (("Shift", 16), ("Control", 17), ("Alt", 18)):
        for location, side in ((1, "Left"), (2, "Right")):
            yield Key(code=name + side, key=name, number=virtual, location=location)
    yield Key(code="MetaLeft", key="Meta", number=91, location=1)
    yield Key(code="MetaRight", key="Meta", number=92, location=2)


def _printing() -> Iterator[Key]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = [
        (f"Key{letter.upper()}", letter, letter.upper(), ord(letter) - 32) for letter in letters
    ]
    rows += [
        (f"Digit{digit}", digit, sign, ord(digit))
        for digit, sign in zip("1234567890", "!@#$%^&*()", strict=True)
    ]
    rows += [
        ("Backquote", "`", "~", 192),
        ("Minus", "-", "_", 189),
        ("Equal", "=", "+", 187),
        ("Backslash", "\\", "|", 220),
        ("BracketLeft", "[", "{", 219),
        ("BracketRight", "]", "}", 221),
        ("Semicolon", ";", ":", 186),
        ("Quote", "'", '"', 222),
        ("Comma", ",", "<", 188),
        ("Period", ".", ">", 190),
        ("Slash", "/", "?", 191),
    ]
    for code, plain, upper, number in rows:
        key = Key(code=code, key=plain, number=number, text=plain)
        yield replace(key, shifted=replace(key, key=upper, text=upper))


def _keypad() -> Iterator[Key]:
    for name, sign, number in (
        ("Divide", "/", 111),
        ("Multiply", "*", 106),
        ("Subtract", "-", 109),
    ):
        yield Key(code=f"Numpad{name}", key=sign, number=number, text=sign, location=KEYPAD)
    yield Key(code="NumpadAdd", key="+", number=107, text="+", location=KEYPAD)
    yield Key(code="NumpadEnter", key="Enter", number=13, text="\r", location=KEYPAD)
    rows = (
        ("7", "Home", 36),
        ("8", "ArrowUp", 38),
        ("9", "PageUp", 33),
        ("4", "ArrowLeft", 37),
        ("5", "Clear", 12),
        ("6", "ArrowRight", 39),
        ("1", "End", 35),
        ("2", "ArrowDown", 40),
        ("3", "PageDown", 34),
        ("0", "Insert", 45),
    )
    for digit, name, number in rows:
        key = Key(code=f"Numpad{digit}", key=name, number=number, location=KEYPAD)
        yield replace(key, shifted=replace(key, key=digit, text=digit))
    dot = Key(code="NumpadDecimal", key="\0", number=46, text="\0", location=KEYPAD)
    yield replace(dot, shifted=replace(dot, key=".", text="."))


def _layout() -> dict[str, Key]:
    """Return every name a key goes by: its code, its character and the usual short names.

    A character is typed as it stands, also with Shift held: only a code has a shifted state.
    """
    layout: dict[str, Key] = {}
    for key in (*_special(), *_printing(), *_keypad()):
        layout[key.code] = key
        if key.location:
            continue
        if len(key.key) == 1:
            layout[key.key] = replace(key, shifted=None)
        if key.shifted:
            layout[key.shifted.key] = key.shifted
    for name in MODIFIERS:
        layout[name] = layout[f"{name}Left"]
    layout["\n"] = layout["\r"] = layout["Enter"]
    return layout


LAYOUT = MappingProxyType(_layout())


def modifier_mask(modifiers: Iterable[str]) -> int:
    """Return DevTools' bit mask of the modifier keys held down."""
    return sum(MODIFIERS[name] for name in set(modifiers))


def resolve(name: str) -> str:
    """Return the key that a portable name stands for on the systems we support."""
    return "Control" if name == "ControlOrMeta" else name


def press(combination: str, held: Held | None = None) -> list[Call]:
    """Return the events of one key or combination such as ``Control+a``.

    ``held`` is what is down already; it knows afterwards what is down then.

    Raises:
        UnknownKey: a part of it is no key; the message is the part.
    """
    held = Held() if held is None else held
    tokens = _tokens(combination)
    calls = [toggle(token, held, down=True) for token in tokens]
    return calls + [toggle(token, held, down=False) for token in reversed(tokens)]


def type_text(text: str, held: Held | None = None) -> list[Call]:
    """Return the events of typing a text: keys where the layout has them, else inserted text."""
    held = Held() if held is None else held
    calls: list[Call] = []
    for character in text:
        if character in LAYOUT:
            calls += [toggle(character, held, down=down) for down in (True, False)]
        else:
            calls.append(("Input.insertText", {"text": character}))
    return calls


def hold(wanted: Collection[str], held: Held) -> list[Call]:
    """Return the events after which these modifiers are down and no others."""
    return [
        toggle(name, held, down=name in wanted)
        for name in MODIFIERS
        if (name in wanted) != (name in held.modifiers)
    ]


def toggle(name: str, held: Held, *, down: bool) -> Call:
    """Return one key's event and note in ``held`` what is down after it."""
    resolved = resolve(name)
    if resolved not in LAYOUT:
        raise UnknownKey(resolved)
    key = LAYOUT[resolved]
    if "Shift" in held.modifiers and key.shifted:
        key = key.shifted
    text = "" if held.modifiers - {"Shift"} else key.text
    repeated = key.code in held.codes
    (held.codes.add if down else held.codes.discard)(key.code)
    if key.key in MODIFIERS:
        (held.modifiers.add if down else held.modifiers.discard)(key.key)
    event: dict[str, object] = {
        "modifiers": held.mask,
        "windowsVirtualKeyCode": key.number,
        "code": key.code,
        "key": key.key,
        "location": key.location,
    }
    if not down:
        return "Input.dispatchKeyEvent", {"type": "keyUp", **event}
    event |= {"text": text, "unmodifiedText": text, "autoRepeat": repeated}
    event |= {"commands": [], "isKeypad": key.location == KEYPAD}
    return "Input.dispatchKeyEvent", {"type": "keyDown" if text else "rawKeyDown", **event}


def _tokens(combination: str) -> list[str]:
    """Return the keys of a combination; a plus sign that starts a token is a key itself."""
    tokens, building = [], ""
    for character in combination:
        if character == "+" and building:
            tokens.append(building)
            building = ""
        else:
            building += character
    return [*tokens, building]
