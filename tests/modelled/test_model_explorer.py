from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from asked import asked, asker, calls, prompt, proposed, section
from prompt_samples import ASKING, PROPOSING, TASK, explorer

from mcts.protocols import NodeContext
from webpilot.actions import describe_actions
from webpilot.errors import FormatError
from webpilot.llm.scripted import ScriptedLLM
from webpilot.types import Action, Candidate, Done, Infeasible, Reflection, ReflectionScope

CLICK, HEADING, LOST = "click('people')", "click('1')", "click('99')"


def propose(
    *answers: object, context: NodeContext = PROPOSING, k: int = 5
) -> tuple[tuple[Candidate, ...], ScriptedLLM]:
    llm = ScriptedLLM({"propose": answers})
    return asyncio.run(explorer(asker(llm)).propose(context, k)), llm


def written(candidates: tuple[Candidate, ...]) -> list[str]:
    moves = (each.move for each in candidates)
    return [move.raw if isinstance(move, Action) else type(move).__name__ for move in moves]


def test_one_call_gives_ranked_candidates_with_priors() -> None:
    found, llm = propose(proposed((HEADING, 0.2), (CLICK, 0.5), ("done()", 0.1)))
    assert written(found) == [CLICK, HEADING, "Done"]
    assert [each.prior for each in found] == [0.5, 0.2, 0.1]
    assert calls(llm) == {"propose": 1}


def test_a_candidate_carries_its_intent_and_its_target() -> None:
    (found,), _ = propose(proposed((CLICK, 1.0)))
    assert isinstance(found.move, Action)
    assert found.move.intent == found.reason == f"to try {CLICK}"
    assert found.move.target == PROPOSING.observation.element("people")


def test_priors_above_one_are_scaled_and_ties_keep_the_models_order() -> None:
    found, _ = propose(proposed((HEADING, 1.0), (CLICK, 1.0)))
    assert written(found) == [HEADING, CLICK]
    assert [each.prior for each in found] == [0.5, 0.5]


def test_no_more_than_k_are_kept_and_a_repeated_move_counts_once() -> None:
    found, _ = propose(
        proposed((CLICK, 0.3), ('click("people")', 0.3), (HEADING, 0.2), ("done()", 0.1)), k=2
    )
    assert written(found) == [CLICK, HEADING]


def test_priors_of_nothing_stay_nothing() -> None:
    found, _ = propose(proposed((CLICK, 0.0)))
    assert found[0].prior == 0.0


@pytest.mark.parametrize(
    "bad", [LOST, "goto('http://evil')", "noop()", f"{CLICK} please", "click(12)", "rm -rf"]
)
def test_a_candidate_that_cannot_run_here_is_left_out(bad: str) -> None:
    found, llm = propose(proposed((bad, 0.9), (CLICK, 0.1)))
    assert written(found) == [CLICK]
    assert calls(llm) == {"propose": 1}


def test_a_disabled_element_is_no_target() -> None:
    page = PROPOSING.observation
    off = tuple(
        replace(each, states=(("disabled", "true"),)) if each.bid == "people" else each
        for each in page.elements
    )
    context = replace(PROPOSING, observation=replace(page, elements=off))
    found, _ = propose(proposed((CLICK, 0.9), (HEADING, 0.1)), context=context)
    assert written(found) == [HEADING]


def test_if_no_candidate_can_run_the_model_is_told_why_and_asked_once_more() -> None:
    found, llm = propose(proposed((LOST, 0.6), ("fly()", 0.4)), proposed((CLICK, 1.0)))
    assert written(found) == [CLICK]
    repair = llm.requests[1].messages[-1].content
    assert "no element '99' on the page" in repair
    assert "unknown action 'fly'" in repair


def test_a_second_answer_without_a_usable_candidate_is_the_agents_failure() -> None:
    with pytest.raises(FormatError, match="no element '99'") as failed:
        propose(proposed((LOST, 1.0)), proposed((LOST, 1.0)))
    assert failed.value.kind == "agent"


def test_nothing_at_all_is_no_proposal_for_a_fresh_page() -> None:
    fresh = replace(PROPOSING, siblings=())
    found, llm = propose(proposed(), proposed((CLICK, 1.0)), context=fresh)
    assert written(found) == [CLICK]
    assert len(llm.requests) == 2


def test_nothing_more_to_try_is_an_answer_where_something_was_tried() -> None:
    found, llm = propose(proposed())
    assert found == ()
    assert len(llm.requests) == 1


def test_a_page_that_takes_no_more_actions_is_not_asked_about() -> None:
    found, llm = propose(context=replace(PROPOSING, ended=True))
    assert found == ()
    assert llm.requests == []


def test_stops_are_proposed_like_actions() -> None:
    found, _ = propose(proposed(("report_infeasible('no people')", 0.6), ("done()", 0.4)))
    assert [each.move for each in found] == [
        Infeasible(reason="no people"),
        Done(reason="to try done()"),
    ]


def test_the_prompt_holds_all_that_bears_on_the_choice() -> None:
    _, llm = propose(proposed((CLICK, 1.0)), k=4)
    request = llm.requests[0]
    assert describe_actions(TASK.action_kinds) in request.messages[0].content
    assert "done()" in request.messages[0].content
    assert "report_infeasible('reason')" in request.messages[0].content
    expected = {
        "Subtasks finished": "Read who placed order 7",
        "Facts read": "Ada Lovelace",
        "Current subtask": "Done when: a list of people",
        "Page": "[people] link 'People'",
        "Actions so far": "effect: none (not met)",
        "Lesson from the last attempt": "do not click headings",
        "Advice for this page": "links lead on",
        "What a trial step": "the trial led to people",
        "Why the subtask": "no list of people yet",
        "Already tried": "- click('1'): a heading does nothing",
        "Question": "up to 4 different moves",
    }
    shown = {title: section(request, title) for title in expected}
    assert [title for title, text in expected.items() if text not in shown[title]] == []
    assert "off this path: do not repeat" in prompt(request)
    assert "- report_infeasible('no people here')" in shown["Already tried"]
    assert "Actions left for the whole task: 9" in prompt(request)


def test_without_history_lessons_or_limit_nothing_is_made_up() -> None:
    bare = NodeContext(
        goal=TASK.goal,
        subtask=PROPOSING.subtask,
        observation=PROPOSING.observation,
        root=PROPOSING.root,
    )
    _, llm = propose(proposed((CLICK, 1.0)), context=bare, k=1)
    text = prompt(llm.requests[0])
    for absent in ("Facts", "Lesson", "Advice", "trial", "Already tried", "Actions left"):
        assert absent not in text
    assert "Propose the best move" in text


def test_a_subtask_that_asks_for_information_is_done_when_it_shows_and_types_no_answer() -> None:
    _, llm = propose(proposed((CLICK, 1.0)), context=replace(PROPOSING, subtask=ASKING))
    assert "no answer has to be typed" in section(llm.requests[0], "Current subtask")
    _, llm = propose(proposed((CLICK, 1.0)))
    assert "typed" not in section(llm.requests[0], "Current subtask")


def test_an_action_that_failed_is_a_lesson_without_a_call() -> None:
    llm = ScriptedLLM({})
    last = replace(
        PROPOSING.history[-1],
        observation=replace(PROPOSING.observation, last_error="TimeoutError: covered"),
    )
    dead = replace(PROPOSING, history=(last,), failed=True)
    role = explorer(asker(llm))
    assert asyncio.run(role.reflect(dead, ReflectionScope.CHILD)) is None
    assert asyncio.run(role.reflect(dead, ReflectionScope.SIBLING)) == Reflection(
        scope=ReflectionScope.SIBLING,
        text="failed and changed nothing: TimeoutError: covered",
        avoid=(HEADING,),
    )
    assert asked(llm, "assess") == []
