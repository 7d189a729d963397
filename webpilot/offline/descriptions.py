"""What a noun phrase says of a drawn thing: kind, colour, size, place, the character it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webpilot.offline.palette import COLOR_HEX

__all__ = ["KINDS", "SIDES", "Description", "described"]


KINDS: dict[str, str] = {
    "circle": "circle",
    "ball": "circle",
    "dot": "circle",
    "disc": "circle",
    "disk": "circle",
    "point": "circle",
    "ellipse": "ellipse",
    "oval": "ellipse",
    "rectangle": "rectangle",
    "box": "rectangle",
    "block": "rectangle",
    "square": "square",
    "triangle": "triangle",
    "quadrilateral": "polygon-4",
    "diamond": "polygon-4",
    "rhombus": "polygon-4",
    "pentagon": "polygon-5",
    "hexagon": "polygon-6",
    "heptagon": "polygon-7",
    "octagon": "polygon-8",
    "polygon": "polygon",
    "line": "line",
    "letter": "letter",
    "character": "character",
    "digit": "digit",
    "number": "digit",
    "shape": "shape",
    "item": "any",
    "figure": "any",
    "object": "any",
    "thing": "any",
    "element": "any",
    "one": "any",
}
"""Kind of figure behind each word."""


SIZES = {
    "small": "small",
    "smaller": "small",
    "smallest": "smallest",
    "little": "small",
    "tiny": "small",
    "large": "large",
    "larger": "large",
    "largest": "largest",
    "big": "large",
    "bigger": "large",
    "biggest": "largest",
}


SIDES: dict[str, tuple[int, bool]] = {
    "leftmost": (0, True),
    "left": (0, True),
    "rightmost": (0, False),
    "right": (0, False),
    "topmost": (1, True),
    "top": (1, True),
    "highest": (1, True),
    "upper": (1, True),
    "bottommost": (1, False),
    "bottom": (1, False),
    "lowest": (1, False),
    "lower": (1, False),
}
"""Axis (0 across, 1 down) of each word for a place, and whether the smallest coordinate has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a noun phrase says of a figure; ``None`` where it says nothing."""

    kind: str = "any"
    color: str | None = None
    size: str | None = None
    """small, large, smallest or largest."""
    text: str | None = None
    """The character or word the figure shows, case kept."""
    side: str | None = None
    """A word of :data:`SIDES`: the one that lies furthest to that side."""


def described(phrase: str) -> Description | None:
    """Return what a noun phrase such as ``large blue circles`` says, or ``None`` if not a figure.

    The last word is the kind, a single character (with a plural s where the phrase counts), or a
    word for anything; sizes and colours stand before it.
    """
    tokens = re.findall(r"#?[\w']+", phrase)
    while tokens and tokens[0].lower() in ("the", "a", "an", "all", "every", "each", "of", "any"):
        tokens = tokens[1:]
    if not tokens:
        return None
    size = next((SIZES[token.lower()] for token in tokens if token.lower() in SIZES), None)
    color = next((token.lower() for token in tokens if token.lower() in COLOR_HEX), None)
    side = next((token.lower() for token in tokens[:-1] if token.lower() in SIDES), None)
    tokens = [token for token in tokens if token.lower() not in SIDES] or tokens
    head = tokens[-1].strip("'")
    others = [token.lower() for token in tokens[:-1]]
    plain = all(
        token in SIZES or token in COLOR_HEX or token in KINDS or token in ("colored", "coloured")
        for token in others
    )
    if not plain:
        return None
    if any(token in KINDS for token in others):
        # "letter q", "number 5": the kind word introduces the character shown
        return Description(kind="any", color=color, size=size, text=head, side=side)
    lower = head.lower()
    for form in (lower, lower.removesuffix("s"), lower.removesuffix("es")):
        if form in KINDS and len(form) > 1:
            return Description(kind=KINDS[form], color=color, size=size, side=side)
    if len(head) == 1 or (len(head) == 2 and head[1] == "s"):
        return Description(kind="any", color=color, size=size, text=head[0], side=side)
    if "'" in tokens[-1]:
        return Description(kind="any", color=color, size=size, text=head.split("'")[0])
    return None
