"""Things are dragged into places, lists into order, corners to another size."""

from __future__ import annotations

import pytest

from tests.offline.page_runs import Runner


def order(pages: Runner) -> list[str]:
    told: str = pages.page.js(
        "[...document.querySelectorAll('#list li')].map((item) => item.textContent).join(' ')"
    )
    return told.split()


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("Drag Fig to the top.", "Fig Pear Apple Quince"),
        ("Drag Pear down by one position.", "Apple Pear Quince Fig"),
        ("Drag Pear to the bottom.", "Apple Quince Fig Pear"),
        ("Drag Quince to the 2nd position.", "Pear Quince Apple Fig"),
        ("Sort the list in alphabetical order.", "Apple Fig Pear Quince"),
        ("Sort the items in reverse alphabetical order.", "Quince Pear Fig Apple"),
    ],
)
def test_list_items_come_to_their_positions(pages: Runner, goal: str, expected: str) -> None:
    run = pages.run("offline_drags.html", goal)
    assert order(pages) == expected.split()
    assert run.stopped


def test_a_named_card_is_dropped_into_the_named_place(pages: Runner) -> None:
    run = pages.run("offline_drags.html", "Drag Bread into the basket.")
    inside = """(() => {
      const inner = document.getElementById("bread").getBoundingClientRect();
      const outer = document.getElementById("basket").getBoundingClientRect();
      return inner.left >= outer.left && inner.right <= outer.right
        && inner.top >= outer.top && inner.bottom <= outer.bottom;
    })()"""
    assert pages.page.js(inside)
    assert run.kinds == ("mouse_down", "mouse_up")


@pytest.mark.parametrize(("way", "sign"), [("left", -1), ("right", 1)])
def test_a_card_is_moved_the_way_the_goal_says(pages: Runner, way: str, sign: int) -> None:
    pages.run("offline_drags.html", f"Drag Milk {way}.")
    moved = pages.page.js("document.getElementById('milk').getBoundingClientRect().x - 220")
    assert moved * sign > 5


def test_a_text_area_is_made_larger_by_its_corner(pages: Runner) -> None:
    goal = "Resize the textarea so that the width is larger than its initial size."
    pages.run("offline_drags.html", goal)
    assert pages.page.js("document.querySelector('textarea').getBoundingClientRect().width") > 130


def test_the_browsers_own_drag_and_drop_is_begun_with_a_move(pages: Runner) -> None:
    run = pages.run("offline_native_drag.html", "Drag Milk into the basket.")
    assert run.result == "milk"
    assert run.kinds == ("mouse_down", "mouse_move", "mouse_up")
