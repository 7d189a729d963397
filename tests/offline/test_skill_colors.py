"""Colours are set in fields, chosen among swatches, and picked out by shade."""

from __future__ import annotations

from tests.offline.page_runs import Runner
from webpilot.offline.palette import color_name, is_named, is_shade_of

DONE = "document.body.dataset.result"


def test_all_shades_of_a_colour_are_chosen_and_no_other(pages: Runner) -> None:
    goal = "Select all the shades of green and press Submit"
    run = pages.run("offline_shades.html", goal, until=DONE)
    assert run.result == "#7fdb8a #1b5e20 #2e7d32 #4caf50"


def test_a_native_colour_field_takes_the_colour(pages: Runner) -> None:
    goal = "Select orange with the color picker and hit Submit."
    run = pages.run("offline_colors.html", goal, until=DONE)
    assert run.result == "#ffa500"


def test_a_swatch_of_the_colour_is_clicked_where_there_is_no_field(pages: Runner) -> None:
    goal = "Choose blue from the palette and press Submit."
    run = pages.run("offline_colors.html?swatches", goal, until=DONE)
    assert run.result == "#0000ff"


def test_shades_are_told_apart_by_hue_not_by_brightness() -> None:
    assert is_shade_of("#0b3d0b", "green")
    assert is_shade_of("#b3ffb3", "green")
    assert not is_shade_of("#0b0b3d", "green")
    assert is_named("#008000", "green")
    assert not is_named("#00ff00", "green")
    assert color_name("#777777") == "gray"
