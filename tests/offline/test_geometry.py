"""The plane geometry behind shapes, strokes, drags and sliders."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpilot.offline.descriptions import Description, described
from webpilot.offline.geometry import (
    Box,
    Point,
    angle_bisector,
    area,
    bearing,
    center,
    contains,
    distance,
    fitted_scale,
    foot,
    free_spot,
    gap,
    midpoint,
    overlap,
    perpendicular,
    union,
)

coordinate = st.floats(-500, 500, allow_nan=False)
points = st.tuples(coordinate, coordinate)
sides = st.floats(1, 300, allow_nan=False)
boxes = st.tuples(coordinate, coordinate, sides, sides)


@given(points, points)
def test_the_midpoint_is_as_far_from_either_end(first: Point, second: Point) -> None:
    middle = midpoint(first, second)
    assert distance(first, middle) == pytest.approx(distance(second, middle), abs=1e-6)


@given(points, points, points)
def test_a_bisector_makes_equal_angles(vertex: Point, one: Point, other: Point) -> None:
    if distance(vertex, one) < 1 or distance(vertex, other) < 1:
        return
    along = bearing(vertex, angle_bisector(vertex, one, other, 40))
    left = abs(math.remainder(bearing(vertex, one) - along, 2 * math.pi))
    right = abs(math.remainder(bearing(vertex, other) - along, 2 * math.pi))
    assert left == pytest.approx(right, abs=1e-6)
    assert left <= math.pi / 2 + 1e-6


@given(points, points)
def test_perpendiculars_stand_at_a_right_angle(vertex: Point, along: Point) -> None:
    if distance(vertex, along) < 1:
        return
    for end in perpendicular(vertex, along, 30):
        turn = math.remainder(bearing(vertex, end) - bearing(vertex, along), 2 * math.pi)
        assert abs(turn) == pytest.approx(math.pi / 2, abs=1e-6)


@given(points, points, points)
def test_no_point_of_a_line_is_nearer_than_the_foot(point: Point, a: Point, b: Point) -> None:
    nearest = distance(point, foot(point, a, b))
    assert nearest <= min(distance(point, a), distance(point, b)) + 1e-6


@given(boxes, boxes)
def test_boxes_overlap_or_keep_a_gap(first: Box, second: Box) -> None:
    assert overlap(first, second) == overlap(second, first)
    assert not (overlap(first, second) > 0 and gap(first, second) > 0)
    assert overlap(first, second) <= min(area(first), area(second)) + 1e-6


@given(st.lists(boxes, min_size=1, max_size=6))
def test_a_union_contains_all(listed: list[Box]) -> None:
    whole = union(listed)
    assert whole is not None
    assert all(contains(whole, box, -1e-6) for box in listed)
    assert union([]) is None


@given(boxes, st.floats(1, 40), st.floats(1, 40))
def test_a_free_spot_keeps_the_box_inside_where_it_fits(
    outer: Box, width: float, height: float
) -> None:
    x, y = free_spot(outer, (width, height), ())
    placed = (x - width / 2, y - height / 2, width, height)
    if width <= outer[2] and height <= outer[3]:
        assert contains(outer, placed, -1e-6)
    assert distance((x, y), center(outer)) <= max(outer[2], outer[3]) / 8 + 1e-6


def test_a_free_spot_avoids_what_is_there() -> None:
    there = (40.0, 40.0, 20.0, 20.0)
    x, y = free_spot((0, 0, 100, 100), (20, 20), [there])
    assert overlap((x - 10, y - 10, 20, 20), there) == 0


@given(st.floats(-200, 200), st.floats(0.1, 9), st.sampled_from([-1, 1]), st.floats(-99, 99))
def test_a_scale_is_recovered_from_two_readings(
    origin: float, unit: float, sign: int, value: float
) -> None:
    per_unit = unit * sign
    scale = fitted_scale([(origin + v * per_unit, v) for v in (3.0, 17.0)])
    assert scale is not None
    assert scale.position(value) == pytest.approx(origin + value * per_unit, abs=1e-4)
    assert scale.value(scale.position(value)) == pytest.approx(value, abs=1e-4)


def test_one_reading_gives_no_scale() -> None:
    assert fitted_scale([(10, 5), (10, 5)]) is None
    assert fitted_scale([(10, 5), (20, 5)]) is None


@pytest.mark.parametrize(
    ("phrase", "description"),
    [
        ("the large blue circles", Description(kind="circle", color="blue", size="large")),
        ("a small t", Description(text="t", size="small")),
        ("Ts", Description(text="T")),
        ("all items", Description()),
        ("number 5", Description(text="5")),
        ("the leftmost triangle", Description(kind="triangle", side="leftmost")),
        ("red shape", Description(kind="shape", color="red")),
    ],
)
def test_a_noun_phrase_says_kind_colour_size_place_and_character(
    phrase: str, description: Description
) -> None:
    assert described(phrase) == description


@pytest.mark.parametrize("phrase", ["the Submit button", "Ada Lovelace", "", "the inbox message"])
def test_other_noun_phrases_describe_no_figure(phrase: str) -> None:
    assert described(phrase) is None
