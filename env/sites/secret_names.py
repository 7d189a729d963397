"""Which names of fields, parameters and keys stand for something secret."""

from __future__ import annotations

import re

__all__ = ["REDACTED", "is_login", "is_secret"]

REDACTED = "REDACTED"
"""What stands in a secret's place."""

PARTS = [
    "passw",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "csrf",
    "xsrf",
    "credential",
    "apikey",
    "formkey",
    "accesskey",
    "privatekey",
    "sessionid",
    "sessionkey",
]
"""Letters that make a name secret wherever they stand in it, punctuation aside."""
WORDS = frozenset(["pass", "auth", "authorization", "bearer", "session", "otp", "pin", "nonce"])
"""Words that make a name secret, but are parts of harmless ones (author, passenger)."""
LOGINS = frozenset(["login", "logon", "signin", "auth", "session", "sessions", "password"])
"""Words of a path to which a login is sent."""


def is_secret(name: str) -> bool:
    """Return whether what is called so must not be told."""
    words = _words(name)
    joined = "".join(words)
    return any(part in joined for part in PARTS) or not WORDS.isdisjoint(words)


def is_login(method: str, path: str) -> bool:
    """Return whether a request sends a login: then each of its fields is secret.

    Some applications call these fields by one letter.
    """
    segments = {"".join(_words(segment)) for segment in path.split("/")}
    return method not in ("GET", "HEAD") and not LOGINS.isdisjoint(segments)


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.findall(r"[a-z0-9]+", apart.lower())
