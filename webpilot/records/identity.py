"""What makes a run the same run when it resumes: its configuration, and what only earns a warning.

A run is one experiment, so a resumed one may differ in nothing that could change a result.
Versions of what plays it may change between two sittings, but not unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are no dependency of ours

__all__ = ["changed_versions", "differences"]

_ABSENT = object()


def differences(stored: str, config: str, *, loose: tuple[str, ...]) -> tuple[str, ...]:
    """Return one phrase for each setting in which two configurations are not the same.

    Args:
        stored: YAML text that the run began with.
        config: YAML text that it would resume with.
        loose: dotted names that may differ, each with all that lies under it.
    """
    there, now = (_flat(yaml.safe_load(text)) for text in (stored, config))
    return tuple(
        f"{key} ({there.get(key, 'absent')} there, {now.get(key, 'absent')} now)"
        for key in sorted(there.keys() | now.keys())
        if there.get(key, _ABSENT) != now.get(key, _ABSENT)
        and not any(key == name or key.startswith(f"{name}.") for name in loose)
    )


def _flat(value: object, name: str = "") -> dict[str, object]:
    """Return dotted names and leaf values of nested mappings."""
    if not isinstance(value, dict) or (not value and name):
        return {name: value} if name else {}
    flat: dict[str, object] = {}
    for key, item in value.items():
        flat |= _flat(item, f"{name}.{key}" if name else str(key))
    return flat


def changed_versions(before: Mapping[str, Any], about: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one line for each version that is not what it was when the run began.

    Args:
        before: the ``run`` part of the summary that the run left; empty for a new one.
        about: the same as it would be written now.
    """
    then, now = before.get("versions", {}), about.get("versions", {})
    return tuple(
        f"{name} was {then[name]} when this run began and is {now[name]} now"
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    )
