"""Reads values for a form's fields out of plain prose, led by the fields' own labels."""

from __future__ import annotations

import re

from webpilot.offline.matching import fold, stem
from webpilot.offline.page import Node, PageView

__all__ = ["slots"]

PROPER = r"(?-i:[A-Z0-9][\w'.$%@-]*(?:\s+(?!(?:And|Then|From|By|On)\b)[A-Z0-9][\w'.@-]*)*)"
VALUE = rf"\"(?P<quoted>[^\"]+)\"|(?P<proper>{PROPER})"
KNOWN = (
    (frozenset({"year"}), re.compile(r"\b(?:19|20)\d\d\b")),
    (frozenset({"email", "mail"}), re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+\b")),
    (frozenset({"date", "day"}), re.compile(r"\b\d{1,4}[/-]\d{1,2}[/-]\d{1,4}\b")),
    (frozenset({"phone", "telephone"}), re.compile(r"\+?\d[\d ()-]{6,}\d")),
    (frozenset({"time"}), re.compile(r"\b\d{1,2}:\d{2}(?:\s*[AP]M)?\b", re.IGNORECASE)),
)
"""What values look like for labels that everybody uses alike."""
LINK = r"(?:\s+(?:is|are|named|called|by|in|from|on|to|at|of|for|as|with))*\s*[:=]?\s*(?:the\s+)?"
KIND = re.compile(
    r"\b(?:for|find|search|want|book|order|show)\s+(?:me\s+|an?\s+|the\s+|all\s+|some\s+)*"
    r"([\w-]+)\s+[a-z]+s\s+(?:\w+(?:ed|en|t)\s+)?(?:by|from|in|of|with|to)\b",
    re.IGNORECASE,
)
"""What kind of things is looked for (``action movies directed by``): for the one field left."""
KIN = 4
"""Leading letters that a word must share with a label to be its kin (director, directed)."""


def slots(view: PageView, goal: str) -> list[tuple[Node, str]]:
    """Return fields of the page with the values that the goal's prose gives them."""
    found: list[tuple[Node, str]] = []
    for field in view.editable:
        value = _value(field, goal)
        if value is not None and value not in [text for _, text in found]:
            found.append((field, value))
    named = {field.bid for field, _ in found}
    left = [field for field in view.editable if field.bid not in named]
    kind = KIND.search(goal)
    if found and len(left) == 1 and kind is not None:
        found.append((left[0], kind.group(1)))
    return found


def _value(field: Node, goal: str) -> str | None:
    """Return the goal's value for one field, or ``None``."""
    label = tuple(stem(word) for word in fold(field.label).split()) or tuple(
        sorted(stem(word) for word in field.words)
    )
    for names, pattern in KNOWN:
        plain = pattern.search(goal)
        if names & set(label) and plain:
            return plain.group()
    for word in label:
        lead = rf"\b{re.escape(word[: max(KIN, len(word) - 2)])}\w*\b"
        match = re.search(rf"{lead}{LINK}(?:{VALUE})", goal, re.IGNORECASE)
        if match and len(word) >= 2:
            value = match.group("quoted") or match.group("proper")
            if fold(value) != fold(word):
                return value.rstrip(".,")
    return None
