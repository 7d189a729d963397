"""Widgets that show a number on a track or between two buttons, as drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webpilot.offline.geometry import Box, Point, center, distance
from webpilot.offline.page import Node, PageView

__all__ = ["Slider", "sliders", "spinners"]


THUMBS = frozenset({"handle", "thumb", "knob", "grip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """One slider as drawn."""

    track: Node
    box: Box
    thumb: Point | None
    """Middle of the handle; ``None`` where none is drawn apart."""
    value: float | None
    low: float | None = None
    high: float | None = None
    step: float = 1.0
    native: bool = False
    """A range input of the browser's own."""

    @property
    def upright(self) -> bool:
        """Whether it runs up rather than across."""
        return self.box[3] > self.box[2]

    @property
    def ends(self) -> tuple[Point, Point]:
        """Points of the track at its lowest and highest value."""
        x, y, width, height = self.box
        middle = center(self.box)
        if self.upright:
            return ((middle[0], y + height - 1), (middle[0], y + 1))
        return ((x + 1, middle[1]), (x + width - 1, middle[1]))

    def along(self, point: Point) -> float:
        """Return a point's position along the track in CSS pixels, growing with the value."""
        return -point[1] if self.upright else point[0]

    def spot(self, along: float) -> Point:
        """Return the point of the track at a position along it."""
        low, high = self.ends
        kept = min(max(along, self.along(low)), self.along(high))
        return (center(self.box)[0], -kept) if self.upright else (kept, center(self.box)[1])


def sliders(view: PageView) -> tuple[Slider, ...]:
    """Return the drawn sliders in document order."""
    tracks = [node for node in view.visible if _is_track(view, node)]
    return tuple(
        _slider(view, node, tracks[position + 1 : position + 2])
        for position, node in enumerate(tracks)
    )


def _is_track(view: PageView, node: Node) -> bool:
    if node.attributes.get("type") == "range":
        return True
    if node.words & THUMBS:
        return False
    thumbs = [child for child in view.descendants(node) if _is_thumb(child)]
    inner = any(
        "slider" in n.words and any(True for _ in view.children(n)) for n in _below(view, node)
    )
    if thumbs and not inner and ("slider" in node.words or "track" in node.words):
        return True
    alone = not any(_is_thumb(other) or "slider" in other.words for other in view.ancestors(node))
    return node.role == "slider" and not thumbs and alone and not _is_thumb(node)


def _below(view: PageView, node: Node) -> Iterable[Node]:
    return (child for child in view.descendants(node) if not _is_thumb(child))


def _is_thumb(node: Node) -> bool:
    return node.visible and (bool(node.words & THUMBS) or node.role == "slider")


def _slider(view: PageView, track: Node, following: Sequence[Node]) -> Slider:
    assert track.box is not None
    thumb = next((child for child in view.descendants(track) if _is_thumb(child)), None)
    native = track.attributes.get("type") == "range"
    stated = thumb if thumb is not None and thumb.role == "slider" else track
    value = _number(stated.value) if stated.role == "slider" else None
    if value is None:
        value = _shown(view, track, following)
    low, high = (_number(stated.attributes.get(key, "")) for key in ("min", "max"))
    low = low if low is not None else _number(stated.states.get("valuemin", ""))
    high = high if high is not None else _number(stated.states.get("valuemax", ""))
    return Slider(
        track=track,
        box=track.box,
        thumb=thumb.center if thumb is not None and thumb.box is not None else None,
        value=value,
        low=(0.0 if low is None and native else low),
        high=(100.0 if high is None and native else high),
        step=_number(track.attributes.get("step", "")) or 1.0,
        native=native,
    )


def _number(text: str) -> float | None:
    match = re.fullmatch(r"\s*[-\u2212]?\d+(?:\.\d+)?\s*%?\s*", text)
    return float(text.strip().rstrip("% ").replace("\u2212", "-")) if match else None


def _shown(view: PageView, track: Node, following: Sequence[Node]) -> float | None:
    """Return the number shown for a slider: the first after it, else the nearest on the page."""
    end = following[0].order if following else len(view.nodes)
    inside = {node.bid for node in view.descendants(track)} - {track.bid}
    numbers = [
        (node, value)
        for node in view.visible
        if (value := _number(node.value if node.editable else node.text)) is not None
    ]
    for node, value in numbers:
        if node.bid in inside or track.order < node.order < end:
            return value
    spot = track.center
    close = min(numbers, key=lambda pair: distance(pair[0].center, spot), default=None)
    return close[1] if close is not None else None


def spinners(view: PageView) -> tuple[Slider, ...]:
    """Return the drawn spin buttons: fields of their role, and numbers between step buttons."""
    found = [node for node in view.visible if node.role == "spinbutton" and node.box is not None]
    return tuple(
        Slider(
            track=node,
            box=node.box or (0.0, 0.0, 0.0, 0.0),
            thumb=None,
            value=_number(node.value),
            step=_number(node.attributes.get("step", "")) or 1.0,
        )
        for node in found
    )
