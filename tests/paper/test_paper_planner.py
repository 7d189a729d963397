"""The paper's Planner, Controller and Extractor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from paper_rig import (
    BY_ACTIONS,
    GOAL,
    ORDER,
    RESULTS,
    SEARCH,
    SEARCHED,
    SUBTASK,
    TASK,
    TYPED,
    attempt,
    cast,
    run,
)
from sample_prompts import ANSWERS, PLAN, REVIEW

from planner.reading import as_read
from webpilot.errors import FormatError
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Reading
from webpilot.types import Answer, Reflection, ReflectionScope, Task

START = ["task_expectation", "describe_page", "plan"]
STATE = {"need_answer": False, "answer_requirements": ""}
READ = Subtask(goal="Find the day", expectation="It shows one date.", needs_answer=True)


def planned(task: Task = TASK, **given: dict[str, Any]) -> tuple[Plan, list[str]]:
    """Return a plan and the purposes of its calls; ``given`` changes answers by purpose."""
    answers = {
        key: value | given.get(key, {}) for key, value in ANSWERS.items() if isinstance(value, dict)
    }
    made = cast(answers)
    return run(made.roles.planner.plan(task, SEARCH)), made.purposes


# -------------------------------------------------------------------------------------- planning
def test_a_plan_without_an_answer_takes_three_calls() -> None:
    plan, purposes = planned(task_expectation=STATE)
    assert purposes == START
    assert plan.subtasks == (
        SUBTASK,
        Subtask(
            goal="Reserve 'Salt'",
            expectation="The page thanks for the reservation.",
            necessary_actions="Needed: Reserve was clicked; on the book's own page",
        ),
    )
    assert plan.expectation == "The page thanks for the reservation of 'Salt'."
    assert plan.rationale == "the book must be found; it must be reserved"
    assert (plan.needs_answer, plan.answer_requirements, plan.revision) == (False, "", 0)


def test_a_plan_with_an_answer_takes_a_fourth_and_ends_with_reading_it() -> None:
    plan, purposes = planned()
    assert purposes == ["task_expectation", "answer_phrase", *START[1:]]
    assert plan.needs_answer
    assert plan.answer_requirements == "the day of collection (one date)"
    assert [subtask.needs_answer for subtask in plan.subtasks] == [False, False, True]
    assert "the day of collection (one date)" in plan.subtasks[-1].goal
    assert "the day of collection (one date)" in plan.subtasks[-1].expectation


def test_a_subtask_that_reads_the_answer_knows_what_it_must_be_like() -> None:
    item = {"subtask": "Read it", "target_page_description": "A list.", "need_answer": "True"}
    plan, _ = planned(plan={"plan": [item]})
    (subtask,) = plan.subtasks
    assert subtask.needs_answer
    assert subtask.expectation == "A list. It shows the day of collection (one date)."


def test_an_answer_the_benchmark_asks_for_is_due_whatever_the_model_thinks() -> None:
    task = replace(TASK, answer_format="a date as YYYY-MM-DD")
    plan, purposes = planned(task, task_expectation=STATE)
    assert plan.needs_answer
    assert "answer_phrase" in purposes


def test_bug_8_a_subtasks_wish_for_an_answer_counts_for_nothing_where_none_is_due() -> None:
    items = [{"subtask": "Read it", "need_answer": True}, {"subtask": "Go on"}]
    plan, _ = planned(task_expectation=STATE, plan={"plan": items})
    assert [subtask.needs_answer for subtask in plan.subtasks] == [False, False]


def test_bug_8_a_missing_key_is_false() -> None:
    bare = {"reasoning": "r", "target_page_description": "t"}
    made = cast({**ANSWERS, "task_expectation": bare, "plan": {"plan": [{"subtask": "Go"}]}})
    plan = run(made.roles.planner.plan(TASK, SEARCH))
    assert not plan.needs_answer
    assert plan.subtasks == (Subtask(goal="Go"),)
    assert made.purposes == START


@pytest.mark.parametrize("items", [[], [{"subtask": " "}]])
def test_an_empty_plan_is_no_answer(items: list[dict[str, Any]]) -> None:
    with pytest.raises(FormatError, match="empty"):
        planned(plan={"plan": items})


def test_the_plan_is_made_from_demonstrations_and_a_description_in_other_words() -> None:
    made = cast(ANSWERS, hints={"planner": "a hint"})
    run(made.roles.planner.plan(TASK, SEARCH))
    expectation, plan = made.asked("task_expectation", "plan")
    assert SEARCH.text in made.asked("describe_page")[0]
    assert "a hint" in expectation
    assert "a hint" in plan
    assert "Set the oven panel to fan heat" in plan
    assert "A library's search page. It says: […]" in plan
    assert "a form with one field" in plan
    assert ORDER not in plan
    # The expectation of the whole task does not feed the plan (method.md, section 3.1).
    assert "The page thanks for the reservation of 'Salt'." not in plan


def test_the_demonstrations_are_those_of_the_tasks_site() -> None:
    made = cast(ANSWERS)
    run(made.roles.planner.plan(replace(TASK, site="reddit", benchmark="webarena"), SEARCH))
    assert "fermenting" in made.asked("plan")[0]


# ------------------------------------------------------------------------------------ refinement
def refined(before: Plan = PLAN, review: Any = REVIEW, **given: Any) -> tuple[Plan, str]:
    made = cast({"refine": ANSWERS["refine"] | given})
    found = run(made.roles.planner.refine(TASK, before, review))
    assert made.purposes == ["refine"]
    return found, made.asked("refine")[0]


def test_a_refinement_is_the_next_revision_and_keeps_what_the_task_is_about() -> None:
    found, _ = refined(replace(PLAN, revision=3, supersedes=2))
    assert (found.revision, found.supersedes) == (4, 3)
    assert found.expectation == PLAN.expectation
    assert found.answer_requirements == PLAN.answer_requirements
    assert found.rationale == "the search is done"
    assert found.subtasks[0] == Subtask(goal="Reserve 'Salt'", expectation="A word of thanks.")


def test_a_refinement_may_drop_insert_and_reorder() -> None:
    goals = ["c", "new", "a"]
    plan = Plan(subtasks=tuple(Subtask(goal=goal) for goal in "abc"))
    found, _ = refined(plan, plan=[{"subtask": goal} for goal in goals])
    assert [subtask.goal for subtask in found.subtasks] == goals
    assert refined(plan, plan=[])[0].subtasks == ()


def test_a_refinement_is_shown_what_was_reached_and_what_is_planned() -> None:
    _, asked = refined()
    for text in (
        GOAL,
        "Search for 'Salt'",
        "the book is listed",
        "When is the library open?: 9 to 17",
        "Open the book's page",
        "Needed: Reserve was clicked on the book's own page.",
        "A list. […]",
        PLAN.expectation,
        PLAN.answer_requirements,
    ):
        assert text in asked
    assert ORDER not in asked


def test_a_refinement_after_a_failure_is_shown_the_lesson_without_the_pages_words() -> None:
    lesson = Reflection(scope=ReflectionScope.SUBTASK, text=f"Click Reserve. {ORDER}")
    _, asked = refined(review=replace(REVIEW, reflection=lesson))
    assert "Click Reserve. […]" in asked
    assert "The subtask just tried" in asked
    assert ORDER not in asked


def test_a_refined_plan_still_ends_with_reading_a_due_answer_but_reads_it_once() -> None:
    found, _ = refined()
    assert found.subtasks[-1].needs_answer
    read = replace(REVIEW, finished=(SUBTASK, READ))
    assert not any(subtask.needs_answer for subtask in refined(review=read)[0].subtasks)


def test_a_refinement_that_repeats_what_the_answer_must_be_like_says_it_once() -> None:
    again = "A list. It shows the day of collection (one date)."
    item = {"subtask": "Read it", "target_page_description": again, "need_answer": True}
    assert refined(plan=[item])[0].subtasks[0].expectation == again


# ------------------------------------------------------------------------------------ Controller
def test_completeness_takes_two_calls_and_describes_the_page_for_the_planner() -> None:
    made = cast(ANSWERS, hints={"controller": "a hint"})
    found = run(made.roles.controller.complete(TASK, attempt(TYPED, SEARCHED)))
    assert made.purposes == ["describe_page", "completeness"]
    assert (found.done, found.reason) == (True, "complete")
    assert "a form with one field" in found.description
    assert "the field is empty" in found.description
    assert ORDER not in found.description
    described, judged = made.asked("describe_page", "completeness")
    assert "Search for 'Salt'" in described
    for text in (RESULTS.text, "a form with one field", SUBTASK.expectation, "a hint"):
        assert text in judged
    assert "observation_analysis" in judged


def test_where_actions_are_necessary_they_are_judged_and_not_the_page() -> None:
    verdict = {"action_analysis": "none", "task_completeness": "no", "complete_flag": "False"}
    made = cast({**ANSWERS, "completeness": verdict})
    ended = attempt(TYPED, SEARCHED, subtask=BY_ACTIONS)
    assert not run(made.roles.controller.complete(TASK, ended)).done
    judged = made.asked("completeness")[0]
    assert "Reserve was clicked on the book's own page" in judged
    assert "met at once" in judged
    assert "RootWebArea" not in judged
    assert "action_analysis" in judged


def test_the_lesson_of_an_attempt_is_drawn_from_its_start_its_steps_and_the_verdict() -> None:
    made = cast(ANSWERS)
    found = run(made.roles.controller.reflect(TASK, attempt(TYPED, SEARCHED), "nothing opened"))
    assert found == Reflection(scope=ReflectionScope.SUBTASK, text="Click Reserve.")
    asked = made.asked("sub_reflection")[0]
    for text in (SEARCH.text, SUBTASK.goal, SUBTASK.expectation, "nothing opened", "met at once"):
        assert text in asked


def test_bug_15_a_lesson_without_words_still_causes_the_retry() -> None:
    made = cast({"sub_reflection": {"fail_reason": "", "task_reflection": ""}})
    found = run(made.roles.controller.reflect(TASK, attempt(), "nothing opened"))
    assert found is not None
    assert found.text == "nothing opened"


# ------------------------------------------------------------------------------------- Extractor
def extracted(**given: Any) -> tuple[Reading | None, list[str]]:
    made = cast({"extract": ANSWERS["extract"] | given}, hints={"extractor": "a hint"})
    found = run(made.roles.extractor.extract(TASK, READ, RESULTS, REVIEW.facts))
    assert made.purposes == ["extract"]
    return found, made.asked("extract")


def test_an_answer_is_read_in_one_view() -> None:
    found, (asked,) = extracted()
    assert found == Reading(value="3 May")
    for text in (RESULTS.text, READ.goal, READ.expectation, "9 to 17", "a hint"):
        assert text in asked


@pytest.mark.parametrize("value", ["N/A", "0", 0])
def test_an_answer_may_be_that_there_is_none(value: object) -> None:
    found, _ = extracted(answer=value)
    assert found is not None
    assert found.absent


@pytest.mark.parametrize(
    "given",
    [
        {"stop_flag": False, "answer": ""},
        {"stop_flag": "False", "answer": "3 May"},
        {"stop_flag": False, "scroll_flag": True, "scroll_direction": "down"},
        {"stop_flag": True, "answer": " "},
    ],
)
def test_bug_9_neither_stopping_nor_scrolling_ends_with_nothing_found(given: Any) -> None:
    assert extracted(**given)[0] is None


@pytest.mark.parametrize("value", ['it\'s "quoted"', "two\nlines", '"a" and "b"', "back\\slash"])
def test_bug_13_answers_round_trip_quotes_and_line_breaks(value: str) -> None:
    made = cast({"extract": ANSWERS["extract"] | {"answer": value}})
    fact = run(as_read(made.roles.extractor, TASK, READ, RESULTS, ()))
    assert run(made.roles.extractor.conclude(TASK, PLAN, (fact,))) == Answer(text=value)


def test_the_last_fact_is_the_answer_and_without_facts_there_is_none() -> None:
    made = cast({})
    facts = (Fact(question="a", value="1"), Fact(question="b", value="2"))
    assert run(made.roles.extractor.conclude(TASK, PLAN, facts)) == Answer(text="2")
    assert run(made.roles.extractor.conclude(TASK, PLAN, ())) is None
