"""The paper's Planner: an expectation, a described page, a plan; and the plan refined.

It never reads a page. What a page says reaches it only as another call's description, long
quotations taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.described import in_own_words
from planner.paper.describing import describe
from prompts.answers import Unusable
from prompts.asking import Asker
from prompts.demonstrations import demonstrations
from prompts.paper_schema import (
    AnswerPhrase,
    Planned,
    PlannedSubtask,
    Refined,
    TaskExpectation,
    counts,
)
from webpilot.observation import Observation
from webpilot.plan import Plan, Subtask
from webpilot.roles import Review
from webpilot.types import Task

__all__ = ["PaperPlanner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPlanner:
    """Splits tasks and keeps the plan up to date; a :class:`webpilot.roles.Planner`."""

    asker: Asker

    @property
    def _hints(self) -> str:
        return self.asker.hints.get("planner", "")

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the first plan: three calls, and one more where an answer is due."""
        expected = await self.asker.ask(
            "paper/task_expectation",
            TaskExpectation,
            goal=task.goal,
            answer_format=task.answer_format,
            answer_due=task.answer_due,
            hints=self._hints,
        )
        due = expected.need_answer or task.answer_due
        requirements = await self._phrased(task, expected.answer_requirements) if due else ""
        page = await describe(self.asker, task.goal, observation)
        described = f"{page.overall_description}\n{page.main_body}"
        answer = await self.asker.ask(
            "paper/plan",
            Planned,
            check=_usable,
            goal=task.goal,
            hints=self._hints,
            demonstrations=demonstrations(task.site, task.benchmark),
            described=in_own_words(described, observation.text),
        )
        plan = Plan(
            subtasks=(),
            rationale=_rationale(answer.plan),
            expectation=expected.target_page_description,
            needs_answer=due,
            answer_requirements=requirements,
        )
        return replace(plan, subtasks=_subtasks(answer.plan, plan, read=False))

    async def _phrased(self, task: Task, requirements: str) -> str:
        answer = await self.asker.ask(
            "paper/answer_phrase",
            AnswerPhrase,
            goal=task.goal,
            requirements=requirements or task.answer_format or "nothing is said of it",
        )
        return f"{answer.info_needed} ({answer.info_requirements})"

    async def refine(self, task: Task, plan: Plan, review: Review) -> Plan:
        """Return what is still to be done, as the next revision of ``plan``: one call."""
        attempt, lesson = review.attempt, review.reflection
        seen = f"{attempt.root.text}\n{attempt.observation.text}"
        answer = await self.asker.ask(
            "paper/refine",
            Refined,
            check=_named,
            goal=task.goal,
            hints=self._hints,
            plan=plan,
            review=review,
            failed=lesson is not None,
            described=in_own_words(review.completion.description, seen),
            judged=in_own_words(review.completion.reason, seen),
            lesson=in_own_words(lesson.text, seen) if lesson is not None else "",
        )
        read = any(subtask.needs_answer for subtask in review.finished)
        return replace(
            plan,
            subtasks=_subtasks(answer.plan, plan, read=read),
            rationale=answer.reasoning,
            revision=plan.revision + 1,
            supersedes=plan.revision,
        )


def _named(answer: Planned | Refined) -> None:
    if any(not each.subtask.strip() for each in answer.plan):
        raise Unusable("a subtask of the plan is empty")


def _usable(answer: Planned) -> None:
    if not answer.plan:
        raise Unusable("the plan is empty")
    _named(answer)


def _rationale(items: Sequence[PlannedSubtask]) -> str:
    return "; ".join(item.reasoning for item in items if item.reasoning)


def _subtasks(items: Sequence[PlannedSubtask], plan: Plan, *, read: bool) -> tuple[Subtask, ...]:
    """Return the items as subtasks, with one that reads the answer where it is due.

    Args:
        items: what the model wrote.
        plan: says whether an answer is due, and what it must be like.
        read: the answer was asked for before.
    """
    subtasks = tuple(_subtask(item, plan) for item in items)
    if not plan.needs_answer or read or any(subtask.needs_answer for subtask in subtasks):
        return subtasks
    asked = f"Find the information that the task asks for: {plan.answer_requirements}"
    last = Subtask(goal=asked, expectation=_shown("", plan), needs_answer=True)
    return (*subtasks, last)


def _subtask(item: PlannedSubtask, plan: Plan) -> Subtask:
    # Where the task asks for nothing, a subtask's wish for an answer is the model's slip.
    asks = item.need_answer and plan.needs_answer
    expectation = item.target_page_description.strip()
    return Subtask(
        goal=item.subtask.strip(),
        expectation=_shown(expectation, plan) if asks else expectation,
        necessary_actions=item.necessary_actions if counts(item.necessary_actions) else "",
        needs_answer=asks,
    )


def _shown(expectation: str, plan: Plan) -> str:
    if plan.answer_requirements in expectation:  # a refinement repeats what it was shown
        return expectation
    return f"{expectation} It shows {plan.answer_requirements}.".strip()
