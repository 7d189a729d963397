"""Reading an action's text, and describing the actions in a prompt.

A text must be exactly one call of a known primitive with literal arguments. Prose around it, two
calls, an expression or a name in the place of a literal are refused with one line that says why.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Sequence

from webpilot.actions.addresses import foreign_scheme
from webpilot.actions.parameters import BUTTONS, MODIFIERS, Kind, Parameter, Primitive
from webpilot.actions.sets import MINIWOB_ALL
from webpilot.actions.table import PRIMITIVES
from webpilot.errors import ActionError
from webpilot.types import Action, Argument

__all__ = ["MAX_CHARACTERS", "describe_actions", "parse_action"]

MAX_CHARACTERS = 8_000
"""Length of the longest action text that is read."""

MAX_NODES = 200
"""Syntax nodes of the largest action; the literal arguments of a primitive need far fewer."""

MAX_WAIT_MS = 60_000.0
"""Longest ``noop``."""

MAX_MEASURE = 1e6
"""Largest number, in either direction, that a parameter takes."""


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
    if parameter.name == "url" and isinstance(value, str):
        scheme = foreign_scheme(value)
        if scheme is not None:
            raise ActionError(
                f"{primitive.name} opens http:, https: and about:blank only, not {scheme}"
            )
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
        case Kind.TEXTS:
            texts = (value,) if isinstance(value, str) else value
            return isinstance(texts, tuple) and all(map(_is_unicode, texts))
        case Kind.INTEGER:
            whole = isinstance(value, int) and not isinstance(value, bool)
            return whole and _is_measure(value)
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
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) <= MAX_MEASURE
