"""One question of every template, asked by the role that owns it.

As a script it writes the golden texts anew: ``.venv/bin/python tests/modelled/prompt_samples.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from asked import (
    ASSESSMENT,
    DESCRIPTION,
    EXTRACTION,
    LESSON,
    VERDICT,
    asker,
    planned,
    proposed,
    revised,
)
from site_world import ORDERS, PEOPLE, Site

from mcts.protocols import HistoryStep, NodeContext, SiblingNote
from planner.controller import ModelController
from planner.extractor import ModelExtractor
from planner.planner import ModelPlanner
from prompts.asking import Asker
from prompts.demonstrations import Demonstration
from webpilot.assessments import Assessments
from webpilot.explorer import ModelExplorer
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, Review
from webpilot.types import (
    Action,
    Candidate,
    Completion,
    Effect,
    Infeasible,
    Reflection,
    ReflectionScope,
    Task,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "prompts" / "webpilot"
HINTS = {
    role: f"A hint for the {role}."
    for role in ("planner", "controller", "extractor", "explorer", "appraiser")
}

TASK = Task(
    id="site.phone",
    seed=0,
    goal="Tell me the telephone number of who placed order 7.\n  Answer with the number alone.",
    benchmark="site",
    site="site",
    action_kinds=("click", "fill"),
    action_limit=10,
    answer_format="digits and hyphens",
)
SUBTASK = Subtask(
    goal="Open the list of people",
    expectation="a list of people with telephone numbers",
    necessary_actions="the link to the people was clicked",
)
ASKING = Subtask(goal="Read the telephone number of Ada Lovelace", needs_answer=True)
OWNER = Subtask(goal="Read who placed order 7", needs_answer=True)
FACT = Fact(question=OWNER.goal, value="Ada Lovelace", evidence="Order 7 by Ada Lovelace")
PLAN = Plan(
    subtasks=(SUBTASK, ASKING),
    expectation="the telephone number is known",
    needs_answer=True,
    answer_requirements="the telephone number",
    revision=1,
)

SITE = Site({"orders": ORDERS, "people": PEOPLE}, "orders")
ORDERS_PAGE, PEOPLE_PAGE = SITE.page("orders"), SITE.page("people")


def click(bid: str, intent: str = "") -> Action:
    return Action(kind="click", args=(bid,), target=ORDERS_PAGE.element(bid), intent=intent)


HEADING = HistoryStep(
    action=click("1", "fold the list out"),
    observation=ORDERS_PAGE,
    effect=Effect(description="the orders", changes="none", fulfilment="not met"),
)
LINK = HistoryStep(
    action=click("people", "open the people"),
    observation=PEOPLE_PAGE,
    effect=Effect(description="the people", changes="another page", fulfilment="met"),
)


def reflection(scope: ReflectionScope, text: str) -> Reflection:
    return Reflection(scope=scope, text=text)


PROPOSING = NodeContext(
    goal=TASK.goal,
    subtask=SUBTASK,
    observation=ORDERS_PAGE,
    root=ORDERS_PAGE,
    history=(HEADING,),
    finished=(OWNER,),
    facts=(FACT,),
    siblings=(
        SiblingNote(
            candidate=Candidate(move=click("1")),
            reflection=reflection(ReflectionScope.SIBLING, "a heading does nothing"),
        ),
        SiblingNote(candidate=Candidate(move=Infeasible(reason="no people here"))),
    ),
    child_reflection=reflection(ReflectionScope.CHILD, "links lead on"),
    simulation_reflection=reflection(ReflectionScope.SIMULATION, "the trial led to people"),
    strategic_reflection=reflection(ReflectionScope.SUBTASK, "do not click headings"),
    not_done_reason="no list of people yet",
    remaining_actions=9,
    seed=(0, 1),
)
ASSESSING = NodeContext(
    goal=TASK.goal,
    subtask=SUBTASK,
    observation=PEOPLE_PAGE,
    root=ORDERS_PAGE,
    history=(HEADING, HistoryStep(action=LINK.action, observation=PEOPLE_PAGE)),
    facts=(FACT,),
    rivals=(Candidate(move=click("1")), Candidate(move=Infeasible(reason="no people here"))),
    seed=(0, 2),
)
ATTEMPT = Attempt(
    subtask=SUBTASK,
    root=ORDERS_PAGE,
    steps=(HEADING, LINK),
    accepted=True,
    stop_reason="done",
)
REVIEW = Review(
    attempt=ATTEMPT,
    completion=Completion(done=False, reason="the list is short", description="a list of two"),
    reflection=reflection(ReflectionScope.SUBTASK, "look for a longer list"),
    finished=(OWNER,),
    facts=(FACT,),
)


def explorer(asks: Asker, task: Task = TASK) -> ModelExplorer:
    return ModelExplorer(asker=asks, task=task, assessments=Assessments(asker=asks, task=task))


def planner(asks: Asker) -> ModelPlanner:
    example = Demonstration(task="Lend me a book.", subtasks=(Subtask(goal="Find a book"),))
    return ModelPlanner(asker=asks, examples=lambda site, benchmark: (example,))


ASKS: dict[str, Callable[[Asker], Awaitable[object]]] = {
    "describe": lambda asks: planner(asks).plan(TASK, ORDERS_PAGE),
    "plan": lambda asks: planner(asks).plan(TASK, ORDERS_PAGE),
    "refine": lambda asks: planner(asks).refine(TASK, PLAN, REVIEW),
    "propose": lambda asks: explorer(asks).propose(PROPOSING, 3),
    "assess": lambda asks: explorer(asks).describe(ASSESSING),
    "complete": lambda asks: ModelController(asker=asks).complete(TASK, ATTEMPT),
    "reflect_attempt": lambda asks: ModelController(asker=asks).reflect(
        TASK, ATTEMPT, "the list is short"
    ),
    "extract": lambda asks: ModelExtractor(asker=asks).extract(TASK, ASKING, PEOPLE_PAGE, (FACT,)),
    "conclude": lambda asks: ModelExtractor(asker=asks).conclude(TASK, PLAN, (FACT,)),
}
"""For every template a call of the role that asks it (``plan`` asks ``describe`` before)."""

ANSWERS = {
    "describe": DESCRIPTION,
    "plan": planned("Open the list of people"),
    "refine": revised("keep"),
    "propose": proposed(("click('people')", 0.7)),
    "assess": ASSESSMENT,
    "complete": VERDICT,
    "reflect_attempt": LESSON,
    "extract": EXTRACTION,
    "conclude": {"reasoning": "one fact", "sufficient": True, "answer": "555-0199"},
}
"""A usable answer to every template."""


def request(template: str) -> ModelRequest:
    """The request that the role makes of the template."""
    llm = ScriptedLLM(ANSWERS)
    asyncio.run(_awaited(ASKS[template](asker(llm, hints=HINTS))))
    return next(each for each in llm.requests if each.purpose == template)


async def _awaited(call: Awaitable[object]) -> object:
    return await call


def golden_text(template: str) -> str:
    parts = [f"[{each.role}]\n{each.content}\n" for each in request(template).messages]
    return "\n".join(parts)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for each in ASKS:
        (GOLDEN / f"{each}.txt").write_text(golden_text(each), encoding="utf-8")
