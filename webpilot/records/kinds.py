"""Whether plain values are of the kinds that a dataclass says: text, numbers, lists, mappings."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, get_args, get_origin

__all__ = ["check_kinds"]


def check_kinds(record: object, hints: Mapping[str, Any]) -> None:
    """Return ``None`` if each field of a record is of the kind that its annotation names.

    Args:
        record: an instance of a dataclass.
        hints: its annotations by field, resolved (:func:`typing.get_type_hints`).

    Raises:
        ValueError: one is not; the message names it.
    """
    for name, hint in hints.items():
        value = getattr(record, name)
        if not _fits(value, hint):
            raise ValueError(f"{name} is {value!r}, not {hint}")


def _fits(value: object, hint: Any) -> bool:
    """Return whether ``value`` is of the kind that a field's annotation names."""
    if isinstance(hint, UnionType):
        return any(_fits(value, option) for option in get_args(hint))
    origin = get_origin(hint)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(item, get_args(hint)[0]) for item in value)
    if origin is dict:
        of_value = get_args(hint)[1]
        return isinstance(value, dict) and all(
            isinstance(name, str) and _fits(item, of_value) for name, item in value.items()
        )
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)
