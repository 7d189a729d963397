"""What is drawn is counted, and the number is given where the page takes it."""

from __future__ import annotations

import pytest

from tests.offline.page_runs import Runner

CLICKED = "document.body.dataset.result !== ''"


@pytest.mark.parametrize(
    ("goal", "number"),
    [
        ("How many red circles are there?", "2"),
        ("How many letters are there?", "2"),
        ("How many large circles are there?", "1"),
        ("How many ks are there?", "1"),
        ("How many digits are there in the picture?", "1"),
        ("How many rectangles are there?", "4"),
    ],
)
def test_figures_of_a_description_are_counted(pages: Runner, goal: str, number: str) -> None:
    run = pages.run("offline_shapes.html", goal, limit=2, until=CLICKED)
    assert run.result == number


@pytest.mark.parametrize("noun", ["sides", "corners"])
def test_sides_of_a_polygon_are_counted(pages: Runner, noun: str) -> None:
    goal = f"How many {noun} does this shape have? Press the button with the number."
    run = pages.run("offline_pentagon.html", goal, limit=2, until=CLICKED)
    assert run.result == "5"


def test_counting_may_be_asked_for_without_a_question(pages: Runner) -> None:
    goal = "Count the triangles and press the button with the number."
    run = pages.run("offline_shapes.html", goal, limit=2, until=CLICKED)
    assert run.result == "1"
