"""The paper's Explorer: which question it asks when, and what becomes of the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from paper_rig import (
    CLICK,
    FILL,
    RESULTS,
    SEARCH,
    SEARCHED,
    TYPED,
    cast,
    choice,
    context,
    page,
    run,
)
from sample_prompts import ELDER, FAILED, HELP, IDLE, NOTED

from mcts.protocols import HistoryStep, SiblingNote
from webpilot.errors import FormatError, LLMError
from webpilot.llm.protocol import ModelReply
from webpilot.paper.explorer import Failure
from webpilot.types import Action, Candidate, Effect, Reflection, ReflectionScope

ENTER = Action(kind="keyboard_press", args=("Enter",))


def typing(enter: object, text: str = "Salt") -> dict[str, Any]:
    return choice(action_type="type", action_str=["7", text, enter], element_info="textbox 'Title'")


# ------------------------------------------------------------------------------------ proposals
def test_one_action_is_proposed_however_many_are_asked_for() -> None:
    made = cast({"next_action": choice()})
    (candidate,) = run(made.explorer.propose(context(), 5))
    assert candidate == Candidate(move=CLICK, reason="the form is empty")
    assert made.purposes == ["next_action"]


def test_a_page_that_has_ended_is_not_asked_about() -> None:
    made = cast({})
    assert run(made.explorer.propose(context(ended=True), 1)) == ()
    assert made.purposes == []


def test_a_proposal_is_shown_all_that_is_known_of_the_node() -> None:
    made = cast({"next_action": choice()}, hints={"explorer": "a hint"})
    run(made.explorer.propose(NOTED, 1))
    (asked,) = made.asked("next_action")
    for text in (
        "Open the search page",
        "Search for 'Salt'",
        "[7] textbox 'Title'",
        "fill('7', 'Salt')",
        "fully met",
        "R_c: start the search",
        "R_sim: the search finds it",
        "R_sub: keep away from Help",
        "C_t: no results yet",
        "a hint",
    ):
        assert text in asked


def test_the_generator_does_not_see_the_subtasks_expectation() -> None:
    made = cast({"next_action": choice()})
    run(made.explorer.propose(context(), 1))
    assert "The results list the book" not in made.asked("next_action")[0]


def test_siblings_are_shown_with_their_lessons_as_not_to_be_repeated() -> None:
    made = cast({"next_action_with_siblings": choice()})
    bare = SiblingNote(candidate=Candidate(move=FILL))
    run(made.explorer.propose(context(siblings=(ELDER, bare)), 1))
    assert made.purposes == ["next_action_with_siblings"]
    asked = made.asked("next_action_with_siblings")[0]
    assert "off the current path" in asked
    assert "Do not repeat them" in asked
    assert "1. click('8') on button 'Search', meant to: start the search" in asked
    assert "lesson: R_s: too early" in asked
    assert "lesson: none" in asked


def test_a_failed_sibling_has_its_action_asked_for_anew() -> None:
    made = cast({"re_generate": choice(), "next_action_with_siblings": choice()})
    run(made.explorer.propose(context(siblings=(ELDER, FAILED)), 1))
    run(made.explorer.propose(context(siblings=(FAILED, ELDER)), 1))
    assert made.purposes == ["re_generate", "next_action_with_siblings"]
    asked = made.asked("re_generate")[0]
    assert "Keep its intent" in asked
    assert "click('9') on link 'Help', meant to: look for advice" in asked
    assert "E: Help does not react" in asked
    assert "R_s: too early" in asked


# ---------------------------------------------------------------------------------------- Enter
def test_enter_follows_what_was_typed_without_a_call() -> None:
    made = cast({"next_action": typing(1)})
    (candidate,) = run(made.explorer.propose(context(), 1))
    assert candidate.move == FILL
    after = context(HistoryStep(action=FILL, observation=page("typed")))
    (candidate,) = run(made.explorer.propose(after, 1))
    assert candidate.move == ENTER
    assert run(made.explorer.propose(after, 1)) == (candidate,)
    assert made.purposes == ["next_action"]


def test_enter_follows_at_the_root_of_the_next_search_too() -> None:
    made = cast({"next_action": typing(1)})
    run(made.explorer.propose(context(), 1))
    step = HistoryStep(action=FILL, observation=page("typed"))
    (candidate,) = run(made.explorer.propose(context(committed=(step,)), 1))
    assert candidate.move == ENTER


def test_enter_follows_only_where_it_was_asked_for() -> None:
    made = cast({"next_action": [typing(1), choice(), typing(0), choice()]})
    run(made.explorer.propose(context(), 1))
    other = replace(TYPED, action=Action(kind="fill", args=("7", "Pepper")))
    (candidate,) = run(made.explorer.propose(context(other), 1))
    assert candidate.move == CLICK
    run(made.explorer.propose(context(), 1))
    (candidate,) = run(made.explorer.propose(context(TYPED), 1))
    assert candidate.move == CLICK


def test_a_repeated_proposal_does_not_change_what_follows_the_first() -> None:
    made = cast({"next_action": typing(1), "next_action_with_siblings": typing(0)})
    run(made.explorer.propose(context(), 1))
    note = SiblingNote(candidate=Candidate(move=FILL))
    run(made.explorer.propose(context(siblings=(note,)), 1))
    (candidate,) = run(made.explorer.propose(context(TYPED), 1))
    assert candidate.move == ENTER


def test_after_enter_was_tried_a_sibling_is_asked_for() -> None:
    made = cast({"next_action": typing(1), "next_action_with_siblings": choice()})
    run(made.explorer.propose(context(), 1))
    note = SiblingNote(candidate=Candidate(move=ENTER))
    (candidate,) = run(made.explorer.propose(context(TYPED, siblings=(note,)), 1))
    assert candidate.move == CLICK


def test_what_is_not_entered_yet_is_not_judged() -> None:
    made = cast({"next_action": typing(1)})
    run(made.explorer.propose(context(), 1))
    completion = run(made.roles.appraiser.completed(context(TYPED)))
    assert not completion.done
    assert completion.reason == "what was typed is not entered yet"
    assert made.purposes == ["next_action"]


# -------------------------------------------------------------------------------------- effects
CHANGE = {
    "describe_change": {"description": "one hit", "changes": "from form to results"},
    "intent_check": {"action_intent_fulfillment": "met at once"},
}


def test_an_effect_takes_two_calls_the_second_shown_the_first() -> None:
    made = cast(CHANGE)
    bare = replace(SEARCHED, effect=None)
    effect = run(made.explorer.describe(context(TYPED, bare)))
    assert effect == Effect(
        description="one hit", changes="from form to results", fulfilment="met at once"
    )
    assert made.purposes == ["describe_change", "intent_check"]
    asked = made.asked("intent_check")[0]
    for text in ("one hit", "from form to results", "start the search"):
        assert text in asked
    assert "[7] textbox" not in asked


def test_a_description_is_shown_both_pages() -> None:
    made = cast(CHANGE)
    run(made.explorer.describe(context(TYPED, SEARCHED)))
    asked = made.asked("describe_change")[0]
    assert asked.index("'Library, typed'") < asked.index("'Library, results'")


def test_equal_pages_are_shown_once() -> None:
    made = cast(CHANGE)
    run(made.explorer.describe(context(IDLE, observation=IDLE.observation)))
    asked = made.asked("describe_change")[0]
    assert asked.count("RootWebArea") == 1
    assert "the same before the action and after it" in asked
    assert "error: TimeoutError: covered" in asked


@pytest.mark.parametrize(
    ("before", "after", "another"),
    [
        ("http://a/x", "http://a/y", True),
        ("http://a/x", "http://b/x", True),
        ("http://a/x?q=1#top", "http://a/x?q=2", False),
    ],
)
def test_a_page_is_another_one_where_host_or_path_differ(
    before: str, after: str, another: bool
) -> None:
    made = cast(CHANGE)
    steps = [replace(TYPED, observation=page(url=url)) for url in (before, after)]
    run(made.explorer.describe(context(*steps)))
    told = "led to another page" if another else "stayed on the same page"
    assert told in made.asked("describe_change")[0]


def test_bug_4_a_simulated_page_is_compared_with_the_nodes_page() -> None:
    made = cast(CHANGE)
    parent, node = page("parent", url="http://a/1"), page("node", url="http://a/2")
    simulated = page("simulated", url="http://a/2")
    here = context(
        HistoryStep(action=CLICK, observation=node),
        HistoryStep(action=FILL, observation=simulated),
        root=parent,
        simulated=True,
    )
    run(made.explorer.describe(here))
    asked = made.asked("describe_change")[0]
    assert "stayed on the same page" in asked
    assert "'Library, node'" in asked
    assert "'Library, parent'" not in asked


# ----------------------------------------------------------------------------------- reflections
def reflected(scope: ReflectionScope, answers: dict[str, Any]) -> Reflection | None:
    found: Reflection | None = run(cast(answers).explorer.reflect(context(TYPED, SEARCHED), scope))
    return found


@pytest.mark.parametrize("text", ["nothing left to do", "Nothing left to do.", "", "  "])
def test_a_childs_reflection_that_names_no_step_is_none(text: str) -> None:
    answers = {"child_reflection": {"node_reflection_for_child": text}}
    assert reflected(ReflectionScope.CHILD, answers) is None


def test_a_childs_reflection_keeps_its_text() -> None:
    answers = {"child_reflection": {"node_reflection_for_child": "Open the book."}}
    assert reflected(ReflectionScope.CHILD, answers) == Reflection(
        scope=ReflectionScope.CHILD, text="Open the book."
    )


def sibling(text: str, appropriate: object) -> Reflection | None:
    answer = {
        "expectation": True,
        "action_intent_appropriate": appropriate,
        "node_reflection_for_sib": text,
    }
    return reflected(ReflectionScope.SIBLING, {"sibling_reflection": answer})


def test_a_siblings_reflection_advises_against_an_action_of_the_wrong_intent() -> None:
    found = sibling("Press Enter instead.", False)
    assert found is not None
    assert (found.text, found.avoid) == ("Press Enter instead.", ("click('8')",))
    kept = sibling("Press Enter instead.", True)
    assert kept is not None
    assert kept.avoid == ()


@pytest.mark.parametrize("text", ["", "No better action."])
def test_bug_15_an_empty_reflection_leaves_the_verdict_on_the_action_defined(text: str) -> None:
    assert sibling(text, "True") is None
    found = sibling(text, "False")
    assert found is not None
    assert found.avoid == ("click('8')",)
    assert found.text


def test_a_simulations_reflection_is_shown_what_its_appraiser_thought() -> None:
    made = cast({"sim_reflection": {"sim_reflection": "Take it."}})
    here = context(TYPED, SEARCHED, simulated=True)
    found = run(made.explorer.reflect(here, ReflectionScope.SIMULATION))
    assert found == Reflection(scope=ReflectionScope.SIMULATION, text="Take it.")
    assert "the hit is there" in made.asked("sim_reflection")[0]
    silent = context(TYPED, replace(SEARCHED, reason=""), simulated=True)
    run(made.explorer.reflect(silent, ReflectionScope.SIMULATION))
    assert "nothing is known of this" in made.asked("sim_reflection")[1]


def test_a_failed_action_is_explained_to_siblings_and_has_no_lesson_for_children() -> None:
    made = cast({"execution_reflection": {"execution_reflection": "Covered by a dialog."}})
    here = context(IDLE, observation=IDLE.observation, failed=True)
    assert run(made.explorer.reflect(here, ReflectionScope.CHILD)) is None
    assert made.purposes == []
    found = run(made.explorer.reflect(here, ReflectionScope.SIBLING))
    assert isinstance(found, Failure)
    assert (found.text, found.avoid) == ("Covered by a dialog.", (HELP.raw,))
    assert made.purposes == ["execution_reflection"]
    asked = made.asked("execution_reflection")[0]
    assert "TimeoutError: covered" in asked
    assert SEARCH.text in asked


def test_the_root_and_whole_attempts_are_no_matter_of_the_explorers_reflections() -> None:
    made = cast({})
    for scope in ReflectionScope:
        assert run(made.explorer.reflect(context(), scope)) is None
    here = context(TYPED, observation=RESULTS)
    assert run(made.explorer.reflect(here, ReflectionScope.SUBTASK)) is None
    assert run(made.explorer.describe(context())) is None


# --------------------------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    "answer",
    [
        "no JSON",
        "[]",
        '{"action_intent_fulfillment": "met"} and more',
        ModelReply(text="{}", finish_reason="length"),
        ModelReply(text="", refusal="I will not"),
    ],
)
def test_bug_17_answers_that_stay_unusable_are_a_typed_error(answer: str | ModelReply) -> None:
    made = cast({**CHANGE, "intent_check": answer})
    with pytest.raises(FormatError, match="intent_check") as caught:
        run(made.explorer.describe(context(TYPED)))
    assert caught.value.kind == "agent"
    assert made.purposes == ["describe_change", "intent_check", "intent_check"]


def test_bug_17_a_model_that_cannot_be_asked_is_another_typed_error() -> None:
    made = cast({"next_action": LLMError("429")})
    with pytest.raises(LLMError, match="429") as caught:
        run(made.explorer.propose(context(), 1))
    assert not isinstance(caught.value, FormatError)
