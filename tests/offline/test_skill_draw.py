"""Points are constructed and strokes drawn, and both are corrected by what the page shows."""

from __future__ import annotations

import re

import pytest

from tests.offline.page_runs import Runner


def test_the_centre_of_a_circle_is_hit(pages: Runner) -> None:
    goal = "Find and click on the center of the circle, then press submit."
    run = pages.run("offline_center.html", goal, limit=6, until="document.body.dataset.result")
    assert run.result == "hit"


def numbers(told: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\w+)=(-?[\d.]+)", told)}


@pytest.mark.parametrize(("way", "level"), [("horizontal", "y"), ("vertical", "x")])
def test_a_line_is_drawn_through_the_point(pages: Runner, way: str, level: str) -> None:
    goal = f"Draw a {way} line that runs through the dot, then press submit."
    run = pages.run("offline_strokes.html", goal, until="document.body.dataset.result")
    drawn = numbers(run.result)
    through = {"x": 120, "y": 70}[level]
    assert abs(drawn[f"{level}1"] - through) <= 1
    assert abs(drawn[f"{level}2"] - through) <= 1
    other = "x" if level == "y" else "y"
    assert drawn[f"{other}1"] < {"x": 120, "y": 70}[other] < drawn[f"{other}2"]


def test_a_circle_is_drawn_around_the_marked_point(pages: Runner) -> None:
    goal = "Draw a circle centered around the marked point by dragging the mouse. Press submit."
    run = pages.run("offline_strokes.html?tool=circle", goal, until="document.body.dataset.result")
    drawn = numbers(run.result)
    assert abs(drawn["cx"] - 120) <= 1
    assert abs(drawn["cy"] - 70) <= 1
    assert drawn["r"] >= 8


def test_an_angle_is_halved(pages: Runner) -> None:
    goal = "Create a line that bisects the angle evenly in two, then press submit."
    run = pages.run("offline_angle.html", goal, until="document.body.dataset.result")
    assert float(run.result) == pytest.approx(32.8, abs=1.5)


def test_a_right_angle_is_made_at_the_corner_the_page_draws_from(pages: Runner) -> None:
    goal = "Add a third point to create a right angle, then press submit."
    run = pages.run("offline_angle.html?arms=1", goal, until="document.body.dataset.result")
    assert abs(float(run.result)) == pytest.approx(90, abs=1.5)
