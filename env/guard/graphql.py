"""GraphQL: reads and writes at one address by POST, told apart by what the body holds."""

from __future__ import annotations

import json
import re

__all__ = ["only_queries"]

WRITING = re.compile(r"\b(mutation|subscription)\b")
"""Where one of these words stands anywhere, a text is not held for a query."""


def only_queries(body: bytes | None) -> bool:
    """Return whether a request's body is one GraphQL query in JSON, or several of them.

    What cannot be told for sure is none: no body, other forms of it, texts known by a hash alone.
    """
    try:
        sent = json.loads(body or b"")
    except (ValueError, RecursionError):
        return False
    operations = sent if isinstance(sent, list) else [sent]
    texts = [one.get("query") if isinstance(one, dict) else None for one in operations]
    return bool(texts) and all(isinstance(t, str) and t and not WRITING.search(t) for t in texts)
