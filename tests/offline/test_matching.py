"""Names, numbers and places in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.view_building import Drawn
from webpilot.offline.arithmetic import quantity, solve
from webpilot.offline.matching import fold, similarity
from webpilot.offline.repetition import container
from webpilot.offline.targets import Target, read_target, score
from webpilot.offline.thesaurus import kinship
from webpilot.offline.values import look_up


@pytest.mark.parametrize(
    ("wanted", "better", "worse"),
    [
        ("Submit", "Submit", "submit"),
        ("Save changes", "Save Changes!", "Save"),
        ("boxes", "Box", "Fox"),
        ("delete", "trash", "edit"),
        ("Tab 2", "Tab #2", "Tab #1"),
        ("colour", "color", "cold"),
    ],
)
def test_the_nearer_name_wins(wanted: str, better: str, worse: str) -> None:
    assert similarity(wanted, better) > similarity(wanted, worse)


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_stays_in_its_range(left: str, right: str) -> None:
    assert 0.0 <= similarity(left, right) <= 1.0


@given(st.text(min_size=1, max_size=30))
def test_a_name_is_most_like_itself(name: str) -> None:
    assert similarity(name, name) == (1.0 if name.strip() else 0.0)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("9h 30m", 570.0), ("$1,204.50", 1204.5), ("8:05 PM", 1205.0), ("-3", -3.0), ("none", None)],
)
def test_quantities(text: str, number: float | None) -> None:
    assert quantity(text) == number


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("3 + 4 =", "7"),
        ("12 × 3", "36"),
        ("x + 3 = 10", "7"),
        ("2x - 4 = 6", "5"),
        ("7 - x = 9", "-2"),
        ("no sum here", None),
        ("5 / 0 =", None),
    ],
)
def test_sums_and_equations(text: str, result: str | None) -> None:
    assert solve(text) == result


def test_meaning_goes_beyond_spelling() -> None:
    assert kinship("brave", "courageous") > kinship("brave", "grave")


def test_a_value_stands_beside_its_label() -> None:
    page = Drawn()
    row = page.add("row", tag="tr")
    page.add("cell", "Height", tag="td", text="Height", parent=row)
    page.add("cell", "12 m", tag="td", text="12 m", parent=row)
    page.add("paragraph", tag="p", text="Weight: 7 kg")
    assert look_up(page.view(), "height") == "12 m"
    assert look_up(page.view(), "Weight") == "7 kg"
    assert look_up(page.view(), "Depth") is None


def test_an_icon_is_known_by_its_class_words() -> None:
    page = Drawn()
    page.add("generic", tag="span", words=("icon", "trash"), cursor="pointer")
    page.add("generic", tag="span", words=("icon", "star"), cursor="pointer")
    bin_icon, star = page.view().nodes
    target = Target(name="delete")
    assert score(target, bin_icon) > score(target, star)


def test_the_kind_of_widget_decides_between_equal_names() -> None:
    page = Drawn()
    page.add("link", "Go", tag="a", text="Go")
    page.add("button", "Go", tag="button", text="Go")
    link, button = page.view().nodes
    target = read_target('the "Go" button')
    assert score(target, button) > score(target, link)


def test_a_row_ends_where_the_next_one_begins() -> None:
    page = Drawn()
    table = page.add("generic")
    rows = [page.add("generic", parent=table) for _ in range(2)]
    for row, name in zip(rows, ("Ada", "Linus"), strict=True):
        page.add("generic", text=name, parent=row)
        page.add("button", "Edit", tag="button", parent=row)
    view = page.view()
    buttons = view.with_role("button")
    assert container(view, buttons[1], buttons).content == "Linus"
