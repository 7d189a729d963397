"""Cues and clickable elements, from what the page scripts tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from env.page.frames import Origin
from webpilot.observation import Cue, Element

__all__ = ["box_in_page", "cue_of", "with_clickable"]

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

Box = tuple[float, float, float, float]


def box_in_page(box: Sequence[float], origin: Origin = (0.0, 0.0)) -> Box:
    """Return a box of a frame in the page's viewport."""
    left, top, width, height = (float(number) for number in box)
    return (round(left + origin[0], 2), round(top + origin[1], 2), width, height)


def with_clickable(
    found: list[Element], cues: Sequence[tuple[Mapping[str, Any], Origin]], printed: set[str]
) -> list[Element]:
    """Return the elements, those that only look clickable named by their text (see browser.md).

    Modern pages are built of ``div`` elements with delegated listeners; BrowserGym's text shows
    no bid for them.
    """
    pointers = {
        raw["bid"]: (raw, origin)
        for raw, origin in cues
        if raw["clickable"] and raw["bid"] and raw["bid"] not in printed
    }
    known = {element.bid for element in found}
    renamed = [
        _clickable(element, pointers[element.bid][0]) if element.bid in pointers else element
        for element in found
    ]
    extra = [
        Element(
            bid=bid,
            role="generic",
            name=raw["inner"],
            states=(("clickable", ""),),
            parent=raw["parent"],
            box=box_in_page(raw["box"], origin),
        )
        for bid, (raw, origin) in pointers.items()
        if bid not in known
    ]
    return renamed + extra


def _clickable(element: Element, raw: Mapping[str, Any]) -> Element:
    name = element.name or raw["inner"]
    return replace(element, name=name, states=(*element.states, ("clickable", "")))


def cue_of(raw: Mapping[str, Any], origin: Origin, canonical: Callable[[str], str]) -> Cue:
    """Return a cue as a page script told it; ``canonical`` rewrites addresses."""
    words = WORD.findall(raw["class"]) + WORD.findall(raw["id"])
    left, top = origin
    return Cue(
        bid=raw["bid"],
        tag=raw["tag"],
        parent=raw["parent"],
        text=raw["text"],
        words=tuple(dict.fromkeys(word.lower() for word in words)),
        attributes=tuple((name, canonical(value)) for name, value in raw["attributes"]),
        color=raw["color"],
        background=raw["background"],
        shape=raw["shape"],
        sides=raw["sides"],
        size=float(raw["size"]),
        cursor=raw["cursor"],
        selection=raw["selection"],
        scroll=tuple(raw["scroll"]) if raw["scroll"] else None,
        box=box_in_page(raw["box"], origin),
        points=tuple((round(x + left, 2), round(y + top, 2)) for x, y in raw["points"]),
    )
