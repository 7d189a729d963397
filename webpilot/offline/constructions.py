"""What a drawing offers to construct with: its marked points, lines and corners."""

from __future__ import annotations

from webpilot.offline.figures import figures
from webpilot.offline.geometry import Box, Point, angle_bisector, area, distance, holds
from webpilot.offline.page import PageView

__all__ = ["DOT", "bisecting", "canvas", "corners", "lines", "marks"]


DOT = 16.0
"""Largest side of a circle that is a dot, in CSS pixels."""


def lines(view: PageView) -> list[tuple[Point, Point]]:
    """Return the ends of every drawn line."""
    found = [f.node.points for f in figures(view, html=False) if f.kind == "line"]
    return [(points[0], points[1]) for points in found if len(points) == 2]


def marks(view: PageView) -> list[Point]:
    """Return the marked points of a drawing: dots, else crosses, else where two lines cross."""
    drawn = figures(view, html=False)
    dots = [f.middle for f in drawn if f.kind in ("circle", "ellipse") and f.size <= DOT]
    crosses = [f.middle for f in drawn if f.is_text and f.text in ("x", "X", "+", "×", "*", "•")]
    return dots or crosses or [f.middle for f in drawn if f.kind == "circle"]


def canvas(view: PageView) -> Box:
    """Return the box of the drawing area: the largest picture or canvas, else the viewport."""
    found = [n.box for n in view.visible if n.tag in ("svg", "canvas") and n.box is not None]
    width, height = view.viewport
    drawing = max(found, key=area, default=(0.0, 0.0, float(width), float(height)))
    right, bottom = min(drawing[0] + drawing[2], width), min(drawing[1] + drawing[3], height)
    if not width or not height:
        return drawing
    return (drawing[0], drawing[1], right - drawing[0], bottom - drawing[1])


def corners(view: PageView) -> list[tuple[Point, Point, Point]]:
    """Return (vertex, end, end) for every two lines that share an end."""
    found = []
    drawn = lines(view)
    for position, (a, b) in enumerate(drawn):
        for c, d in drawn[position + 1 :]:
            for vertex, one in ((a, b), (b, a)):
                for meeting, other in ((c, d), (d, c)):
                    if distance(vertex, meeting) <= 4 and distance(one, other) > 4:
                        found.append((vertex, one, other))
    return found


def bisecting(frame: Box, vertex: Point, one: Point, other: Point) -> Point:
    """Return a point of the bisector as far from the vertex as stays inside the frame."""
    length = max(distance(vertex, one), distance(vertex, other))
    while length > 8:
        spot = angle_bisector(vertex, one, other, length)
        if holds(frame, spot, 5):
            return spot
        length *= 0.85
    return angle_bisector(vertex, one, other, length)
