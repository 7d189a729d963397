"""The six roles on pages written by hand."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

import webpilot.offline
from mcts.protocols import HistoryStep, NodeContext, SiblingNote
from tests.offline.view_building import Drawn, context
from webpilot.observation import Observation
from webpilot.offline import offline_roles
from webpilot.offline.page import Node, PageView
from webpilot.plan import Subtask
from webpilot.roles import Attempt, Rejection
from webpilot.types import Action, Candidate, Done, Reflection, ReflectionScope, Task

GOAL = 'Enter "Ada" into the name field and press Submit.'
ROLES = offline_roles()


def form(value: str = "", *, sent: bool = False, note: str = "") -> Observation:
    page = Drawn()
    page.add("textbox", "Name", tag="input", value=value)
    page.add("button", "Submit", tag="button", text="Submit")
    page.add("button", "Reset", tag="button", text="Reset")
    if sent or note:
        page.add("generic", text=note or "thank you")
    return page.observation()


FILL = Action(kind="fill", args=("0", "Ada"))
SEND = Action(kind="click", args=("1",))
EMPTY, FILLED, SENT = form(), form("Ada"), form("Ada", sent=True)


def moves(node: NodeContext, k: int = 5) -> list[str]:
    proposed = asyncio.run(ROLES.explorer.propose(node, k))
    return [c.move.raw if isinstance(c.move, Action) else type(c.move).__name__ for c in proposed]


def appraised(node: NodeContext) -> tuple[float, float]:
    scores = asyncio.run(ROLES.appraiser.appraise(node))
    assert scores.effectiveness is not None
    assert scores.future_promise is not None
    return scores.effectiveness, scores.future_promise


def test_fields_come_before_the_control_that_closes_the_form() -> None:
    assert moves(context(GOAL, EMPTY))[0] == FILL.raw
    assert moves(context(GOAL, EMPTY, (FILL, FILLED)))[0] == SEND.raw


def test_it_stops_when_all_holds_and_the_form_is_closed() -> None:
    node = context(GOAL, EMPTY, (FILL, FILLED), (SEND, SENT))
    assert moves(node) == [Done.__name__]
    assert asyncio.run(ROLES.appraiser.completed(node)).done


def test_a_form_closed_too_early_is_not_complete_and_promises_less() -> None:
    early = context(GOAL, EMPTY, (SEND, form(sent=True)))
    right = context(GOAL, EMPTY, (FILL, FILLED), (SEND, SENT))
    assert not asyncio.run(ROLES.appraiser.completed(early)).done
    assert appraised(early)[1] < 0.5 * appraised(right)[1]
    assert appraised(early)[0] < 3


def test_what_was_sent_counts_even_if_the_page_clears_the_form() -> None:
    node = context(GOAL, EMPTY, (FILL, FILLED), (SEND, form("", sent=True)))
    assert asyncio.run(ROLES.appraiser.completed(node)).done


def test_an_action_without_effect_scores_low_and_an_error_lowest() -> None:
    stuck = context(GOAL, EMPTY, (Action(kind="click", args=("2",)), EMPTY))
    failed = context(GOAL, EMPTY, (FILL, replace(EMPTY, last_error="TimeoutError: no")))
    helped = context(GOAL, EMPTY, (FILL, FILLED))
    assert appraised(failed)[0] < appraised(stuck)[0] < appraised(helped)[0]


def test_the_appraiser_does_not_look_whether_the_page_has_ended() -> None:
    node = context(GOAL, EMPTY, (FILL, FILLED), (SEND, SENT))
    assert appraised(node) == appraised(replace(node, ended=True))


def test_an_ended_page_gets_no_proposals() -> None:
    assert moves(replace(context(GOAL, EMPTY), ended=True)) == []


def test_address_and_title_change_nothing() -> None:
    named = replace(EMPTY, url="http://miniwob/enter-name.html", title="Enter Name Task")
    assert moves(context(GOAL, EMPTY)) == moves(context(GOAL, named))


def test_the_view_has_no_place_for_address_title_or_task() -> None:
    names = {*PageView.__dataclass_fields__, *Node.__dataclass_fields__}
    assert not names & {"url", "title", "task", "seed", "site"}


def test_the_same_node_gets_the_same_proposals_and_scores() -> None:
    node = context(GOAL, EMPTY, (FILL, FILLED))
    assert [moves(node), appraised(node)] == [moves(node), appraised(node)]


def test_the_page_s_copy_of_the_goal_is_never_acted_on() -> None:
    page = Drawn()
    page.add("generic", text='Click the link "jam" now.', cursor="pointer")
    page.add("link", "jam", tag="a", text="jam")
    assert moves(context('Click the link "jam" now.', page.observation()))[0] == "click('1')"


def test_siblings_and_what_reflections_advise_against_are_not_proposed_again() -> None:
    page = Drawn()
    for name in ("Red wine", "White wine", "Rose wine"):
        page.add("button", name, tag="button", text=name)
    node = context('Click the button "wine".', page.observation())
    first, second, third = moves(node)
    note = Reflection(scope=ReflectionScope.SIBLING, text="no", avoid=(second,))
    bid = re.sub(r"\D", "", first)
    tried = Candidate(move=Action(kind="click", args=(bid,)))
    again = replace(node, siblings=(SiblingNote(candidate=tried, reflection=note),))
    assert moves(again) == [third]


def test_priors_are_a_distribution_best_first() -> None:
    page = Drawn()
    for name in ("Red wine", "White wine", "Beer"):
        page.add("button", name, tag="button", text=name)
    proposed = asyncio.run(
        ROLES.explorer.propose(context('Click the button "wine".', page.observation()), 5)
    )
    priors = [candidate.prior or 0.0 for candidate in proposed]
    assert priors == sorted(priors, reverse=True)
    assert sum(priors) == pytest.approx(1.0)


def test_the_last_action_closes_the_form_even_if_something_is_missing() -> None:
    page = Drawn()
    for number in range(3):
        page.add("checkbox", f"box {number}", tag="input", checked="false")
    page.add("button", "Submit", tag="button", text="Submit")
    goal = "Select box 0, box 1, box 2 and click Submit."
    assert moves(context(goal, page.observation(), remaining=9))[0] == "click('0')"
    assert moves(context(goal, page.observation(), remaining=1))[0] == "click('3')"


def test_reflections_say_what_is_missing_and_what_did_nothing() -> None:
    stuck = Action(kind="click", args=("2",))
    node = context(GOAL, EMPTY, (stuck, EMPTY))
    child = asyncio.run(ROLES.explorer.reflect(node, ReflectionScope.CHILD))
    assert child is not None
    assert "Ada" in child.text
    sibling = asyncio.run(ROLES.explorer.reflect(node, ReflectionScope.SIBLING))
    assert sibling is not None
    assert sibling.avoid == (stuck.raw,)


def test_the_verifier_refuses_what_is_not_there_or_disabled() -> None:
    page = Drawn()
    page.add("button", "Go", tag="button", disabled="true")
    node = context(GOAL, page.observation())
    for bid in ("0", "77"):
        verdict = asyncio.run(ROLES.verifier.verify(Action(kind="click", args=(bid,)), node))
        assert isinstance(verdict, Rejection)


def test_the_verifier_lets_a_dead_end_be_tried_twice_and_not_thrice() -> None:
    click = Action(kind="click", args=("2",))
    once = context(GOAL, EMPTY, (click, EMPTY))
    twice = context(GOAL, EMPTY, (click, EMPTY), (click, EMPTY))
    assert isinstance(asyncio.run(ROLES.verifier.verify(click, once)), Action)
    assert isinstance(asyncio.run(ROLES.verifier.verify(click, twice)), Rejection)


def test_plan_control_and_extraction_agree_with_the_predicates() -> None:
    task = Task(id="pages.test", seed=0, goal=GOAL)
    plan = asyncio.run(ROLES.planner.plan(task, EMPTY))
    assert [subtask.goal for subtask in plan.subtasks] == [GOAL]
    steps = (
        HistoryStep(action=FILL, observation=FILLED),
        HistoryStep(action=SEND, observation=SENT),
    )
    for taken, done in ((steps, True), (steps[:1], False)):
        attempt = Attempt(
            subtask=plan.subtasks[0], root=EMPTY, steps=taken, accepted=done, stop_reason="done"
        )
        assert asyncio.run(ROLES.controller.complete(task, attempt)).done is done
    answer = asyncio.run(
        ROLES.extractor.extract(
            task, Subtask(goal="What is the total?", needs_answer=True), form(note="total: 12"), ()
        )
    )
    assert answer is not None
    assert answer.value == "12"


def test_no_benchmark_s_task_is_named_in_the_policy() -> None:
    """Names of tasks are read from the benchmark's own list, two words and more."""
    from env.miniwob.catalogue import tasks

    names = {task.name for task in tasks("all") if task.name.count("-") >= 1}
    folder = Path(webpilot.offline.__file__).parent
    for file in folder.rglob("*.py"):
        text = file.read_text("utf-8")
        assert not [name for name in names if name in text], file.name
