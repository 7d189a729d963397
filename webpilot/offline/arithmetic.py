"""Numbers in texts: quantities with units, sums, equations with one unknown."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from fractions import Fraction

__all__ = ["quantity", "solve"]

OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-"})
UNITS = {"d": 1440.0, "h": 60.0, "m": 1.0, "s": 1 / 60}
TERM = r"[-+*/x×÷−–().\d\s]"


def solve(text: str) -> str | None:
    """Return the result of the sum or the unknown of the equation in ``text``, if there is one."""
    flat = " ".join(text.split())
    equation = re.search(
        r"([-+*/×÷−–().\da-z\s]*\d[-+*/×÷−–().\da-z\s]*)=\s*([-\d. +*/a-z]*\d)", flat
    )
    if equation:
        return _unknown(equation.group(1), equation.group(2))
    plain = re.search(r"(-?\d+(?:\s*[-+*/x×÷−–]\s*-?\d+)+)\s*(?:=|\?|$)", flat)
    value = _value(plain.group(1).replace("x", "*")) if plain else None
    return None if value is None else _written(value)


def _unknown(left: str, right: str) -> str | None:
    """Return the value of the single letter in a linear equation."""
    letters = set(re.findall(r"[a-z]", left + right))
    if len(letters) != 1:
        return None
    letter = letters.pop()
    at = [(_value(_put(left, letter, n)), _value(_put(right, letter, n))) for n in (0, 1)]
    if any(first is None or second is None for first, second in at):
        return None
    zero, one = (Fraction(a or 0) - Fraction(b or 0) for a, b in at)
    return None if one == zero else _written(-zero / (one - zero))


def _put(side: str, letter: str, number: int) -> str:
    """Return one side of an equation with the letter replaced; ``3x`` means ``3*x``."""
    return re.sub(rf"(?<=\d)\s*{letter}", f"*{number}", side).replace(letter, str(number))


def _value(expression: str) -> Fraction | None:
    """Return the exact value of an expression of numbers and the four operators, or ``None``."""
    text = re.sub(r"\b0+(?=\d)", "", expression.translate(SIGNS).strip())
    try:
        return _walk(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError):
        return None


def _walk(node: ast.expr) -> Fraction:
    """Return the value of one node of the expression tree.

    Raises:
        ValueError: the expression holds anything but numbers and the four operators.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_walk(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_walk(node.left), _walk(node.right))
    raise ValueError("no plain arithmetic")


def _written(value: Fraction) -> str:
    """Return the number as a person writes it."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6g}"


def quantity(text: str) -> float | None:
    """Return the number a text stands for: duration in minutes, clock time, price, plain number."""
    clock = re.search(r"\b(\d{1,2}):(\d{2})\s*([ap])?\.?m?\b", text, re.IGNORECASE)
    if clock:
        hour = int(clock.group(1)) % 12 if clock.group(3) else int(clock.group(1))
        late = 12 if (clock.group(3) or "").lower() == "p" else 0
        return (hour + late) * 60.0 + int(clock.group(2))
    parts = re.findall(
        r"(\d+(?:\.\d+)?)\s*([dhms])(?:ays?|ours?|rs?|in(?:ute)?s?|ec(?:ond)?s?)?\b", text
    )
    if parts:
        return sum(float(number) * UNITS[unit] for number, unit in parts)
    plain = re.search(r"-?\d[\d,]*(?:\.\d+)?", text)
    return float(plain.group().replace(",", "")) if plain else None
