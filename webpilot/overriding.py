"""Methods made of functions and numbers, changed by name: how an ablation is one override."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from webpilot.errors import ConfigError

T = TypeVar("T")

Tables = Mapping[str, Mapping[str, Callable[..., Any]]]
"""For each field that holds a function: the functions to choose from, by name."""

__all__ = ["Tables", "by_name", "override"]


def override(config: T, tables: Tables, *, kind: str, **changes: Any) -> T:
    """Return the dataclass ``config`` with changes; functions may be given by name.

    Args:
        config: a dataclass of functions and numbers.
        tables: which of its fields hold functions, and which there are.
        kind: what the user calls such a configuration, for error messages.
        changes: new values by field.

    Raises:
        ConfigError: no such field, or no such function; the message lists what there is.
    """
    known = [each.name for each in fields(config)]  # type: ignore[arg-type]
    resolved: dict[str, Any] = {}
    for key, value in changes.items():
        if key not in known:
            raise ConfigError(f"{kind} has no setting {key!r}; it has {', '.join(known)}")
        if isinstance(value, str):
            table = tables.get(key, {})
            if not table:
                raise ConfigError(f"{kind}.{key}={value!r} must be a number")
            if value not in table:
                raise ConfigError(f"{kind}.{key}={value!r} is not one of {', '.join(table)}")
            value = table[value]
        resolved[key] = value
    return replace(config, **resolved)  # type: ignore[type-var]


def by_name(config: Any, tables: Tables) -> dict[str, Any]:
    """Return the fields of the dataclass ``config`` with its functions by name, tuples as lists."""
    found: dict[str, Any] = {}
    for each in fields(config):
        value = getattr(config, each.name)
        if each.name in tables:
            value = next(name for name, fn in tables[each.name].items() if fn is value)
        found[each.name] = [list(pair) for pair in value] if isinstance(value, tuple) else value
    return found
