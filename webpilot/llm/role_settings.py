"""Roles that ask a model of their own: what a configuration says about each of them.

An entry is a diff on the settings of the model that all other roles ask: another model or adapter
at the same endpoint, or another endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from webpilot.errors import ConfigError

__all__ = ["OFFICIAL", "OPENAI_KEY", "ROLES", "changes_of"]

ROLES = ("planner", "controller", "extractor", "explorer", "appraiser", "verifier")
"""Who may ask; the fields of :class:`webpilot.roles.Roles`."""

OWN = (
    *("model", "base_url", "key_env", "temperature", "max_tokens", "timeout_s"),
    *("structured", "context", "page_tokens", "price"),
)
"""Settings that a role may have of its own."""

OFFICIAL = "https://api.openai.com/v1"
OPENAI_KEY = "OPENAI_API_KEY"


def changes_of(told: object) -> dict[str, dict[str, Any]]:
    """Return for each role with an entry what is otherwise for it than for all.

    An entry is the name of a model, or settings by name; ``None`` says nothing. What a model costs
    and holds is not taken over to another one, nor a key to another address.

    Args:
        told: ``llm.roles``.

    Raises:
        ConfigError: there is no such role, or it has no such setting.
    """
    if not isinstance(told, Mapping):
        raise ConfigError(f"llm.roles={told!r} must be given role by role")
    found = {}
    for role, entry in told.items():
        if role not in ROLES:
            raise ConfigError(f"llm.roles has no role {role!r}; it has {', '.join(ROLES)}")
        changes = _said({"model": entry} if isinstance(entry, str) else entry or {}, role)
        if changes:
            found[role] = changes
    return found


def _said(entry: object, role: str) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        raise ConfigError(f"llm.roles.{role}={entry!r} must be a model's name, or settings")
    for name in entry:
        if name not in OWN:
            raise ConfigError(f"llm.roles.{role} has no setting {name!r}; it has {', '.join(OWN)}")
    changes = {name: value for name, value in entry.items() if value is not None}
    price = changes.get("price")
    if isinstance(price, Mapping) and all(value is None for value in price.values()):
        del changes["price"]
    if "model" in changes:
        changes = {"price": None, "context": None, **changes}
    if "base_url" in changes:
        changes = {"key_env": _key_of(changes["base_url"]), **changes}
    return changes


def _key_of(url: object) -> str | None:
    """Return the variable of the key that an address is sent unasked: OpenAI's own, else none."""
    official = isinstance(url, str) and urlsplit(url).netloc == urlsplit(OFFICIAL).netloc
    return OPENAI_KEY if official else None
