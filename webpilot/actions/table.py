"""Every primitive of BrowserGym's action sets: parameters, meaning, examples."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from webpilot.actions.parameters import Kind, Parameter, Primitive

__all__ = ["PRIMITIVES"]

_BID = Parameter("bid", Kind.TEXT)
_X, _Y = Parameter("x", Kind.NUMBER), Parameter("y", Kind.NUMBER)
_BUTTON = Parameter("button", Kind.BUTTON, "left")
_MODIFIERS = Parameter("modifiers", Kind.MODIFIERS, ())
_KEY = Parameter("key", Kind.TEXT)
_TEXT = Parameter("text", Kind.TEXT)
_FILE = Parameter("file", Kind.TEXTS)

_ELEMENTS = (
    Primitive(
        "click",
        (_BID, _BUTTON, _MODIFIERS),
        "Click an element.",
        ("click('a51')", "click('48', button='middle', modifiers=['Shift'])"),
    ),
    Primitive(
        "dblclick",
        (_BID, _BUTTON, _MODIFIERS),
        "Double click an element.",
        ("dblclick('12')", "dblclick('ca42', button='right')"),
    ),
    Primitive("hover", (_BID,), "Move the mouse over an element.", ("hover('b8')",)),
    Primitive(
        "fill",
        (
            _BID,
            Parameter("value", Kind.TEXT),
            Parameter("enable_autocomplete_menu", Kind.FLAG, False),
        ),
        "Replace the content of a field; with True the last character is typed, for menus.",
        ("fill('45', 'some text')", "fill('b534', 'Montre', True)"),
    ),
    Primitive(
        "press",
        (_BID, Parameter("key_comb", Kind.TEXT)),
        "Focus an element and press a key or a combination.",
        ("press('88', 'Backspace')", "press('a26', 'ControlOrMeta+a')"),
    ),
    Primitive("focus", (_BID,), "Focus an element.", ("focus('b455')",)),
    Primitive("clear", (_BID,), "Empty a field.", ("clear('996')",)),
    Primitive(
        "select_option",
        (_BID, Parameter("options", Kind.TEXTS)),
        "Select options of a <select> element by value or label, and no others.",
        ("select_option('a48', 'blue')", "select_option('c48', ['red', 'green'])"),
    ),
    Primitive(
        "drag_and_drop",
        (Parameter("from_bid", Kind.TEXT), Parameter("to_bid", Kind.TEXT)),
        "Drag an element onto another one.",
        ("drag_and_drop('56', '498')",),
    ),
    Primitive(
        "upload_file",
        (_BID, _FILE),
        "Click an element that asks for files and give it some; an empty list gives none.",
        ("upload_file('572', 'receipt.pdf')", "upload_file('63', ['image.jpg', 'file.zip'])"),
    ),
)

_MOUSE = (
    Primitive("mouse_move", (_X, _Y), "Move the mouse to a point.", ("mouse_move(65.2, 158.5)",)),
    Primitive(
        "mouse_click",
        (_X, _Y, _BUTTON),
        "Move the mouse to a point and click.",
        ("mouse_click(887.2, 68)", "mouse_click(56, 712.56, 'right')"),
    ),
    Primitive(
        "mouse_dblclick",
        (_X, _Y, _BUTTON),
        "Move the mouse to a point and double click.",
        ("mouse_dblclick(5, 236)",),
    ),
    Primitive(
        "mouse_down",
        (_X, _Y, _BUTTON),
        "Move the mouse to a point, press a button and hold it.",
        ("mouse_down(140.2, 580.1)",),
    ),
    Primitive(
        "mouse_up",
        (_X, _Y, _BUTTON),
        "Move the mouse to a point and release a button.",
        ("mouse_up(250, 120)",),
    ),
    Primitive(
        "mouse_drag_and_drop",
        tuple(Parameter(name, Kind.NUMBER) for name in ("from_x", "from_y", "to_x", "to_y")),
        "Drag from one point to another.",
        ("mouse_drag_and_drop(10.7, 325, 235.6, 24.54)",),
    ),
    Primitive(
        "mouse_upload_file",
        (_X, _Y, _FILE),
        "Click a point that asks for files and give it some.",
        ("mouse_upload_file(132.1, 547, 'receipt.pdf')",),
    ),
    Primitive(
        "scroll",
        (Parameter("delta_x", Kind.NUMBER), Parameter("delta_y", Kind.NUMBER)),
        "Turn the mouse wheel where the mouse is; positive is right or down, in pixels.",
        ("scroll(0, 200)",),
    ),
    Primitive(
        "scroll_at",
        (_X, _Y, Parameter("dx", Kind.NUMBER), Parameter("dy", Kind.NUMBER)),
        "Move the mouse to a point and turn its wheel; positive is right or down, in pixels.",
        ("scroll_at(50, 100, -50, -100)",),
    ),
)

_KEYBOARD = (
    Primitive(
        "keyboard_press",
        (_KEY,),
        "Press a key or a combination, by the names of KeyboardEvent.key.",
        ("keyboard_press('Backspace')", "keyboard_press('ControlOrMeta+a')"),
    ),
    Primitive("keyboard_down", (_KEY,), "Press a key and hold it.", ("keyboard_down('Shift')",)),
    Primitive("keyboard_up", (_KEY,), "Release a key.", ("keyboard_up('Shift')",)),
    Primitive(
        "keyboard_type",
        (_TEXT,),
        "Type a text into whatever has the focus.",
        ("keyboard_type('Hello world!')",),
    ),
    Primitive(
        "keyboard_insert_text",
        (_TEXT,),
        "Insert a text into whatever has the focus, without pressing keys.",
        ("keyboard_insert_text('Hello world!')",),
    ),
)

_WINDOW = (
    Primitive(
        "goto",
        (Parameter("url", Kind.TEXT),),
        "Open an address: http, https or about:blank.",
        ("goto('http://www.example.com')",),
    ),
    Primitive("go_back", (), "Go to the page before in the history.", ("go_back()",)),
    Primitive("go_forward", (), "Go to the next page in the history.", ("go_forward()",)),
    Primitive("new_tab", (), "Open a new tab; it comes to the front.", ("new_tab()",)),
    Primitive("tab_close", (), "Close the tab in front.", ("tab_close()",)),
    Primitive(
        "tab_focus",
        (Parameter("index", Kind.INTEGER),),
        "Bring a tab to the front, counted from 0 in the order of opening.",
        ("tab_focus(2)",),
    ),
)

_CHAT = (
    Primitive(
        "send_msg_to_user",
        (_TEXT,),
        "Send a message to the user.",
        ("send_msg_to_user('The city was built in 1751.')",),
    ),
    Primitive(
        "report_infeasible",
        (Parameter("reason", Kind.TEXT),),
        "Tell the user that the instructions cannot be followed.",
        ("report_infeasible('There is no email field in this form.')",),
    ),
)

_NOOP = Primitive(
    "noop",
    (Parameter("wait_ms", Kind.NUMBER, 1000),),
    "Do nothing for some milliseconds.",
    ("noop()", "noop(500)"),
)

PRIMITIVES: Mapping[str, Primitive] = MappingProxyType(
    {one.name: one for one in (_NOOP, *_ELEMENTS, *_MOUSE, *_KEYBOARD, *_WINDOW, *_CHAT)}
)
"""Every primitive that can be executed, by name."""
