"""Plane geometry on the page: points and boxes in CSS pixels of the viewport."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "Box",
    "LinearScale",
    "Point",
    "angle_bisector",
    "area",
    "bearing",
    "center",
    "contains",
    "distance",
    "fitted_scale",
    "foot",
    "free_spot",
    "gap",
    "holds",
    "midpoint",
    "overlap",
    "perpendicular",
    "union",
]

Point = tuple[float, float]
"""x, y in CSS pixels of the viewport."""

Box = tuple[float, float, float, float]
"""x, y, width, height in CSS pixels of the viewport."""


def center(box: Box) -> Point:
    """Return the middle of a box."""
    x, y, width, height = box
    return (x + width / 2, y + height / 2)


def midpoint(first: Point, second: Point) -> Point:
    """Return the point halfway between two points."""
    return ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)


def distance(first: Point, second: Point) -> float:
    """Return the straight distance of two points."""
    return math.hypot(first[0] - second[0], first[1] - second[1])


def area(box: Box) -> float:
    """Return width times height."""
    return box[2] * box[3]


def holds(box: Box, point: Point, margin: float = 0.0) -> bool:
    """Return whether a point lies in a box, at least ``margin`` from its edges."""
    x, y, width, height = box
    return (
        x + margin <= point[0] <= x + width - margin
        and y + margin <= point[1] <= y + height - margin
    )


def contains(outer: Box, inner: Box, margin: float = 0.0) -> bool:
    """Return whether ``inner`` lies wholly in ``outer``, at least ``margin`` from its edges."""
    x, y, width, height = inner
    return holds(outer, (x, y), margin) and holds(outer, (x + width, y + height), margin)


def overlap(first: Box, second: Box) -> float:
    """Return the area two boxes share."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    return max(0.0, width) * max(0.0, height)


def gap(first: Box, second: Box) -> float:
    """Return the distance of two boxes' nearest edges, 0 where they touch or overlap."""
    across = max(first[0], second[0]) - min(first[0] + first[2], second[0] + second[2])
    down = max(first[1], second[1]) - min(first[1] + first[3], second[1] + second[3])
    return math.hypot(max(0.0, across), max(0.0, down))


def union(boxes: Iterable[Box]) -> Box | None:
    """Return the smallest box around all, or ``None`` of none."""
    listed = list(boxes)
    if not listed:
        return None
    left = min(box[0] for box in listed)
    top = min(box[1] for box in listed)
    right = max(box[0] + box[2] for box in listed)
    bottom = max(box[1] + box[3] for box in listed)
    return (left, top, right - left, bottom - top)


def bearing(origin: Point, target: Point) -> float:
    """Return the direction from one point to another in radians, screen axes (y grows down)."""
    return math.atan2(target[1] - origin[1], target[0] - origin[0])


def _ahead(origin: Point, direction: float, length: float) -> Point:
    return (origin[0] + length * math.cos(direction), origin[1] + length * math.sin(direction))


def angle_bisector(vertex: Point, first: Point, second: Point, length: float) -> Point:
    """Return the point at ``length`` from the vertex that halves the angle (under 180 degrees)."""
    one, other = bearing(vertex, first), bearing(vertex, second)
    turn = math.remainder(other - one, 2 * math.pi)
    return _ahead(vertex, one + turn / 2, length)


def perpendicular(vertex: Point, along: Point, length: float) -> tuple[Point, Point]:
    """Return the two points at ``length`` from the vertex at a right angle to ``along``."""
    direction = bearing(vertex, along)
    return (
        _ahead(vertex, direction + math.pi / 2, length),
        _ahead(vertex, direction - math.pi / 2, length),
    )


def foot(point: Point, first: Point, second: Point) -> Point:
    """Return the point of the line through the last two arguments that is nearest to ``point``."""
    across, down = second[0] - first[0], second[1] - first[1]
    square = across * across + down * down
    if square == 0.0:
        return first
    share = ((point[0] - first[0]) * across + (point[1] - first[1]) * down) / square
    return (first[0] + share * across, first[1] + share * down)


def free_spot(
    outer: Box, size: tuple[float, float], taken: Sequence[Box], start: Point | None = None
) -> Point:
    """Return where the middle of a box of ``size`` fits in ``outer``, off ``taken`` if it can.

    Among spots with equal overlap the one nearest to the middle of ``outer`` (or to ``start``)
    wins, so that a drop stays well inside.
    """
    x, y, width, height = outer
    anchor = start or center(outer)
    half_width, half_height = size[0] / 2, size[1] / 2
    spare_x, spare_y = max(0.0, width - size[0]), max(0.0, height - size[1])
    steps = 8
    best: tuple[float, float, Point] | None = None
    for column in range(steps + 1):
        for row in range(steps + 1):
            middle = (
                x + min(half_width, width / 2) + spare_x * column / steps,
                y + min(half_height, height / 2) + spare_y * row / steps,
            )
            covered = (middle[0] - half_width, middle[1] - half_height, size[0], size[1])
            clash = round(sum(overlap(covered, box) for box in taken), 3)
            key = (clash, round(distance(middle, anchor), 3), middle)
            if best is None or key < best:
                best = key
    return best[2] if best else center(outer)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearScale:
    """A straight-line relation of a position on the page and the value a widget shows there."""

    origin: float
    """Position, in CSS pixels, at which the value is 0."""
    per_unit: float
    """CSS pixels for one unit of value; may be negative, never 0."""

    def position(self, value: float) -> float:
        """Return the position, in CSS pixels, of a value."""
        return self.origin + value * self.per_unit

    def value(self, position: float) -> float:
        """Return the value at a position."""
        return (position - self.origin) / self.per_unit


def fitted_scale(samples: Iterable[tuple[float, float]]) -> LinearScale | None:
    """Return the least-squares scale of (position, value) samples, or ``None`` if undetermined."""
    pairs = sorted(set(samples))
    if len({value for _, value in pairs}) < 2 or len({position for position, _ in pairs}) < 2:
        return None
    mean_position = sum(position for position, _ in pairs) / len(pairs)
    mean_value = sum(value for _, value in pairs) / len(pairs)
    spread = sum((value - mean_value) ** 2 for _, value in pairs)
    joint = sum((position - mean_position) * (value - mean_value) for position, value in pairs)
    if joint == 0.0:
        return None
    per_unit = joint / spread
    return LinearScale(origin=mean_position - per_unit * mean_value, per_unit=per_unit)
