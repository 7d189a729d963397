"""A described page: what the Planner is shown in place of the page itself.

A page may say anything, orders to the planner included. So the Planner reads only what another role
made of the page, cut to a length, with every long quotation taken out. That keeps the page's own
sentences from the plan; it cannot keep a model from being misled by what they mean.
"""

from __future__ import annotations

import re

__all__ = ["LONGEST", "QUOTED", "in_own_words"]

QUOTED = 8
"""Words in a row that count as the page's own sentence: names and headings are shorter."""
LONGEST = 1500
"""Characters of a description."""
GAP = "[…]"

_WORD = re.compile(r"[^\W_]+")


def in_own_words(description: str, page: str) -> str:
    """Return the description without runs of ``QUOTED`` or more words that the page holds."""
    found = list(_WORD.finditer(description))
    said = [match.group().casefold() for match in found]
    shown = [match.group().casefold() for match in _WORD.finditer(page)]
    runs = {tuple(shown[i : i + QUOTED]) for i in range(len(shown) - QUOTED + 1)}
    copied = [False] * len(said)
    for start in range(len(said) - QUOTED + 1):
        if tuple(said[start : start + QUOTED]) in runs:
            copied[start : start + QUOTED] = [True] * QUOTED
    return _without(description, found, copied)[:LONGEST]


def _without(text: str, words: list[re.Match[str]], copied: list[bool]) -> str:
    kept, end, inside = [], 0, False
    for word, is_copied in zip(words, copied, strict=True):
        if is_copied and not inside:
            kept += [text[end : word.start()], GAP]
        elif not is_copied:
            kept.append(text[end : word.end()])
        inside, end = is_copied, word.end()
    return "".join([*kept, text[end:]])
