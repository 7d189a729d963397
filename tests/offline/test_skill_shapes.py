"""Figures are found by kind, colour, size and character, and clicked where they are drawn."""

from __future__ import annotations

import pytest

from tests.offline.page_runs import Runner

CLICKED = "document.body.dataset.result !== ''"


@pytest.mark.parametrize(
    ("goal", "figure"),
    [
        ("Click on the small red circle", "small-red-circle"),
        ("Click on a large red circle.", "large-red-circle"),
        ("Click the blue square", "large-blue-square"),
        ("Click on the green rectangle", "small-green-rectangle"),
        ("Select the triangle", "large-yellow-triangle"),
        ("Click on the hexagon", "hexagon"),
        ("Click on the letter k", "letter-k"),
        ("Click on the letter K", "letter-big-k"),
        ("Click on a 7", "digit-7"),
        ("Click the magenta digit", "digit-7"),
        ("Click on the leftmost circle", "small-red-circle"),
        ("Click the topmost rectangle", "small-green-rectangle"),
    ],
)
def test_a_figure_is_clicked_by_what_the_goal_says_of_it(
    pages: Runner, goal: str, figure: str
) -> None:
    run = pages.run("offline_shapes.html", goal, limit=2, until=CLICKED)
    assert run.result == figure
    assert len(run.actions) == 1


def test_a_covered_figure_is_clicked_where_it_shows(pages: Runner) -> None:
    run = pages.run("offline_shapes.html", "Click the orange rectangle", limit=2, until=CLICKED)
    assert run.result == "under"


def test_a_lone_figure_is_named(pages: Runner) -> None:
    goal = "Click the button that best describes the shape."
    run = pages.run("offline_pentagon.html", goal, limit=2, until=CLICKED)
    assert run.result == "Pentagon"


@pytest.mark.parametrize(("x", "y"), [(2, -3), (-1, 4), (0, 0)])
def test_a_coordinate_is_read_off_numbered_axes(pages: Runner, x: int, y: int) -> None:
    goal = f"Click on the point ({x}, {y})"
    run = pages.run("offline_grid.html", goal, limit=2, until=CLICKED)
    assert run.result == f"{x},{y}"


def test_the_colour_of_a_figure_is_named(pages: Runner) -> None:
    goal = "Click the button with the color of the shape."
    run = pages.run("offline_pentagon.html", goal, limit=2, until=CLICKED)
    assert run.result == "Teal"
