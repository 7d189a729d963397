"""WebArena's sites: their names, their placeholders in tasks, the variables that hold addresses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["HOMEPAGE", "PLACEHOLDERS", "SITES", "canonical", "filled", "left_open", "variable"]

SITES = ("shopping", "shopping_admin", "reddit", "gitlab", "wikipedia", "map")
"""In the order of BrowserGym's variables."""

HOMEPAGE = "homepage"
"""Not a site of any task: the page that links to all of them."""

PLACEHOLDERS: Mapping[str, str] = MappingProxyType({site: f"__{site.upper()}__" for site in SITES})
"""What stands for a site's address in a task's definition, by site."""

CANONICAL: Mapping[str, str] = MappingProxyType({site: f"http://{site}" for site in SITES})


def variable(site: str) -> str:
    """Return the name of the environment variable that holds a site's address."""
    return f"WA_{site.upper()}"


def filled(value: Any, addresses: Mapping[str, str]) -> Any:
    """Return JSON data with the placeholders of these sites replaced, as BrowserGym does.

    Args:
        value: a task's definition, or any part of one.
        addresses: by site, without a slash at the end.
    """
    if isinstance(value, str):
        for site, address in addresses.items():
            value = value.replace(PLACEHOLDERS.get(site, f"__{site.upper()}__"), address)
        return value
    if isinstance(value, Mapping):
        return {key: filled(each, addresses) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, addresses) for each in value]
    return value


def left_open(value: Any) -> tuple[str, ...]:
    """Return the placeholders that still stand in JSON data, sorted."""
    if isinstance(value, str):
        found = {mark for mark in PLACEHOLDERS.values() if mark in value}
    elif isinstance(value, Mapping):
        found = {mark for each in value.values() for mark in left_open(each)}
    elif isinstance(value, list | tuple):
        found = {mark for each in value for mark in left_open(each)}
    else:
        found = set()
    return tuple(sorted(found))


def canonical(value: Any) -> Any:
    """Return JSON data with each placeholder replaced by ``http://SITE`` (decision 7)."""
    return filled(value, CANONICAL)
