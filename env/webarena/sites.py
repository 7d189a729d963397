"""WebArena's sites: their names, the variables that hold their addresses, what is not filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from env.sites.addresses import PLACEHOLDERS

__all__ = ["HOMEPAGE", "SITES", "left_open", "variable"]

SITES = ("shopping", "shopping_admin", "reddit", "gitlab", "wikipedia", "map")
"""In the order of BrowserGym's variables."""

HOMEPAGE = "homepage"
"""Not a site of any task: the page that links to all of them."""


def variable(site: str) -> str:
    """Return the name of the environment variable that holds a site's address."""
    return f"WA_{site.upper()}"


def left_open(value: Any) -> tuple[str, ...]:
    """Return the placeholders of addresses that still stand in JSON data, sorted."""
    if isinstance(value, str):
        found = {mark for mark in PLACEHOLDERS if mark in value}
    elif isinstance(value, Mapping):
        found = {mark for each in value.values() for mark in left_open(each)}
    elif isinstance(value, list | tuple):
        found = {mark for each in value for mark in left_open(each)}
    else:
        found = set()
    return tuple(sorted(found))
