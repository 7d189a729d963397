"""Keys become the DevTools events that Playwright sends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import playwright
import pytest

from env.act.keyboard import LAYOUT, UnknownKey, press, type_text

DRIVER = Path(playwright.__file__).parent / "driver" / "package" / "lib" / "server"


def playwright_layout() -> dict[str, dict[str, Any]]:
    """Return the key table of the installed Playwright driver."""
    source = (DRIVER / "usKeyboardLayout.js").read_text("utf-8")
    body = source[source.index("exports.USKeyboardLayout = {") :].split("= ", 1)[1]
    body = body.rstrip().removesuffix(";")
    lines = [line for line in body.splitlines() if not line.strip().startswith("//")]
    text = re.sub(
        r"'((?:[^'\\]|\\.)*)'", lambda match: json.dumps(unescaped(match[1])), "\n".join(lines)
    )
    table: dict[str, dict[str, Any]] = json.loads(text)
    return table


def unescaped(text: str) -> str:
    named = {"r": "\r", "u0000": "\0"}
    return re.sub(r"\\(u0000|.)", lambda match: named.get(match[1], match[1]), text)


def test_every_key_of_playwright_s_layout_is_ours() -> None:
    for code, wanted in playwright_layout().items():
        key = LAYOUT[code]
        plain = wanted["key"] if len(wanted["key"]) == 1 else wanted.get("text", "")
        number = wanted.get("keyCodeWithoutLocation", wanted["keyCode"])
        assert (key.key, key.number, key.text, key.location) == (
            wanted["key"],
            number,
            plain,
            wanted.get("location", 0),
        ), code
        assert (key.shifted.key if key.shifted else None) == wanted.get("shiftKey"), code


def sent(calls: list[Any]) -> list[tuple[Any, ...]]:
    return [
        (event["type"], event["code"], event["key"], event.get("text"), event["modifiers"])
        for _, event in calls
    ]


def test_a_combination_presses_in_order_and_releases_backwards() -> None:
    assert sent(press("Control+Shift+t")) == [
        ("rawKeyDown", "ControlLeft", "Control", "", 2),
        ("rawKeyDown", "ShiftLeft", "Shift", "", 10),
        ("rawKeyDown", "KeyT", "t", "", 10),
        ("keyUp", "KeyT", "t", None, 10),
        ("keyUp", "ShiftLeft", "Shift", None, 2),
        ("keyUp", "ControlLeft", "Control", None, 0),
    ]


def test_shift_raises_a_key_named_by_its_code_and_no_character() -> None:
    assert sent(press("Shift+Digit1"))[1] == ("keyDown", "Digit1", "!", "!", 8)
    assert sent(press("Shift+1"))[1] == ("keyDown", "Digit1", "1", "1", 8)
    assert sent(press("A"))[0] == ("keyDown", "KeyA", "A", "A", 0)
    assert sent(press("+"))[0] == ("keyDown", "Equal", "+", "+", 0)
    assert sent(press("Control++"))[1][1:3] == ("Equal", "+")


def test_enter_types_a_carriage_return_under_all_its_names() -> None:
    for name in ("Enter", "\n", "\r"):
        assert sent(press(name))[0] == ("keyDown", "Enter", "Enter", "\r", 0)


def test_characters_without_a_key_are_inserted() -> None:
    calls = type_text("aé")
    assert [method for method, _ in calls] == [
        "Input.dispatchKeyEvent",
        "Input.dispatchKeyEvent",
        "Input.insertText",
    ]
    assert calls[-1][1] == {"text": "é"}


@pytest.mark.parametrize("combination", ["Foo", "Control+Foo", "", "control+a"])
def test_an_unknown_key_is_refused_whole(combination: str) -> None:
    with pytest.raises(UnknownKey):
        press(combination)
