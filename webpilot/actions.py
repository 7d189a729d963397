"""The action grammar: BrowserGym's action strings, read by a frozen table and never executed.

A text must be exactly one call of a known primitive with literal arguments. Prose around it, two
calls, an expression or a name in the place of a literal are refused with one line that says why.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from webpilot.errors import ActionError
from webpilot.types import Action, Argument

__all__ = [
    "MINIWOB_ALL",
    "PRIMITIVES",
    "Kind",
    "Parameter",
    "Primitive",
    "describe_actions",
    "parse_action",
]

MAX_CHARACTERS = 8_000
"""Length of the longest action text that is read."""

MAX_NODES = 200
"""Syntax nodes of the largest action; the literal arguments of a primitive need far fewer."""

MAX_WAIT_MS = 60_000.0
"""Longest ``noop``."""


class Kind(StrEnum):
    """What a parameter takes."""

    TEXT = "str"
    NUMBER = "float"
    FLAG = "bool"
    BUTTON = "Literal['left', 'middle', 'right']"
    MODIFIERS = "list[Literal['Alt', 'Control', 'ControlOrMeta', 'Meta', 'Shift']]"


BUTTONS = ("left", "middle", "right")
MODIFIERS = ("Alt", "Control", "ControlOrMeta", "Meta", "Shift")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a primitive; ``default`` is ``None`` where an argument is due."""

    name: str
    kind: Kind
    default: Argument = None

    @property
    def signature(self) -> str:
        """How it is written in the description of the actions."""
        if self.default is None:
            return f"{self.name}: {self.kind}"
        shown = list(self.default) if isinstance(self.default, tuple) else self.default
        return f"{self.name}: {self.kind} = {shown!r}"


@dataclass(frozen=True, slots=True)
class Primitive:
    """One action of BrowserGym."""

    name: str
    parameters: tuple[Parameter, ...]
    summary: str
    examples: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The call with its parameters' types and defaults."""
        return f"{self.name}({', '.join(parameter.signature for parameter in self.parameters)})"


_BID = Parameter("bid", Kind.TEXT)
_X, _Y = Parameter("x", Kind.NUMBER), Parameter("y", Kind.NUMBER)
_BUTTON = Parameter("button", Kind.BUTTON, "left")

_TABLE = (
    Primitive(
        "noop",
        (Parameter("wait_ms", Kind.NUMBER, 1000),),
        "Do nothing for some milliseconds.",
        ("noop()", "noop(500)"),
    ),
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
        "scroll",
        (Parameter("delta_x", Kind.NUMBER), Parameter("delta_y", Kind.NUMBER)),
        "Turn the mouse wheel where the mouse is; positive is right or down, in pixels.",
        ("scroll(0, 200)",),
    ),
    Primitive(
        "click",
        (_BID, _BUTTON, Parameter("modifiers", Kind.MODIFIERS, ())),
        "Click an element.",
        ("click('a51')", "click('48', button='middle', modifiers=['Shift'])"),
    ),
    Primitive(
        "keyboard_press",
        (Parameter("key", Kind.TEXT),),
        "Press a key or a combination, by the names of KeyboardEvent.key.",
        ("keyboard_press('Backspace')", "keyboard_press('ControlOrMeta+a')"),
    ),
    Primitive(
        "keyboard_type",
        (Parameter("text", Kind.TEXT),),
        "Type a text into whatever has the focus.",
        ("keyboard_type('Hello world!')",),
    ),
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
)

PRIMITIVES: Mapping[str, Primitive] = MappingProxyType({one.name: one for one in _TABLE})
"""Every primitive that can be executed, by name."""

MINIWOB_ALL: tuple[str, ...] = tuple(PRIMITIVES)
"""BrowserGym's ``miniwob_all``: its ten primitives and ``noop``, in its order."""


def parse_action(text: str, *, allowed: Sequence[str] = MINIWOB_ALL) -> Action:
    """Return the one action that a text consists of, its defaults left out.

    Raises:
        ActionError: it is anything else; the message is one line.
    """
    call = _call(text)
    if not isinstance(call.func, ast.Name):
        raise ActionError(
            f"the action must be a plain call such as click('12'), not {_shown(text)}"
        )
    name = call.func.id
    if name not in allowed or name not in PRIMITIVES:
        raise ActionError(f"unknown action {name[:40]!r}; allowed: {', '.join(allowed)}")
    return Action(kind=name, args=_arguments(PRIMITIVES[name], call))


def describe_actions(kinds: Sequence[str] = MINIWOB_ALL) -> str:
    """Return the allowed actions as a prompt shows them: signature, meaning, examples.

    Raises:
        KeyError: there is no primitive of that name.
    """
    blocks = []
    for kind in kinds:
        primitive = PRIMITIVES[kind]
        examples = "".join(f"\n        {example}" for example in primitive.examples)
        blocks.append(f"{primitive.signature}\n    {primitive.summary}{examples}")
    return "\n".join(blocks)


def _call(text: str) -> ast.Call:
    stripped = text.strip()
    if not stripped:
        raise ActionError("the action is empty")
    if len(stripped) > MAX_CHARACTERS:
        raise ActionError(f"the action is longer than {MAX_CHARACTERS} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown escape is no news worth a line
            expression = ast.parse(stripped, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ActionError(f"not one single action call: {_shown(text)}") from None
    if not isinstance(expression, ast.Call):
        raise ActionError(f"not an action call: {_shown(text)}")
    if sum(1 for _ in ast.walk(expression)) > MAX_NODES:
        raise ActionError("the action has too many parts")
    return expression


def _shown(text: str) -> str:
    folded = " ".join(text.split())
    return repr(folded if len(folded) <= 60 else folded[:59] + "…")


def _arguments(primitive: Primitive, call: ast.Call) -> tuple[Argument, ...]:
    """Return the positional arguments, checked, without trailing defaults."""
    parameters = primitive.parameters
    if len(call.args) > len(parameters):
        raise ActionError(f"{primitive.name} takes at most {len(parameters)} arguments")
    given = dict(zip((parameter.name for parameter in parameters), call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg not in {parameter.name for parameter in parameters}:
            raise ActionError(f"{primitive.name} has no parameter {keyword.arg!r}")
        if keyword.arg in given:
            raise ActionError(f"{primitive.name} got two values for {keyword.arg!r}")
        given[keyword.arg] = keyword.value
    values: list[Argument] = []
    for parameter in parameters:
        if parameter.name in given:
            values.append(_value(primitive, parameter, given[parameter.name]))
        elif parameter.default is None:
            raise ActionError(f"{primitive.name} needs {parameter.name!r}")
        else:
            values.append(parameter.default)
    while values and values[-1] == parameters[len(values) - 1].default:
        values.pop()
    return tuple(values)


def _value(primitive: Primitive, parameter: Parameter, node: ast.expr) -> Argument:
    value = _literal(node)
    if not _fits(value, parameter.kind):
        raise ActionError(
            f"{primitive.name}: {parameter.name} must be {parameter.kind}, "
            f"not {_shown(ast.unparse(node))}"
        )
    if parameter.name == "wait_ms" and isinstance(value, int | float):
        return min(max(value, 0), MAX_WAIT_MS)
    return value


def _literal(node: ast.expr) -> Argument:
    """Return the value of a literal; anything else is ``None``, which no parameter takes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | bool):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = node.operand.value if isinstance(node.operand, ast.Constant) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.List | ast.Tuple):
        items = [_literal(item) for item in node.elts]
        if all(isinstance(item, str) for item in items):
            return tuple(str(item) for item in items)
    return None


def _fits(value: Argument, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str) and _is_unicode(value)
        case Kind.NUMBER:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return number and _is_measure(value)
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.BUTTON:
            return value in BUTTONS
        case Kind.MODIFIERS:
            return isinstance(value, tuple) and set(value) <= set(MODIFIERS)


def _is_unicode(text: str) -> bool:
    """Return whether the text can be written down: lone surrogates cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _is_measure(value: Argument) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) <= 1e6
