"""What the offline policy reads out of a goal on a site, with no page at hand."""

from __future__ import annotations

import pytest

from webpilot.offline.sites.commands import task_kind
from webpilot.offline.sites.errand import TaskKind
from webpilot.offline.sites.errands import read_errand
from webpilot.offline.sites.quantities import moment, plain_number

KINDS = [
    ("How many reviews does the Blue Mug have?", TaskKind.RETRIEVE),
    ("Tell me the email address of Ann Lee.", TaskKind.RETRIEVE),
    ("Find the phone number of the customer Ann Lee", TaskKind.RETRIEVE),
    ("List the titles of all tickets with status Open.", TaskKind.RETRIEVE),
    ("Open the ticket about the login crash.", TaskKind.NAVIGATE),
    ("Show me my wish list", TaskKind.NAVIGATE),
    ('Search for "usb cable"', TaskKind.NAVIGATE),
    ('Open a new ticket titled "Crash"', TaskKind.MUTATE),
    ("Add 2 of the Blue Mug to my basket", TaskKind.MUTATE),
    ("Find the cheapest lamp and add it to my basket", TaskKind.MUTATE),
    ("Our supplier raised its prices. Set the price of the Blue Mug to 14.99.", TaskKind.MUTATE),
]


@pytest.mark.parametrize(("goal", "kind"), KINDS)
def test_the_kind_of_task_is_that_of_the_strongest_command(goal: str, kind: TaskKind) -> None:
    assert task_kind(goal) is kind


SLOTS = [
    (
        'Create a new ticket titled "Crash on save" with severity Critical and priority High',
        {"title": "Crash on save", "severity": "Critical", "priority": "High"},
    ),
    ("Change the price of Blue Mug to 12.50", {"price": "12.50"}),
    ("Update my phone number to +44 7700 900123", {"phone number": "+44 7700 900123"}),
    ('Reply to the topic "Winter hikes" saying "Take gloves"', {"body": "Take gloves"}),
    ("Add three of the Blue Mug to my cart", {"quantity": "3"}),
    (
        'Rate Blue Mug 5 stars with title "Great" and comment "Love it"',
        {"rating": "5", "title": "Great", "comment": "Love it"},
    ),
    (
        "Add a new address: first name Emma, last name Lopez, city Leeds, postcode LS1 4AP",
        {"first name": "Emma", "last name": "Lopez", "city": "Leeds", "postcode": "LS1 4AP"},
    ),
    ('Rename the category "Old" to "New"', {"title": "New"}),
]


@pytest.mark.parametrize(("goal", "slots"), SLOTS)
def test_values_are_read_with_the_fields_they_belong_to(goal: str, slots: dict[str, str]) -> None:
    assert {slot.name: slot.value for slot in read_errand(goal).slots} == slots


def test_a_name_with_prepositions_stays_whole() -> None:
    assert read_errand("What is the price of The Art of War?").thing == "Art of War"


def test_the_thing_the_place_and_the_person_are_told_apart() -> None:
    errand = read_errand('Like the comment by susan in the topic "Winter hikes"')
    assert (errand.thing, errand.person) == ("Winter hikes", "susan")
    errand = read_errand("Add the cheapest lamp in the Lighting category to my wish list.")
    assert (errand.thing, errand.place, errand.objects[-1]) == ("lamp", "Lighting", "wishlist")
    assert errand.extreme is not None
    assert (errand.extreme.column, errand.extreme.largest) == ("price", False)


def test_a_title_after_the_names_what_is_there_and_after_a_what_is_to_be_made() -> None:
    assert read_errand('Close the ticket titled "Crash"').thing == "Crash"
    made = read_errand('Create a ticket titled "Crash"')
    assert (made.thing, made.slots[0].name) == ("", "title")


def test_a_count_names_what_is_counted_and_which_of_it() -> None:
    errand = read_errand("How many tickets have severity Critical?")
    assert (errand.counted, errand.values) == ("tickets", ("Critical",))


def test_text_without_quotes_goes_on_to_the_end_of_the_goal() -> None:
    errand = read_errand("Reply to the topic Winter hikes and say: Bring gloves. And a hat?")
    assert errand.slots[-1].value == "Bring gloves. And a hat?"


DATES = [
    ("26 Nov 2026", "Nov. 26, 2026, 5 p.m."),
    ("2 May 2023", "4 March 2024"),
    ("2022-10-30 14:47:00", "2022-11-02 07:26:00"),
    ("5 Jan '23", "6 Feb '23"),
    ("3 days ago", "2 hours ago"),
]


@pytest.mark.parametrize(("earlier", "later"), DATES)
def test_later_dates_are_larger_however_they_are_written(earlier: str, later: str) -> None:
    first, second = moment(earlier), moment(later)
    assert first is not None
    assert second is not None
    assert first < second


def test_only_a_text_that_is_nothing_but_a_number_is_one() -> None:
    assert [plain_number(text) for text in ("12,480", "3", "4.5", "$3", "3 kg")] == [
        12480,
        3,
        4.5,
        None,
        None,
    ]
