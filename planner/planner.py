"""The Planner with a language model: plans, and refines, what it knows from others' words alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from planner.described import QUOTED, in_own_words
from prompts.answers import Unusable
from prompts.asking import Asker
from prompts.demonstrations import Demonstration, demonstrations
from prompts.pages import page_text
from prompts.schema import FirstPlan, PageDescription, PlannedSubtask, PlanRevision
from webpilot.observation import Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Review
from webpilot.types import Task

__all__ = ["ModelPlanner"]

UNSAID = "the Planner holds the task to be impossible here and gives no reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlanner:
    """Two calls for the first plan, one for each revision; no page text reaches either plan."""

    asker: Asker
    examples: Callable[[str, str], tuple[Demonstration, ...]] = demonstrations
    """Demonstrations of planning for a site and a benchmark."""

    async def plan(self, task: Task, observation: Observation) -> Plan:
        """Return the first plan.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        answer = await self.asker.ask(
            "webpilot/plan",
            FirstPlan,
            check=_has_subtasks,
            hints=self.asker.hints.get("planner", ""),
            task=task,
            demonstrations=self.examples(task.site, task.benchmark),
            description=await self._described(task, observation),
        )
        return Plan(
            subtasks=_subtasks(answer.subtasks) if answer.possible else (),
            rationale=answer.reasoning,
            expectation=answer.expectation,
            needs_answer=answer.needs_answer or task.answer_due,
            answer_requirements=answer.answer_requirements,
            infeasible="" if answer.possible else answer.impossible_because.strip() or UNSAID,
        )

    async def _described(self, task: Task, observation: Observation) -> str:
        page = page_text(observation)
        answer = await self.asker.ask("webpilot/describe", PageDescription, task=task, page=page)
        said = {
            "Kind": answer.kind,
            "Content": answer.content,
            "Controls": answer.controls,
            "Status": answer.status,
        }
        return in_own_words("\n".join(f"{key}: {text}" for key, text in said.items()), page)

    async def refine(self, task: Task, plan: Plan, review: Review) -> Plan:
        """Return what is to be done instead of ``plan``, or ``plan`` itself where it stands.

        Raises:
            LLMError: the model could not be asked, or answered unusably.
            BudgetExhausted: the call would pass a limit.
        """
        attempt = review.attempt
        seen = [attempt.root, *(step.observation for step in attempt.steps)]
        pages = "\n".join(page_text(each) for each in seen)
        answer = await self.asker.ask(
            "webpilot/refine",
            PlanRevision,
            hints=self.asker.hints.get("planner", ""),
            task=task,
            plan=plan,
            finished=_finished(review),
            facts=tuple(_brief(fact) for fact in review.facts),
            attempted=attempt.subtask,
            verdict=_verdict(review),
            reason=in_own_words(review.completion.reason, pages),
            description=in_own_words(review.completion.description, pages),
            lesson=in_own_words(review.reflection.text if review.reflection else "", pages),
        )
        subtasks = _subtasks(answer.subtasks)
        if answer.decision == "keep" or (answer.decision, subtasks) == ("change", plan.subtasks):
            return plan
        infeasible = ""
        if answer.decision == "impossible":
            subtasks, infeasible = (), answer.impossible_because.strip() or UNSAID
        return replace(
            plan,
            subtasks=subtasks,
            rationale=answer.reasoning,
            infeasible=infeasible,
            revision=plan.revision + 1,
            supersedes=plan.revision,
        )


def _has_subtasks(answer: FirstPlan) -> None:
    if answer.possible and not answer.subtasks:
        raise Unusable("subtasks: a plan for a possible task needs at least one")


def _subtasks(planned: tuple[PlannedSubtask, ...]) -> tuple[Subtask, ...]:
    return tuple(Subtask(**each.model_dump()) for each in planned)


def _finished(review: Review) -> tuple[Subtask, ...]:
    """Return the subtasks that were finished before the attempt."""
    last = review.finished[-1:]
    return review.finished[:-1] if last == (review.attempt.subtask,) else review.finished


def _verdict(review: Review) -> str:
    if review.completion.done:
        return "complete."
    if review.reflection is not None:
        return "not complete. It will be tried again, unless you change the plan."
    return "not complete, and given up. The agent goes on with the rest of the plan."


def _brief(fact: Fact) -> Fact:
    """Return the fact without any sentence of the page: its first words are enough to plan with."""
    words = fact.value.split()
    shown = words if len(words) < QUOTED else [*words[: QUOTED - 1], "…"]
    return replace(fact, value=" ".join(shown))
