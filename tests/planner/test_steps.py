"""The global steps as swapped functions: who is asked, and what comes of it."""

from __future__ import annotations

import asyncio

import pytest

from planner import adjust, config, control, decompose
from webpilot.errors import ConfigError
from webpilot.observation import Fingerprint, Observation
from webpilot.plan import Plan, Subtask
from webpilot.roles import Attempt, Review
from webpilot.scripted import ScriptedController, ScriptedPlanner
from webpilot.types import Completion, Reflection, ReflectionScope, Task

TASK = Task(id="t", seed=0, goal="buy the lamp")
PAGE = Observation(text="shop", fingerprint=Fingerprint(exact="a", interactive="a"))
ATTEMPT = Attempt(
    subtask=Subtask(goal="open it"), root=PAGE, steps=(), accepted=False, stop_reason="exhausted"
)
LESSON = Reflection(scope=ReflectionScope.SUBTASK, text="look elsewhere")
FAILED = Review(attempt=ATTEMPT, completion=Completion(done=False), reflection=LESSON)
FINISHED = Review(attempt=ATTEMPT, completion=Completion(done=True))
PLAN = Plan(subtasks=(Subtask(goal="open it"),))


def test_the_planner_decomposes_or_the_task_is_its_own_subtask() -> None:
    planner = ScriptedPlanner(["find it", "order it"])
    planned = asyncio.run(decompose.by_planner(planner, TASK, PAGE))
    assert [each.goal for each in planned.subtasks] == ["find it", "order it"]
    whole = asyncio.run(decompose.whole_task(planner, TASK, PAGE))
    assert [each.goal for each in whole.subtasks] == [TASK.goal]
    assert not whole.needs_answer


def test_a_whole_task_that_is_due_an_answer_says_so() -> None:
    task = Task(id="t", seed=0, goal="how much is it?", answer_format="a number")
    plan = asyncio.run(decompose.whole_task(ScriptedPlanner([]), task, PAGE))
    assert plan.needs_answer
    assert plan.subtasks[0].needs_answer
    assert plan.answer_requirements == "a number"


@pytest.mark.parametrize(
    ("name", "after_failure", "after_success"),
    [
        ("after_each_subtask", 0, 1),
        ("after_each_attempt", 1, 1),
        ("retry_only", 0, 0),
    ],
)
def test_the_plan_is_seen_again_when_the_adjustment_says(
    name: str, after_failure: int, after_success: int
) -> None:
    function = getattr(adjust, name)
    for review, calls in ((FAILED, after_failure), (FINISHED, after_success)):
        planner = ScriptedPlanner(["open it"], ["go round the back"])
        plan = asyncio.run(function(planner, TASK, PLAN, review))
        assert len(planner.refined) == calls
        assert (plan is PLAN) == (calls == 0)


def test_without_a_controller_nobody_is_asked_and_every_attempt_counts() -> None:
    controller = ScriptedController(False)
    assert asyncio.run(control.nobody(controller, TASK, ATTEMPT)).done
    assert controller.asked == []
    assert not asyncio.run(control.by_controller(controller, TASK, ATTEMPT)).done
    assert controller.asked == [ATTEMPT]


def test_an_ablation_of_the_planner_is_one_override() -> None:
    ablated = config.override(config.webpilot(), adjust="retry_only", retries=0)
    assert (ablated.adjust, ablated.retries) == (adjust.retry_only, 0)
    with pytest.raises(ConfigError, match="planner.control='never' is not one of by_controller"):
        config.override(config.paper(), control="never")
