"""Cuts a goal into stretches that begin with a preposition or a word of naming."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webpilot.offline.clauses import QUOTED

__all__ = ["Chunk", "chunks", "masked", "unmasked"]

LEADS = [
    "of",
    "for",
    "about",
    "on",
    "in",
    "from",
    "to",
    "with",
    "by",
    "as",
    "under",
    "titled",
    "named",
    "called",
    "saying",
    "does",
    "did",
    "do",
    "have",
    "has",
    "whose",
    "which",
    "who",
    "that",
    "are",
    "is",
    "was",
    "were",
    "regarding",
    "on",
    "behalf",
    "of",
    "into",
    "within",
    "at",
    "entitled",
    "over",
    "labelled",
    "labeled",
    "reading",
    "using",
    "between",
    "above",
    "below",
    "than",
    "since",
    "before",
    "after",
    "during",
]
MASK = re.compile(r"\bQ(\d+)Q\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One stretch of a goal."""

    lead: str
    """The word it begins with, lower case, or the empty string."""
    text: str
    """The rest, quotations put back."""
    quotes: tuple[str, ...] = ()
    """The quotations in it, without their marks."""


def masked(text: str) -> tuple[str, list[str]]:
    """Return the text with each quotation replaced by one word, and the quotations."""
    found: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        found.append(next(group for group in match.groups() if group is not None))
        return f"Q{len(found) - 1}Q"

    return QUOTED.sub(replaced, text), found


def unmasked(text: str, strings: list[str]) -> str:
    """Return the text with the quotations put back, without their marks."""
    return MASK.sub(lambda match: strings[int(match.group(1))], text)


def chunks(text: str) -> tuple[Chunk, ...]:
    """Return the stretches of one sentence in order.

    A preposition between two capitalised words belongs to a name (``The Art of War``).
    """
    plain, strings = masked(text.strip())
    words = plain.split()
    groups: list[tuple[str, list[str]]] = [("", [])]
    for place, word in enumerate(words):
        bare = word.strip(",.;:?!()").lower()
        inner = groups[-1][1]
        named = (
            bool(inner)
            and inner[-1][:1].isupper()
            and not inner[-1].startswith("Q")
            and not inner[-1].endswith((",", ";", ":"))
            and place + 1 < len(words)
            and words[place + 1][:1].isupper()
            and not words[place + 1].startswith("Q")
            and len(inner) + (groups[-1][0] != "") > 1
        )
        absorbed = groups[-1][0] in ("about", "regarding") and bool(inner)
        if (
            bare in LEADS
            and not absorbed
            and not (named and bare in ("of", "for", "in", "on", "to", "and"))
        ):
            groups.append((bare, []))
        else:
            inner.append(word)
    return tuple(
        Chunk(
            lead=lead,
            text=unmasked(" ".join(rest), strings).strip(" ,;:?!").rstrip("."),
            quotes=tuple(strings[int(number)] for number in MASK.findall(" ".join(rest))),
        )
        for lead, rest in groups
        if rest or lead
    )
