"""What a goal's words are read as."""

from __future__ import annotations

import pytest

from webpilot.offline.clauses import Clause, Commit, quoted
from webpilot.offline.goal import parse
from webpilot.offline.skills import SKILLS
from webpilot.offline.skills.choosing import Choose
from webpilot.offline.skills.clicking import Press
from webpilot.offline.skills.completing import Complete
from webpilot.offline.skills.expanding import Expand
from webpilot.offline.skills.extremes import Extreme
from webpilot.offline.skills.guessing import Unread
from webpilot.offline.skills.interrupting import Unobstructed
from webpilot.offline.skills.menus import Walk
from webpilot.offline.skills.repeating import Until
from webpilot.offline.skills.styling import Style
from webpilot.offline.skills.typing import Enter
from webpilot.offline.values import Case, Origin


def read(goal: str) -> list[Clause]:
    """The clauses a goal states, without the one that every goal implies."""
    clauses = parse(goal, SKILLS)
    assert isinstance(clauses[0], Unobstructed)
    return list(clauses[1:])


def only(goal: str, kind: type[Clause]) -> Clause:
    found = [clause for clause in read(goal) if isinstance(clause, kind)]
    assert len(found) == 1, found
    return found[0]


def test_quoted_strings_stay_verbatim() -> None:
    assert quoted("Type \" A, and b. \" into the 'x y' field, don't stop") == (" A, and b. ", "x y")


def test_a_command_inside_quotes_is_no_clause() -> None:
    clause = only('Enter "click it, then press OK" into the box and submit.', Enter)
    assert isinstance(clause, Enter)
    assert clause.source.text == "click it, then press OK"


def test_two_values_go_into_the_fields_named_before_them() -> None:
    clauses = read('Type the name "Ada" and the town "Rome" into the form and press Save.')
    pairs = [(c.field.name, c.source.text) for c in clauses if isinstance(c, Enter)]
    assert pairs == [("name", "Ada"), ("town", "Rome")]
    assert isinstance(clauses[-1], Commit)
    assert clauses[-1].name == "Save"


def test_a_value_goes_into_the_field_named_after_it() -> None:
    clauses = read('Enter "Ada" into the first name field and "Hill 3" into the address field.')
    pairs = [(c.field.name, c.source.text) for c in clauses if isinstance(c, Enter)]
    assert pairs == [("first name", "Ada"), ("address", "Hill 3")]


def test_a_form_without_a_named_control_is_closed_where_the_page_offers_it() -> None:
    clauses = read('Enter "Ada" into the name field.')
    assert isinstance(clauses[-1], Commit)
    assert clauses[-1].implied


def test_a_click_needs_no_closing() -> None:
    assert [type(clause) for clause in read('Click the link "more".')] == [Press]


@pytest.mark.parametrize(
    ("goal", "names"),
    [
        ("Select oak, elm and yew, then click Submit.", ("oak", "elm", "yew")),
        ("Check the newsletter box and press OK.", ("newsletter",)),
        ('Choose "Milk, cold" from the menu and submit.', ("Milk, cold",)),
        ("Select nothing and click Submit.", ()),
    ],
)
def test_lists_of_names_are_taken_apart(goal: str, names: tuple[str, ...]) -> None:
    clause = only(goal, Choose)
    assert isinstance(clause, Choose)
    assert clause.names == names


@pytest.mark.parametrize(
    ("goal", "name", "number", "within"),
    [
        ("Click the 3rd link.", "", 3, ""),
        ("Press the last button.", "", -1, ""),
        ("Find the note by Ada and click the bin icon to delete it.", "bin", None, "Ada"),
        ('Click the "Share" button of the post from @grace.', "Share", None, "@grace"),
        ("In the row of Linus, click the edit icon.", "edit", None, "Linus"),
        ("Close the window by clicking the X.", "X", None, ""),
    ],
)
def test_a_press_knows_name_place_and_row(
    goal: str, name: str, number: int | None, within: str
) -> None:
    clause = only(goal, Press)
    assert isinstance(clause, Press)
    target = clause.target
    assert (target.name, target.number, target.within) == (name, number, within)


def test_looking_around_is_no_clause_of_its_own() -> None:
    goal = 'Look through the shelves. Open the boxes, to find and press the button "Jam".'
    assert [type(clause) for clause in read(goal)] == [Press]


def test_opening_sections_to_find_something_is_left_to_the_finding() -> None:
    goal = 'Expand the sections below, to find and click on the link "jam".'
    assert [type(clause) for clause in read(goal)] == [Press]
    assert [type(clause) for clause in read("Expand the section and press Submit.")] == [
        Expand,
        Commit,
    ]


@pytest.mark.parametrize(
    ("goal", "quantity", "most"),
    [
        ("Buy the cheapest lamp.", "price", False),
        ("Book the trip with the most stops.", "stops", True),
        ("Order the least expensive chair.", "price", False),
        ("Take the longest way.", "way", True),
    ],
)
def test_superlatives_name_a_quantity_and_an_end(goal: str, quantity: str, most: bool) -> None:
    clause = only(goal, Extreme)
    assert isinstance(clause, Extreme)
    assert (clause.quantity, clause.most) == (quantity, most)


@pytest.mark.parametrize(
    ("goal", "origin", "case"),
    [
        ("Enter the value of Height into the text field.", Origin.LABEL, Case.SAME),
        ("Type the text below into the field in capital letters.", Origin.SHOWN, Case.UPPER),
        ("Solve the equation and type the result into the field.", Origin.SUM, Case.SAME),
        ("Copy the text of the first area and paste it into the field.", Origin.FIELD, Case.SAME),
        ("Find the 2nd word in the text and type it into the field.", Origin.WORD, Case.SAME),
    ],
)
def test_texts_that_the_page_must_give(goal: str, origin: Origin, case: Case) -> None:
    clauses = [clause for clause in read(goal) if isinstance(clause, Enter)]
    assert clauses
    assert clauses[-1].source.origin is origin
    assert clauses[-1].source.case is case


def test_parts_of_an_entry_are_told_apart() -> None:
    clause = only('Enter a city that begins with "Ro" and ends in "me".', Complete)
    assert isinstance(clause, Complete)
    assert clause.admits("Rome")
    assert not clause.admits("Romeo")


def test_arrows_spell_a_path() -> None:
    clause = only("Choose View > Panels > Left from the menu.", Walk)
    assert isinstance(clause, Walk)
    assert clause.path[:2] == ("View", "Panels")


def test_a_style_is_no_figure() -> None:
    clause = only('Make the text "harbour" italic and press Submit.', Style)
    assert isinstance(clause, Style)
    assert (clause.words, clause.style) == ("harbour", "italic")


def test_a_condition_on_a_number() -> None:
    clause = only("Generate a number less than 20, then press Submit.", Until)
    assert isinstance(clause, Until)
    assert clause.admits(19)
    assert not clause.admits(20)


def test_what_nobody_understands_is_kept_as_such() -> None:
    clauses = read("Wobble the frobnicator until dusk.")
    assert [type(clause) for clause in clauses] == [Unread, Commit]


def test_reading_is_a_function_of_the_words() -> None:
    goal = 'Select oak and press Submit. Then click the 2nd link by "Ada".'
    assert parse(goal, SKILLS) == parse(goal, SKILLS)


def test_every_clause_type_is_served_by_exactly_one_skill() -> None:
    served = [kind for skill in SKILLS for kind in skill.clause_types]
    assert len(served) == len(set(served))
