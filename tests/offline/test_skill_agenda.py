"""An entry of a day calendar is dragged over free hours, named and saved."""

from __future__ import annotations

from tests.offline.page_runs import Runner


def test_an_entry_is_made_in_its_window_beside_what_is_booked(pages: Runner) -> None:
    goal = 'Schedule a 1.5 hour event named "Review", between 12PM and 4PM.'
    run = pages.run("offline_day.html", goal, until="document.body.dataset.result")
    title, _, span = run.result.partition(" ")
    start, end = (float(hour) for hour in span.split("-"))
    assert title == "Review"
    assert end - start == 1.5
    assert start >= 14
    assert end <= 16
