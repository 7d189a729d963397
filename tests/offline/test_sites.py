"""The offline policy on a small site of several pages, played greedily in a real browser."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from tests.offline.page_runs import Runner
from tests.offline.site_runs import at, visit
from webpilot.budget import Budget, Limits
from webpilot.offline import OfflineCast
from webpilot.offline.sites import site_roles
from webpilot.roles import Stage
from webpilot.types import Action, Answer, Infeasible, Task

ANSWERS = [
    ("What is the price of the Clip lamp, black?", "$19.25", "$19.25"),
    ("How many reviews does the Clip lamp, black have?", "3", 3),
    ("Which product in the Lamps category has the highest rating?", "Clip lamp, black", None),
    ("What is the price of the cheapest product in the Lamps category?", "$19.25", None),
    ("What is the status of order 1006?", "Shipped", "Shipped"),
    ("What is the total of my most recent order?", "$19.25", None),
    ("How many of my orders are Shipped?", "2", 2),
    ("How many open tickets are there?", "2", 2),
    ('What is the severity of the ticket "Import stops at the second file"?', "Severe", None),
    ("What is the population of Harnby?", "12,480", 12480),
    ("When was Harnby founded?", "1214", 1214),
]


@pytest.mark.parametrize(("goal", "text", "item"), ANSWERS)
def test_a_question_is_answered_in_few_words_and_typed(
    pages: Runner, goal: str, text: str, item: object
) -> None:
    run = visit(pages.page, "site_home.html", goal)
    assert isinstance(run.outcome, Answer), run.actions
    assert run.outcome.text == text
    assert run.outcome.task_type == "RETRIEVE"
    assert run.outcome.retrieved_data is not None
    if item is not None:
        assert run.outcome.retrieved_data == (item,)


WAYS = [
    ("Go to my orders", "site_orders.html"),
    ("Open the page of the Clip lamp, black", "site_clip.html"),
    ('Open the ticket "Import stops at the second file".', "site_ticket.html"),
    ("Show me the cheapest product in the Lamps category", "site_clip.html"),
    ("Show me the products in the Lamps category", "site_lamps.html"),
]


@pytest.mark.parametrize(("goal", "page"), WAYS)
def test_a_way_ends_on_the_page_that_is_named(pages: Runner, goal: str, page: str) -> None:
    run = visit(pages.page, "site_home.html", goal)
    assert isinstance(run.outcome, Answer), run.actions
    assert (run.page, run.outcome.task_type) == (page, "NAVIGATE")


DEEDS = [
    (
        "Add 2 of the Clip lamp, black to my basket",
        "site_added.html",
        {"quantity": "2"},
    ),
    (
        'Write a review of the Clip lamp, black with 4 stars, the title "Bright" and the text '
        '"It holds on well."',
        "site_thanks.html",
        {"title": "Bright", "score": "4 stars", "body": "It holds on well."},
    ),
    (
        "Change my last name to Lund",
        "site_saved.html",
        {"first_name": "Ida", "last_name": "Lund"},
    ),
    (
        'Create a new ticket titled "Crash on save" with severity Severe and the description '
        '"It crashes."',
        "site_saved.html",
        {"title": "Crash on save", "severity": "Severe", "comment": "It crashes."},
    ),
    (
        'Set the status of the ticket "Import stops at the second file" to Closed',
        "site_saved.html",
        {"title": "Import stops at the second file", "status": "Closed"},
    ),
]


@pytest.mark.parametrize(("goal", "page", "sent"), DEEDS)
def test_a_deed_fills_in_the_form_sends_it_and_stops(
    pages: Runner, goal: str, page: str, sent: dict[str, str]
) -> None:
    run = visit(pages.page, "site_home.html", goal)
    assert isinstance(run.outcome, Answer), run.actions
    assert (run.page, run.outcome.task_type) == (page, "MUTATE")
    assert {name: values[0] for name, values in parse_qs(run.sent).items()} == sent


def test_what_the_site_does_not_have_is_given_up_with_a_reason(pages: Runner) -> None:
    run = visit(
        pages.page, "site_home.html", 'Add the "Chandelier, crystal" to my basket', limit=25
    )
    assert isinstance(run.outcome, Infeasible), run.actions
    assert "Chandelier" in run.outcome.reason


def test_a_question_changes_nothing_on_the_way(pages: Runner) -> None:
    run = visit(pages.page, "site_home.html", "What is the price of the Clip lamp, black?")
    pressed = [a.target.name for a in run.actions if a.target and a.target.role == "button"]
    assert set(pressed) <= {"Search"}


def test_address_and_title_of_a_page_change_no_move(pages: Runner) -> None:
    seen = pages.page.open("site_lamps.html", width=1000, height=800)
    other = replace(
        seen,
        url="http://elsewhere/x.html",
        title="Another",
        text=seen.text.replace("'Lamps', focused", "'Another', focused", 1),
    )
    goal = "Open the page of the Floor lamp, oak"
    moves = [
        asyncio.run(site_roles().explorer.propose(at(goal, page, [], 9), 5))
        for page in (seen, other)
    ]
    assert moves[0] == moves[1]


def test_roles_for_sites_play_where_an_answer_may_be_given_and_nowhere_else() -> None:
    cast = OfflineCast()
    plain = Task(id="pages.plain", seed=0, goal="Click the button.")
    asked = replace(plain, answer_format="as text")

    def explorer(task: Task) -> object:
        stage = Stage(task=task, budget=Budget(Limits()), on_event=lambda event, data: None)
        return cast.roles(stage).explorer

    assert explorer(plain) is explorer(plain)
    assert type(explorer(plain)) is not type(explorer(asked))
    assert explorer(asked) is not explorer(asked)


def test_the_same_node_gets_the_same_proposals_from_fresh_roles(pages: Runner) -> None:
    seen = pages.page.open("site_tickets.html", width=1000, height=800)
    goal = "How many open tickets are there?"
    first, second = (
        asyncio.run(site_roles().explorer.propose(at(goal, seen, [], 9), 5)) for _ in range(2)
    )
    assert first == second
    assert not isinstance(first[0].move, Action)
