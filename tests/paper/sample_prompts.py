"""One rendered request a template; as a script it writes the golden texts anew.

``python tests/paper/sample_prompts.py`` from the checkout's root, then read the diff.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from paper_rig import (
    BY_ACTIONS,
    CLICK,
    ORDER,
    RESULTS,
    SEARCH,
    SEARCHED,
    SUBTASK,
    TASK,
    TYPED,
    attempt,
    cast,
    choice,
    context,
    run,
)

from mcts.protocols import HistoryStep, NodeContext, SiblingNote
from webpilot.llm.protocol import ModelRequest
from webpilot.paper.explorer import Failure
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Review
from webpilot.types import Action, Candidate, Completion, Reflection, ReflectionScope

GOLDEN = Path(__file__).parents[1] / "golden" / "prompts" / "paper"
TEMPLATES = Path(__file__).parents[2] / "prompts" / "paper"

HINTS = {
    role: f"A hint for the {role}."
    for role in ("planner", "controller", "extractor", "explorer", "appraiser", "verifier")
}

ANSWERS = {
    "task_expectation": {
        "reasoning": "it asks for a reservation",
        "target_page_description": "The page thanks for the reservation of 'Salt'.",
        "need_answer": "True",
        "answer_requirements": "the day on which 'Salt' can be fetched",
    },
    "answer_phrase": {"info_needed": "the day of collection", "info_requirements": "one date"},
    "describe_page": {
        "overall_description": f"A library's search page. It says: {ORDER}",
        "top_side_bars": "nothing",
        "main_body": "a form with one field",
        "interactable_elements": "the field Title, the button Search, the link Help",
        "task_specific_elements_status": "the field is empty",
    },
    "plan": {
        "plan": [
            {
                "reasoning": "the book must be found",
                "subtask": "Search for 'Salt'",
                "target_page_description": "The results list the book 'Salt'.",
                "necessary_actions": "Not Needed",
                "need_answer": False,
            },
            {
                "reasoning": "it must be reserved",
                "subtask": "Reserve 'Salt'",
                "target_page_description": "The page thanks for the reservation.",
                "necessary_actions": ["Needed: Reserve was clicked", "on the book's own page"],
            },
        ]
    },
    "refine": {
        "reasoning": "the search is done",
        "plan": [{"subtask": "Reserve 'Salt'", "target_page_description": "A word of thanks."}],
    },
    "next_action": choice(),
    "next_action_with_siblings": choice(),
    "re_generate": choice(),
    "describe_change": {"description": "one hit", "changes": "from form to results"},
    "intent_check": {"action_intent_fulfillment": "met at once"},
    "child_reflection": {"node_reflection_for_child": "Open the book's page."},
    "sibling_reflection": {
        "expectation": True,
        "action_intent_appropriate": True,
        "node_reflection_for_sib": "Press Enter in the field.",
    },
    "sim_reflection": {"sim_reflection": "Take the step."},
    "evaluate": {
        "reasoning_process": "the hit is there",
        "executed_action_effectiveness": "high",
        "executed_action_score": 8,
        "future_promise": "high",
        "future_promise_score": 9,
    },
    "stop_observation": {
        "reasoning_of_observation": "the book is listed",
        "observation_meets_criteria": "False",
    },
    "stop_actions": {
        "reasoning_of_actions": "Reserve was not clicked",
        "necessary_actions_executed": False,
    },
    "stop_reflection": {
        "reasoning_of_reflection": "it names a step",
        "reflection_suggests_further_actions": True,
    },
    "completeness": [
        {
            "observation_analysis": "all is there",
            "task_completeness": "complete",
            "complete_flag": True,
        },
        {"action_analysis": "none", "task_completeness": "nothing done", "complete_flag": False},
    ],
    "sub_reflection": {"fail_reason": "no step", "task_reflection": "Click Reserve."},
    "format_repair": {
        "reasoning": "the id was wrong",
        "action_intent": "start the search",
        "action_type": "click",
        "action_str": "8",
        "element_info": "button 'Search'",
    },
    "execution_reflection": {"execution_reflection": "Help opens a dialog in the way."},
    "extract": {"reasoning_of_answer": "it stands there", "stop_flag": True, "answer": "3 May"},
}
"""One usable answer a template."""


def lesson(scope: ReflectionScope, text: str) -> Reflection:
    return Reflection(scope=scope, text=text)


NOTED: NodeContext = context(
    TYPED,
    finished=(Subtask(goal="Open the search page"),),
    child_reflection=lesson(ReflectionScope.CHILD, "R_c: start the search"),
    simulation_reflection=lesson(ReflectionScope.SIMULATION, "R_sim: the search finds it"),
    strategic_reflection=lesson(ReflectionScope.SUBTASK, "R_sub: keep away from Help"),
    not_done_reason="C_t: no results yet",
)
HELP = Action(kind="click", args=("9",), target=SEARCH.element("9"), intent="look for advice")
ELDER = SiblingNote(
    candidate=Candidate(move=CLICK), reflection=lesson(ReflectionScope.SIBLING, "R_s: too early")
)
FAILED = SiblingNote(
    candidate=Candidate(move=HELP),
    reflection=Failure(scope=ReflectionScope.SIBLING, text="E: Help does not react"),
)
IDLE = HistoryStep(action=HELP, observation=replace(SEARCH, last_error="TimeoutError: covered"))
REVIEW = Review(
    attempt=attempt(TYPED, SEARCHED),
    completion=Completion(done=True, reason="the book is listed", description=f"A list. {ORDER}"),
    finished=(SUBTASK,),
    facts=(Fact(question="When is the library open?", value="9 to 17"),),
)
PLAN = Plan(
    subtasks=(Subtask(goal="Open the book's page"), BY_ACTIONS),
    expectation="The page thanks for the reservation of 'Salt'.",
    needs_answer=True,
    answer_requirements="the day of collection (one date)",
)


async def _everything() -> list[ModelRequest]:
    """Ask every question of the paper's roles once, those of two kinds twice."""
    repairs = {**ANSWERS, "next_action_with_siblings": choice(action_str="12", action_intent=None)}
    made, mended = cast(ANSWERS, hints=HINTS), cast(repairs, hints=HINTS)
    roles = made.roles
    explorer, appraiser = roles.explorer, roles.appraiser
    await roles.planner.plan(TASK, SEARCH)
    await roles.planner.refine(TASK, PLAN, REVIEW)
    await explorer.propose(NOTED, 1)
    await explorer.propose(replace(NOTED, siblings=(ELDER,)), 1)
    await explorer.propose(replace(NOTED, siblings=(ELDER, FAILED)), 1)
    here = context(TYPED, SEARCHED, child_reflection=NOTED.child_reflection)
    await explorer.describe(context(TYPED, replace(SEARCHED, effect=None, reason="")))
    await explorer.reflect(here, ReflectionScope.CHILD)
    await explorer.reflect(here, ReflectionScope.SIBLING)
    await explorer.reflect(replace(here, simulated=True), ReflectionScope.SIMULATION)
    await explorer.reflect(
        context(IDLE, failed=True, observation=IDLE.observation), ReflectionScope.SIBLING
    )
    await appraiser.appraise(here)
    await appraiser.completed(here)
    acted = replace(here, subtask=BY_ACTIONS)
    await appraiser.completed(replace(acted, child_reflection=None))
    await roles.controller.complete(TASK, attempt(TYPED, SEARCHED))
    await roles.controller.complete(TASK, attempt(TYPED, SEARCHED, subtask=BY_ACTIONS))
    await roles.controller.reflect(TASK, attempt(TYPED, SEARCHED), "no book was opened")
    asking = Subtask(goal="Find the day", expectation="It shows one date.", needs_answer=True)
    await roles.extractor.extract(TASK, asking, RESULTS, REVIEW.facts)
    await mended.explorer.propose(replace(NOTED, siblings=(ELDER,)), 1)
    # Whether a subtask is judged by its actions changes these too.
    await appraiser.appraise(acted)
    await explorer.reflect(acted, ReflectionScope.CHILD)
    return [*made.llm.requests, *(each for each in mended.llm.requests if _repairs(each))]


def _repairs(request: ModelRequest) -> bool:
    return request.purpose == "format_repair"


def samples() -> dict[str, list[ModelRequest]]:
    """Return for every template the requests that it was rendered for."""
    found: dict[str, list[ModelRequest]] = {}
    for request in run(_everything()):
        found.setdefault(request.purpose, []).append(request)
    return found


def names() -> list[str]:
    """Return the names of all templates."""
    return sorted(path.stem for path in TEMPLATES.glob("[!_]*.j2"))


def golden_text(requests: list[ModelRequest]) -> str:
    """Return what the requests show, as the golden files hold it."""
    parts = [
        f"{'=' * 30} {message.role}\n{message.content}\n"
        for request in requests
        for message in request.messages
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    for name, requests in samples().items():
        (GOLDEN / f"{name}.txt").write_text(golden_text(requests), encoding="utf-8")
