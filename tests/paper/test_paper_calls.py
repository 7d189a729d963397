"""How many calls the paper's roles make, in which order: method.md, section 8."""

from __future__ import annotations

import pytest
from paper_grid import GridModel, played, searched

from mcts.gridworld import Grid
from webpilot.plan import Subtask
from webpilot.types import Answer

ONE_STEP = Grid("SG")
TWO_STEPS = Grid("S#\n.G")
STAIRS = Grid("S##\n..#\n#.G")
FIELD = Grid("\n".join(["." * 13] * 6 + ["......S......"] + ["." * 13] * 5 + ["............G"]))

REAL = ["next_action", "describe_change", "intent_check", "evaluate"]
JUDGED = [
    "child_reflection",
    "sibling_reflection",
    "stop_observation",
    "stop_reflection",
]
TERMINAL = [*REAL, *JUDGED]
SIMULATED = [*REAL, "sim_reflection"]
START = ["task_expectation", "describe_page", "plan"]
COMPLETE = ["describe_page", "completeness"]
LOW = {f"at {row},{column}": 3.0 for row in range(13) for column in range(13)}


def test_a_terminal_node_takes_eight_calls_and_the_root_none() -> None:
    done = searched(GridModel(ONE_STEP))
    assert done.result.accepted
    assert done.cast.purposes == TERMINAL


def test_a_node_that_is_not_terminal_takes_thirteen() -> None:
    done = searched(GridModel(TWO_STEPS, scores={"at 1,1": 9.0}))
    assert done.result.accepted
    assert done.cast.purposes == [*TERMINAL, *SIMULATED, *TERMINAL]


def test_a_promoted_node_takes_seven_calls_or_twelve() -> None:
    top = {"at 1,0": 8.0, "at 1,1": 9.5, "at 2,1": 9.5}
    done = searched(GridModel(STAIRS, scores=top))
    assert done.result.accepted
    promoted = [*TERMINAL[1:], *SIMULATED]
    assert done.cast.purposes == [*TERMINAL, *SIMULATED, *promoted, *promoted, *TERMINAL[1:]]
    assert (len(promoted), len(TERMINAL[1:])) == (12, 7)


def test_necessary_actions_are_asked_for_in_place_of_the_observation() -> None:
    subtask = Subtask(goal="reach the goal", necessary_actions="Needed: walk right")
    done = searched(
        GridModel(ONE_STEP, said={"stop_actions": {"necessary_actions_executed": True}}),
        subtask=subtask,
    )
    assert done.cast.purposes == [*REAL, *JUDGED[:2], "stop_actions", JUDGED[3]]


def test_an_exhausted_attempt_takes_nine_times_thirteen() -> None:
    done = searched(GridModel(FIELD, scores=LOW, done=False))
    assert len(done.result.tree) == 10
    assert len(done.cast.purposes) == 9 * 13


def test_a_whole_task_of_one_action_takes_three_and_eight_and_three() -> None:
    done = played(GridModel(ONE_STEP))
    assert done.cast.purposes == [*START, *TERMINAL, *COMPLETE, "refine"]
    assert done.result.plan_revision == 1
    assert [action.raw for action in done.result.actions] == ["click('right')"]


def test_two_actions_take_twenty_three_calls_where_the_second_is_promoted() -> None:
    done = played(GridModel(TWO_STEPS))
    assert len(done.cast.purposes) - len(START) == 23


def test_two_actions_take_twenty_four_where_it_is_not() -> None:
    done = played(GridModel(TWO_STEPS, scores={"at 1,1": 9.0}))
    assert len(done.cast.purposes) - len(START) == 24


def test_an_incomplete_attempt_takes_a_third_call_and_no_refinement() -> None:
    done = played(GridModel(ONE_STEP, complete=[False]))
    lost = [*TERMINAL, *COMPLETE, "sub_reflection"]
    assert done.cast.purposes == [*START, *lost, *TERMINAL, *COMPLETE, "refine"]


def test_after_the_second_retry_a_subtask_is_finished_without_a_reflection() -> None:
    done = played(GridModel(ONE_STEP, complete=[False] * 3))
    assert done.cast.purposes.count("sub_reflection") == 2
    assert done.cast.purposes[-3:] == [*COMPLETE, "refine"]
    assert len(done.agent.attempts) == 3


def test_without_refinement_there_is_one_call_less() -> None:
    done = played(GridModel(ONE_STEP), adjust="retry_only")
    assert done.cast.purposes == [*START, *TERMINAL, *COMPLETE]


ASKS = {"need_answer": True, "answer_requirements": "the number that stands at the goal"}


def test_an_answer_takes_a_phrase_at_the_start_and_one_call_a_view() -> None:
    done = played(GridModel(ONE_STEP, said={"task_expectation": ASKS}))
    start = ["task_expectation", "answer_phrase", *START[1:]]
    assert done.cast.purposes == [
        *start,
        *TERMINAL,
        *COMPLETE,
        "refine",
        "extract",
        "refine",
    ]
    assert done.result.outcome == Answer(text="42")


@pytest.mark.parametrize("scrolls", [False, True])
def test_bug_9_an_extraction_that_finds_nothing_obeys_the_retry_limit(scrolls: bool) -> None:
    nothing = {"stop_flag": False, "answer": "", "scroll_flag": scrolls}
    done = played(GridModel(ONE_STEP, said={"task_expectation": ASKS, "extract": nothing}))
    goals = [searched.subtask.needs_answer for searched in done.agent.attempts]
    assert goals == [False, True, True, True]
    assert done.result.facts == ()
    assert done.cast.purposes[-1] == "refine"
