"""Dates and times are read as people write them, and calendars are turned to their month."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.offline.page_runs import Runner
from webpilot.offline.moments import date_in, formatted, time_in

DONE = "document.body.dataset.result"


@pytest.mark.parametrize("day", ["12/05/2016", "10/31/2016", "02/01/2017"])
def test_a_calendar_is_opened_turned_and_the_day_chosen(pages: Runner, day: str) -> None:
    goal = f"Select {day} as the date and hit submit."
    run = pages.run("offline_calendar.html", goal, until=DONE)
    assert run.result == day
    assert set(run.kinds) == {"click"}


def test_a_date_too_many_months_away_is_typed_where_the_field_takes_it(pages: Runner) -> None:
    goal = "Select 03/09/2012 as the date and hit submit."
    run = pages.run("offline_calendar.html?typing", goal, until=DONE)
    assert run.result == "03/09/2012"
    assert len(run.actions) <= 4


def test_days_of_the_neighbouring_months_are_not_taken_for_the_months_own(pages: Runner) -> None:
    goal = "Select 11/30/2016 as the date and hit submit."
    run = pages.run("offline_calendar.html", goal, until=DONE)
    assert run.result == "11/30/2016"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Enter 02/04/2010 as the date", date(2010, 2, 4)),
        ("on 2016-12-05", date(2016, 12, 5)),
        ("by December 5th, 2016", date(2016, 12, 5)),
        ("the 5 Dec 2016", date(2016, 12, 5)),
        ("on 25/12/2016", date(2016, 12, 25)),
        ("on 25.12.2016", date(2016, 12, 25)),
    ],
)
def test_a_date_is_read_in_every_usual_form(text: str, day: date) -> None:
    found = date_in(text)
    assert found is not None
    assert found.date == day


def test_what_is_no_date_is_not_read_as_one() -> None:
    assert date_in("flight 12 to gate 4") is None
    assert date_in("on 02/31/2016") is None
    assert date_in("May I help you?") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("11:04 AM", time(11, 4)),
        ("12:30 a.m.", time(0, 30)),
        ("at 4pm", time(16)),
        ("23:15", time(23, 15)),
        ("noon", time(12)),
    ],
)
def test_a_time_is_read_in_every_usual_form(text: str, moment: time) -> None:
    assert time_in(text) == moment


def test_a_date_is_written_as_the_field_asks() -> None:
    assert formatted(date(2016, 2, 3), "mm/dd/yyyy") == "02/03/2016"
    assert formatted(date(2016, 2, 3), "YYYY-MM-DD") == "2016-02-03"
    assert formatted(date(2016, 2, 3), "Your date") is None
