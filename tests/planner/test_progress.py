"""The global loop's bookkeeping: retries end, limits end, nothing raises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.progress import Progress
from webpilot.plan import Fact, Plan, Subtask
from webpilot.types import Reflection, ReflectionScope, Task

TASK = Task(id="t", seed=0, goal="find it")
LESSON = Reflection(scope=ReflectionScope.SUBTASK, text="look elsewhere")


def plan_of(count: int) -> Plan:
    return Plan(subtasks=tuple(Subtask(goal=f"step {i}") for i in range(count)))


def test_the_head_moves_on_and_forgets_the_failures_of_the_one_before() -> None:
    progress = Progress(task=TASK, plan=plan_of(2)).failed(LESSON).completed()
    assert progress.head == Subtask(goal="step 1")
    assert (progress.failures, progress.reflection) == (0, None)
    assert progress.finished == (Subtask(goal="step 0"),)


def test_a_third_failure_is_the_last_try() -> None:
    progress = Progress(task=TASK, plan=plan_of(1), retries=2)
    tries = 0
    while not progress.last_try:
        progress = progress.failed(LESSON)
        tries += 1
    assert tries == 2


@given(planned=st.integers(0, 40), limit=st.integers(0, 20))
def test_the_subtask_limit_ends_the_plan_without_an_error(planned: int, limit: int) -> None:
    """Bug 10 of the authors' code: the sixteenth subtask raised and the task was never scored."""
    progress = Progress(task=TASK, plan=plan_of(planned), subtasks=limit)
    while progress.head is not None:
        progress = progress.completed()
    assert len(progress.finished) == min(planned, limit)


def test_a_plan_that_is_done_but_for_its_answer_gets_a_last_subtask_for_it() -> None:
    due = Plan(subtasks=(), needs_answer=True, answer_requirements="a number")
    progress = Progress(task=TASK, plan=due)
    last = Subtask(goal=TASK.goal, expectation="a number", needs_answer=True)
    assert progress.head == last
    asked = progress.completed(Fact(question="find it", value="7"))
    assert asked.head is None
    assert [fact.value for fact in asked.facts] == ["7"]
    assert asked.completed() is asked
