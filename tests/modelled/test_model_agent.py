"""The whole agent with a scripted model: what one role writes, and who reads it."""

from __future__ import annotations

from asked import (
    ASSESSMENT,
    DESCRIPTION,
    EXTRACTION,
    LESSON,
    VERDICT,
    asked,
    calls,
    planned,
    prompt,
    proposed,
    revised,
    section,
)
from grid_model import GridModel
from site_world import ORDERS, PEOPLE, Played, Site, play

from mcts.gridworld import GridWorld
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import Answer as Said
from webpilot.llm.scripted import ScriptedLLM
from webpilot.types import Answer, Infeasible, Task

MAZE = Task(id="grid.maze", seed=0, goal="reach the goal", action_kinds=("click",))
PHONE = Task(
    id="site.phone",
    seed=0,
    goal="Tell me the telephone number of who placed order 7.",
    action_kinds=("click",),
)
OPEN, NOT_YET = {**VERDICT}, {**VERDICT, "done": False, "missing": "the door is shut"}
NOT_HERE = {**EXTRACTION, "found": False, "evidence": "", "value": ""}
OWNER = EXTRACTION
NUMBER = {
    **EXTRACTION,
    "evidence": "Ada Lovelace, telephone 555-0199",
    "value": "555-0199",
}
MADE_UP = {**NUMBER, "evidence": "call 555-0000 for Ada"}


def maze(**says: Said | list[Said]) -> tuple[Played, ScriptedLLM]:
    world = GridWorld()
    model = GridModel(world.grid, says=says)
    return play(MAZE, model.llm, world.root().root, world, max_depth=14, rollouts=40), model.llm


def test_a_task_takes_a_description_a_plan_three_calls_a_node_at_most_and_two_at_the_end() -> None:
    done, llm = maze()
    assert done.result.stop_reason == "done"
    assert len(done.result.actions) == 9
    spent = calls(llm)
    assert [request.purpose for request in llm.requests[:2]] == ["describe", "plan"]
    assert [request.purpose for request in llm.requests[-2:]] == ["complete", "refine"]
    assert spent.total() == 2 + 2 * 9 + 2


def test_the_lesson_of_a_failed_attempt_reaches_every_prompt_of_the_next_one() -> None:
    done, llm = maze(complete=[NOT_YET, OPEN])
    assert [attempt.attempt for attempt in done.agent.attempts] == [0, 1]
    order = [request.purpose for request in llm.requests]
    judged = order.index("reflect_attempt")
    assert order[judged - 1 : judged + 2] == ["complete", "reflect_attempt", "refine"]
    assert "the door is shut" in section(llm.requests[judged], "Why the subtask")
    shown = [
        (index > judged, "fetch the key" in section(request, "Lesson from the last attempt"))
        for index, request in enumerate(llm.requests)
        if request.purpose == "propose"
    ]
    assert set(shown) == {(False, False), (True, True)}


def test_a_surprise_changes_the_plan_and_the_next_attempt_is_at_the_new_one() -> None:
    surprise = {**NOT_YET, "description": "a locked door that nobody mentioned"}
    done, llm = maze(
        complete=[surprise, OPEN, OPEN],
        refine=[revised("change", "fetch the key", "walk through the door")],
    )
    assert "a locked door" in section(asked(llm, "refine")[0], "The page now")
    assert "fetch the key" in section(asked(llm, "refine")[0], "Lesson")
    assert done.searched == ["reach the goal", "fetch the key", "walk through the door"]
    assert done.result.plan_revision == 1
    plans = done.named("plan")
    assert [(plan["revision"], plan["supersedes"]) for plan in plans] == [(0, None), (1, 0)]
    tasks = {section(request, "Task") for request in llm.requests}
    assert tasks == {MAZE.goal}


def test_a_lesson_that_is_not_worth_it_ends_the_attempts_at_the_subtask() -> None:
    done, _ = maze(complete=NOT_YET, reflect_attempt={**LESSON, "worth_retrying": False})
    assert len(done.agent.attempts) == 1


def test_a_planner_that_finds_the_task_impossible_ends_it_before_any_search() -> None:
    done, llm = maze(plan=planned(possible=False, impossible_because="there is no goal"))
    assert done.result.outcome == Infeasible(reason="there is no goal")
    assert done.result.stop_reason == "infeasible"
    assert calls(llm) == {"describe": 1, "plan": 1}
    assert done.result.actions == ()


def test_what_an_attempt_has_seen_can_end_the_task_as_impossible() -> None:
    done, _ = maze(complete=NOT_YET, refine=[revised("impossible", because="the door has no key")])
    assert done.result.outcome == Infeasible(reason="the door has no key")


def test_an_explorers_claim_that_the_task_is_impossible_counts_once_it_is_judged_right() -> None:
    believed = {**ASSESSMENT, "done": True, "effectiveness": 9, "promise": 9}
    done, llm = maze(
        propose=proposed(("report_infeasible('no way to the goal')", 1.0)), assess=believed
    )
    assert done.result.outcome == Infeasible(reason="no way to the goal")
    assert done.result.stop_reason == "infeasible"
    assert "no way to the goal" in section(asked(llm, "assess")[0], "The step: a claim")
    assert done.result.actions == ()


def test_a_claim_that_is_judged_wrong_does_not_end_the_task() -> None:
    doubted = {**ASSESSMENT, "done": False, "effectiveness": 1, "promise": 1}
    claim = "report_infeasible('no way to the goal')"
    moves = proposed((claim, 0.6), ("click('right')", 0.3), ("click('down')", 0.1))
    done, llm = maze(propose=[moves], assess=[doubted])
    assert claim in section(asked(llm, "assess")[0], "The step: a claim")
    assert done.result.stop_reason == "done"
    assert len(done.result.actions) == 9


def site(extract: list[Said], **says: Said | list[Said]) -> tuple[Played, ScriptedLLM]:
    """The question that takes two pages, read as told."""
    world = Site({"orders": ORDERS, "people": PEOPLE}, "orders")

    def propose(request: ModelRequest) -> Said:
        there = "'People', url" in section(request, "Page")
        return proposed(("done()", 1.0)) if there else proposed(("click('people')", 0.9))

    def assess(request: ModelRequest) -> Said:
        there = "'People', url" in section(request, "The page after the step")
        return {**ASSESSMENT, "done": there, "effectiveness": 9, "promise": 10}

    usual = {
        "describe": DESCRIPTION,
        "plan": planned("who placed order 7", "that person's telephone", needs_answer=True),
        "refine": revised("keep"),
        "complete": VERDICT,
        "reflect_attempt": LESSON,
        "conclude": {"reasoning": "the second", "sufficient": True, "answer": "555-0199"},
        **says,
    }
    readings = iter(extract)

    def answer(request: ModelRequest) -> Said:
        if request.purpose == "extract":
            return next(readings)
        by_page = {"propose": propose, "assess": assess}.get(request.purpose)
        return by_page(request) if by_page else usual[request.purpose]

    llm = ScriptedLLM(answer)
    return play(PHONE, llm, world.root, world, rollouts=6), llm


def test_a_question_of_two_pages_is_answered_with_what_the_first_one_told() -> None:
    done, llm = site([OWNER, NOT_HERE, NUMBER])
    assert [fact.value for fact in done.result.facts] == ["Ada Lovelace", "555-0199"]
    assert done.result.outcome == Answer(text="555-0199")
    assert done.searched == ["that person's telephone"]
    first, here, there = asked(llm, "extract")
    assert section(first, "Facts") == ""
    for second in (here, there):
        assert "who placed order 7: Ada Lovelace" in section(second, "Facts")
    assert all("Ada Lovelace" in section(each, "Facts") for each in asked(llm, "propose"))
    assert "2. that person's telephone: 555-0199" in section(asked(llm, "conclude")[0], "Facts")


def test_made_up_evidence_is_refused_and_the_subtask_is_tried_again() -> None:
    done, llm = site([OWNER, MADE_UP, MADE_UP, NOT_HERE, NUMBER])
    assert [fact.value for fact in done.result.facts] == ["Ada Lovelace", "555-0199"]
    assert [attempt.attempt for attempt in done.agent.attempts] == [0, 1]
    reflected = asked(llm, "reflect_attempt")[0]
    assert "the page does not hold" in section(reflected, "Why the subtask")
    assert done.result.outcome == Answer(text="555-0199")


def test_a_value_without_evidence_is_never_an_answer() -> None:
    done, _ = site([OWNER, *[MADE_UP] * 6])
    assert [fact.value for fact in done.result.facts] == ["Ada Lovelace"]
    assert len(done.agent.attempts) == 3
    assert "555" not in str(done.result.facts)


def test_the_answer_of_a_single_fact_costs_no_call() -> None:
    done, llm = site([OWNER], plan=planned("who placed order 7", needs_answer=True))
    assert done.result.outcome == Answer(text="Ada Lovelace")
    assert "conclude" not in calls(llm)


def test_every_prompt_shows_the_goal_and_most_share_their_beginning() -> None:
    _, llm = site([OWNER, NOT_HERE, NUMBER])
    assert all(PHONE.goal in prompt(request) for request in llm.requests)
    for purpose in ("propose", "extract"):
        system = {request.messages[0] for request in asked(llm, purpose)}
        assert len(system) == 1


def test_a_forced_end_is_told_to_the_planner_as_given_up() -> None:
    done, llm = maze(complete=NOT_YET, plan=planned("reach the goal", "reach the goal again"))
    verdicts = [prompt(each).partition("Judged: ")[2][:40] for each in asked(llm, "refine")]
    assert [text.startswith("not complete. It will") for text in verdicts[:2]] == [True, True]
    assert verdicts[2].startswith("not complete, and given up")
    assert done.searched == ["reach the goal"] * 3 + ["reach the goal again"] * 3
