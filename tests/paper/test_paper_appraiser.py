"""The paper's Appraiser: both scores, and the stop test."""

from __future__ import annotations

from typing import Any

import pytest
from paper_rig import BY_ACTIONS, SEARCHED, TYPED, cast, context, run
from sample_prompts import ANSWERS, NOTED

from webpilot.plan import Subtask
from webpilot.types import Appraisal, Completion


def test_both_scores_come_from_one_call_with_the_reasoning() -> None:
    made = cast({"evaluate": ANSWERS["evaluate"]}, hints={"appraiser": "a hint"})
    found = run(made.roles.appraiser.appraise(context(TYPED, SEARCHED)))
    assert found == Appraisal(effectiveness=8.0, future_promise=9.0, reason="the hit is there")
    assert made.purposes == ["evaluate"]
    asked = made.asked("evaluate")[0]
    for text in (
        "[11] button 'Reserve'",
        "The results list the book 'Salt'.",
        "from form to results",
        "met at once",
        "a hint",
    ):
        assert text in asked
    assert "fill('7', 'Salt')" not in asked


def test_where_actions_are_necessary_the_whole_history_is_appraised() -> None:
    made = cast({"evaluate": ANSWERS["evaluate"]})
    run(made.roles.appraiser.appraise(context(TYPED, SEARCHED, subtask=BY_ACTIONS)))
    assert "fill('7', 'Salt')" in made.asked("evaluate")[0]


def answers(page: object = True, actions: object = True, further: object = False) -> dict[str, Any]:
    return {
        "stop_observation": {
            "reasoning_of_observation": "seen",
            "observation_meets_criteria": page,
        },
        "stop_actions": {"reasoning_of_actions": "done", "necessary_actions_executed": actions},
        "stop_reflection": {
            "reasoning_of_reflection": "said",
            "reflection_suggests_further_actions": further,
        },
    }


@pytest.mark.parametrize(
    ("page", "further", "done", "reason"),
    [
        (True, False, True, "seen"),
        (True, True, False, ""),
        (False, False, False, "seen"),
        (False, True, False, "seen"),
    ],
)
def test_a_target_page_stops_where_it_is_shown_and_nothing_is_left_to_do(
    page: bool, further: bool, done: bool, reason: str
) -> None:
    made = cast(answers(page=page, further=further))
    found = run(made.roles.appraiser.completed(context(TYPED)))
    assert found == Completion(done=done, reason=reason)
    assert made.purposes == ["stop_observation", "stop_reflection"]


@pytest.mark.parametrize(
    ("actions", "further", "done"), [(True, True, True), (True, False, True), (False, False, False)]
)
def test_necessary_actions_override_what_the_reflection_says(
    actions: bool, further: bool, done: bool
) -> None:
    made = cast(answers(actions=actions, further=further))
    found = run(made.roles.appraiser.completed(context(TYPED, subtask=BY_ACTIONS)))
    assert found == Completion(done=done, reason="done")
    assert made.purposes == ["stop_actions", "stop_reflection"]


def test_not_needed_actions_leave_the_page_as_the_criterion() -> None:
    made = cast(answers())
    subtask = Subtask(goal="a", necessary_actions="Not Needed: the page shows it")
    run(made.roles.appraiser.completed(context(TYPED, subtask=subtask)))
    assert made.purposes == ["stop_observation", "stop_reflection"]


def test_bug_1_flags_that_come_as_strings_decide_the_same() -> None:
    made = cast(answers(page="True", further="False"))
    assert run(made.roles.appraiser.completed(context(TYPED))).done
    made = cast(answers(page="True", further="True"))
    assert not run(made.roles.appraiser.completed(context(TYPED))).done


def test_the_stop_test_is_shown_what_it_judges_by() -> None:
    made = cast(answers())
    run(made.roles.appraiser.completed(context(TYPED, child_reflection=NOTED.child_reflection)))
    page, said = made.asked("stop_observation", "stop_reflection")
    assert "The results list the book 'Salt'." in page
    assert "[7] textbox 'Title'" in page
    assert "R_c: start the search" in said
    assert "Search for 'Salt'" in said


def test_necessary_actions_are_compared_with_plain_actions() -> None:
    made = cast(answers())
    run(made.roles.appraiser.completed(context(TYPED, SEARCHED, subtask=BY_ACTIONS)))
    asked = made.asked("stop_actions")[0]
    assert "Reserve was clicked on the book's own page" in asked
    assert "1. fill('7', 'Salt') on textbox 'Title'\n2. click('8') on button 'Search'" in asked
    for intent_or_effect in ("type the book's title", "from form to results", "RootWebArea"):
        assert intent_or_effect not in asked


def test_bug_15_without_a_reflection_nothing_is_said_to_be_left() -> None:
    made = cast(answers())
    assert run(made.roles.appraiser.completed(context(TYPED))).done
    assert "## What was said to be left to do\nnothing\n" in made.asked("stop_reflection")[0]
