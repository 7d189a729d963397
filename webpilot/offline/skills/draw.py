"""Points found by construction, and lines and circles drawn by dragging."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webpilot.offline.actions import mouse_click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.constructions import DOT, bisecting, canvas, corners, lines, marks
from webpilot.offline.descriptions import Description, described
from webpilot.offline.figures import Figure, figures, matching
from webpilot.offline.geometry import (
    Box,
    Point,
    area,
    bearing,
    center,
    distance,
    holds,
    midpoint,
    perpendicular,
)
from webpilot.offline.memory import Memory
from webpilot.offline.page import PageView
from webpilot.offline.pointer import Move, carried, clicks, drags, under_way
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Construct", "Drawing", "Stroke"]

MIDPOINT = re.compile(r"\bmid-?\s?point|half-?\s?way\s+between|\bmiddle\s+between", re.IGNORECASE)
CENTER = re.compile(
    r"\b(?:cent(?:er|re)|middle)\s+(?:point\s+)?of\s+(?P<what>(?:the|a)\s+[\w ]+)", re.IGNORECASE
)
BISECT = re.compile(r"\bbisect|\b(?:halves|half)\s+the\s+angle", re.IGNORECASE)
RIGHT = re.compile(r"\bright[- ]angle|\b90[- ]?(?:°|degrees?)|\bperpendicular\b", re.IGNORECASE)
LINE = re.compile(
    r"\bdraw\b.*?\b(?:(?P<way>horizontal|vertical)\s+)?(?:straight\s+)?line\b", re.IGNORECASE
)
CONNECT = re.compile(r"\b(?:connect|join)\b.*\b(?:points?|dots?|circles?)\b", re.IGNORECASE)
CIRCLE = re.compile(
    r"\bdraw\b.*?\bcircle\b(?:.*?\bradius\s+(?:of\s+)?(?P<radius>\d+))?", re.IGNORECASE
)
CLICK = re.compile(r"\b(?:click|find|add|place|create|mark|point|select)\b", re.IGNORECASE)
HIT = 2.5
"""How near to its point a click must be, in CSS pixels."""
EXACT = 0.75
"""How near a drawn point must be, in CSS pixels, before it is left alone."""
CORRECTIONS = 3
"""Clicks after which a point that is drawn somewhat beside is left alone."""
TRUE = math.radians(3)
"""How far from a right angle lines may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Construct(Clause):
    """A point must be found by construction and clicked."""

    kind: str
    """midpoint, center, bisector or right angle."""
    what: str = ""
    """The figure whose centre is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke(Clause):
    """Something must be drawn by dragging."""

    kind: str
    """horizontal, vertical, line or circle."""
    radius: float = 0.0
    """Of a circle, in CSS pixels; 0 where the goal does not say."""


class Drawing:
    """Constructs points from what is drawn, and drags lines and circles."""

    name = "drawing"
    clause_types: tuple[type[Clause], ...] = (Construct, Stroke)

    def read(self, piece: Piece) -> Reading | None:
        """Return the point to construct or the stroke to draw."""
        clause = _stroke(piece.text) or _construct(piece.text)
        return None if clause is None else Reading(clauses=(clause,), confidence=0.91)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the point was clicked or the stroke is there."""
        first = memory.views(view)[0]
        if isinstance(clause, Stroke):
            degree = 1.0 if _drawn(first, view, clause, memory) else 0.0
            return under_way(degree, memory, _stroke_moves(first, view, clause, memory), 1.0)
        assert isinstance(clause, Construct)
        if clause.kind == "right angle" and _has_right_angle(view) > _has_right_angle(first):
            return 1.0
        spots = constructed(first, clause)
        made = [spot for spot, _ in clicks(memory)]
        if not made or not spots:
            return 0.0
        if clause.kind == "right angle":
            # lines that appeared tell whether the vertex was the one meant
            told = len(lines(view)) > len(lines(first))
            return 0.0 if told else float(_near(made[-1], spots))
        placed = _placed(first, view)
        if placed is not None and len(made) <= CORRECTIONS:
            return 1.0 if distance(placed, spots[0]) <= EXACT else 0.6
        return 1.0 if placed is not None or _near(made[-1], spots[:1]) else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield a click on the constructed point, or the next pointer action of the stroke."""
        first = memory.views(view)[0]
        if isinstance(clause, Stroke):
            yield from carried(view, memory, _stroke_moves(first, view, clause, memory))
            return
        assert isinstance(clause, Construct)
        made = [spot for spot, _ in clicks(memory)]
        spots, placed = constructed(first, clause), _placed(first, view)
        if made and spots and placed is not None and clause.kind != "right angle":
            # the page drew the point beside the click: aim by as much to the other side
            aim = (
                made[-1][0] + spots[0][0] - placed[0],
                made[-1][1] + spots[0][1] - placed[1],
            )
            yield Proposal(action=mouse_click(view, *aim), score=0.9, reason="corrects the point")
            return
        for rank, spot in enumerate(spots):
            again = any(_near(where, (spot,)) for where in made)
            score = (0.2 if again else 0.9) / (1 + rank)
            reason = f"the {clause.kind} lies there"
            yield Proposal(action=mouse_click(view, *spot), score=score, reason=reason)


def _construct(text: str) -> Construct | None:
    if CLICK.search(text) is None:
        return None
    if MIDPOINT.search(text):
        return Construct(text=text, kind="midpoint")
    if BISECT.search(text):
        return Construct(text=text, kind="bisector")
    if RIGHT.search(text):
        return Construct(text=text, kind="right angle")
    match = CENTER.search(text)
    if match is not None and described(match.group("what")) is not None:
        return Construct(text=text, kind="center", what=match.group("what"))
    return None


def _stroke(text: str) -> Stroke | None:
    line = LINE.search(text)
    if line is not None and BISECT.search(text) is None:
        return Stroke(text=text, kind=(line.group("way") or "line").lower())
    circle = CIRCLE.search(text)
    if circle is not None:
        radius = float(circle.group("radius") or 0)
        return Stroke(text=text, kind="circle", radius=radius)
    return Stroke(text=text, kind="line") if CONNECT.search(text) else None


def _near(spot: Point, others: Sequence[Point]) -> bool:
    return any(distance(spot, other) <= HIT for other in others)


def constructed(view: PageView, clause: Construct) -> list[Point]:
    """Return the point asked for and, where the drawing leaves a choice, the others it may be."""
    dots, frame = marks(view), canvas(view)
    if clause.kind == "midpoint":
        if len(dots) >= 2:
            return [midpoint(dots[0], dots[1])]
        return [midpoint(a, b) for a, b in lines(view)[:1]]
    if clause.kind == "center":
        wanted = described(clause.what) or Description()
        drawn = matching(figures(view), wanted) or figures(view)
        return [center(max(drawn, key=lambda figure: area(figure.box)).box)] if drawn else []
    if clause.kind == "bisector":
        return [bisecting(frame, vertex, one, other) for vertex, one, other in corners(view)]
    ends = lines(view)[:1] or ([(dots[0], dots[1])] if len(dots) >= 2 else [])
    spots = []
    for a, b in ends:
        for vertex, along in ((a, b), (b, a)):
            length = min(0.35 * min(frame[2], frame[3]), distance(a, b))
            sides = [p for p in perpendicular(vertex, along, length) if holds(frame, p, 4)]
            spots += sorted(sides, key=lambda p: distance(p, center(frame)))[:1]
    return spots


def _has_right_angle(view: PageView) -> int:
    """Return how many corners of the drawing are right angles."""
    turns = [
        abs(math.remainder(bearing(vertex, one) - bearing(vertex, other), 2 * math.pi))
        for vertex, one, other in corners(view)
    ]
    return sum(1 for turn in turns if abs(turn - math.pi / 2) <= TRUE)


def _placed(first: PageView, view: PageView) -> Point | None:
    """Return where the page drew a dot that was not there at the start, or ``None``."""
    fresh = [f for f in _new(first, view) if f.kind == "circle" and f.size <= DOT]
    return fresh[-1].middle if fresh else None


def _new(first: PageView, view: PageView) -> list[Figure]:
    before = {(f.kind, f.box) for f in figures(first, html=False)}
    return [f for f in figures(view, html=False) if (f.kind, f.box) not in before]


def _drawn(first: PageView, view: PageView, clause: Stroke, memory: Memory) -> bool:
    """Return whether the stroke is there: as a new figure, or as a drag that left no trace."""
    done = drags(memory)
    if not done:
        return False
    fresh = _new(first, view)
    dots = marks(first)
    if clause.kind == "circle":
        rings = [f for f in fresh if f.kind in ("circle", "ellipse") and f.size > 6]
        if rings and dots:
            return distance(center(rings[-1].box), dots[0]) <= 3
    if fresh or any(n.tag == "canvas" for n in view.visible):
        return True
    # nothing new is seen: count it once it was also tried with moves in between
    return len(done) >= 2


def _stroke_moves(
    first: PageView, view: PageView, clause: Stroke, memory: Memory
) -> Iterable[Move]:
    frame, dots = canvas(first), marks(first)
    x, y, width, height = frame
    through = dots[0] if dots else center(frame)
    if clause.kind == "horizontal":
        yield Move(start=(x + 6, through[1]), end=(x + width - 6, through[1]), reason="across")
    elif clause.kind == "vertical":
        yield Move(start=(through[0], y + 6), end=(through[0], y + height - 6), reason="down")
    elif clause.kind == "circle":
        yield from _circle_moves(frame, through, clause, tried=len(drags(memory)))
    elif len(dots) >= 2:
        yield Move(start=dots[0], end=dots[1], reason="from point to point")
    elif dots:
        far = (x + 6, through[1]) if through[0] > x + width / 2 else (x + width - 6, through[1])
        yield Move(start=far, end=through, reason="through the point")


def _circle_moves(frame: Box, middle: Point, clause: Stroke, tried: int) -> Iterable[Move]:
    """Yield a drag from the centre outwards and, if that drew it elsewhere, across its box."""
    x, y, width, height = frame
    room = min(middle[0] - x, x + width - middle[0], middle[1] - y, y + height - middle[1])
    radius = clause.radius or max(8.0, min(0.8 * room, 30.0))
    outwards = Move(start=middle, end=(middle[0] + radius, middle[1]), reason="radius", score=0.9)
    across = Move(
        start=(middle[0] - radius, middle[1] - radius),
        end=(middle[0] + radius, middle[1] + radius),
        reason="across the box of the circle",
        score=0.5,
    )
    yield from (outwards, across) if tried % 2 == 0 else (across, outwards)
