"""All shipped roles keep their promises; for each promise, a role that breaks it is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mcts.protocols import NodeContext
from prompts.asking import Asker
from tests.offline.view_building import Drawn, context
from webpilot.cast import STYLES
from webpilot.contract import ContractBroken, check_roles
from webpilot.errors import ConfigError, LLMError
from webpilot.llm.scripted import ScriptedLLM
from webpilot.observation import Observation
from webpilot.offline import offline_roles
from webpilot.plan import Plan, Subtask
from webpilot.roles import Reading, Rejection
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Done,
    Effect,
    Reflection,
    ReflectionScope,
    Task,
)

GOAL = 'Enter "Ada" into the name field and press Submit.'
TASK = Task(id="pages.form", seed=0, goal=GOAL, action_kinds=("noop", "fill", "click"))


def form(value: str = "", *, sent: bool = False) -> Observation:
    page = Drawn()
    page.add("textbox", "Name", tag="input", value=value)
    page.add("button", "Submit", tag="button", text="Submit")
    page.add("button", "Reset", tag="button", text="Reset")
    if sent:
        page.add("generic", text="thank you")
    return page.observation()


FILL, SEND = Action(kind="fill", args=("0", "Ada")), Action(kind="click", args=("1",))
NODE = context(GOAL, form(), (FILL, form("Ada")))


def answering(role: object, method: str, answer: Callable[..., Any] | Any) -> Any:
    """The role, but one of its methods answers this, or what this makes of its own answer."""

    async def answered(*asked: object) -> object:
        if not callable(answer):
            return answer
        return answer(await getattr(role, method)(*asked), *asked)

    class Changed:
        def __getattr__(self, name: str) -> object:
            return answered if name == method else getattr(role, name)

    return Changed()


def broken(role: str, method: str, answer: Callable[..., Any] | Any) -> str:
    """The promise that the roles are said to break."""
    roles = offline_roles()
    changed = {role: answering(getattr(roles, role), method, answer)}
    with pytest.raises(ContractBroken) as raised:
        asyncio.run(check_roles(replace(roles, **changed), TASK, NODE))
    assert "\n" not in str(raised.value)
    return raised.value.promise


@pytest.mark.parametrize(
    "node",
    [
        NODE,
        context(GOAL, form(), (FILL, form("Ada")), (SEND, form("Ada", sent=True))),
        replace(context(GOAL, form(), (SEND, form())), failed=True, remaining_actions=None),
    ],
    ids=["half way", "done", "failed"],
)
def test_the_offline_roles_keep_their_promises(node: NodeContext) -> None:
    asyncio.run(check_roles(offline_roles(), TASK, node))
    due = replace(TASK, answer_format="one word")
    asyncio.run(check_roles(offline_roles(), due, node))


SAID = {
    "action": "click('1')",
    "action_type": "click",
    "action_str": "1",
    "element_info": "button 'Submit'",
    "decision": "change",
    "possible": True,
    "probability": 0.5,
}


def filled(schema: Mapping[str, Any], whole: Mapping[str, Any], name: str = "") -> Any:
    """Any answer that fits a schema, and makes sense where it has to."""
    if "$ref" in schema:
        return filled(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, name)
    if name in SAID:
        return SAID[name]
    match schema["type"]:
        case "object":
            return {key: filled(each, whole, key) for key, each in schema["properties"].items()}
        case "array":
            return [filled(schema["items"], whole, name)]
        case "boolean":
            return False
        case "number":
            return 5.0
    return "words"


@pytest.mark.parametrize("style", STYLES)
def test_the_roles_that_ask_a_model_keep_their_promises(style: str) -> None:
    llm = ScriptedLLM(lambda request: filled(request.schema, request.schema))
    roles = STYLES[style](Asker(llm=llm, model="none", salt=b"salt"), TASK)
    asyncio.run(check_roles(roles, TASK, NODE))
    assert len(llm.requests) > 10


PLAN = Plan(subtasks=(Subtask(goal=GOAL),))
CLICK = Candidate(move=SEND, prior=0.5)
LESSON = Reflection(scope=ReflectionScope.SUBTASK, text="mind the field")


def failing(*asked: object) -> object:
    raise KeyError("no such page")


PROMISES = {
    "planner: a plan has subtasks with goals, or says why the task is infeasible": [
        ("planner", "plan", Plan(subtasks=())),
        ("planner", "plan", Plan(subtasks=(Subtask(goal=" "),))),
        ("planner", "plan", None),
        ("planner", "plan", failing),
    ],
    "planner: a revision says which one it replaces, and counts on": [
        ("planner", "plan", replace(PLAN, revision=2)),
        ("planner", "refine", lambda plan, *asked: replace(plan, supersedes=None)),
        ("planner", "refine", lambda plan, *asked: replace(plan, revision=0)),
        ("planner", "refine", lambda plan, *asked: replace(plan, subtasks=("go on",))),
        ("planner", "refine", None),
    ],
    "controller: a completion says whether it is done, and how to stop": [
        ("controller", "complete", True),
        ("controller", "complete", Completion(done="yes")),  # type: ignore[arg-type]
        ("controller", "complete", Completion(done=True, outcome="42")),  # type: ignore[arg-type]
        ("controller", "complete", failing),
    ],
    "controller: a lesson for the next attempt has the scope subtask, and words": [
        ("controller", "reflect", "try again"),
        ("controller", "reflect", replace(LESSON, scope=ReflectionScope.CHILD)),
        ("controller", "reflect", replace(LESSON, text="")),
    ],
    "extractor: a reading is text, or None where the page does not hold it": [
        ("extractor", "extract", "42"),
        ("extractor", "extract", Reading(value=42)),  # type: ignore[arg-type]
        ("extractor", "extract", failing),
    ],
    "extractor: a conclusion is an answer in words, or None": [
        ("extractor", "conclude", "42"),
        ("extractor", "conclude", Answer(text=" ")),
    ],
    "explorer: proposals are candidates with an action or a way to stop": [
        ("explorer", "propose", [CLICK]),
        ("explorer", "propose", (SEND,)),
        ("explorer", "propose", (Candidate(move="click('1')"),)),  # type: ignore[arg-type]
        ("explorer", "propose", failing),
    ],
    "explorer: at most k proposals": [
        ("explorer", "propose", (CLICK, Candidate(move=FILL))),
    ],
    "explorer: no move is proposed twice": [
        ("explorer", "propose", lambda found, node, k: (CLICK, CLICK)[:k]),
    ],
    "explorer: priors lie in [0, 1] and add up to 1 at most": [
        ("explorer", "propose", (replace(CLICK, prior=1.5),)),
        ("explorer", "propose", (replace(CLICK, prior=float("nan")),)),
        (
            "explorer",
            "propose",
            lambda found, node, k: (
                replace(CLICK, prior=0.75),
                Candidate(move=Done(), prior=0.75),
            )[:k],
        ),
    ],
    "explorer: only actions of the task's kinds": [
        ("explorer", "propose", (Candidate(move=Action(kind="goto", args=("http://x/",))),)),
    ],
    "explorer: nothing is proposed on a page that has ended": [
        ("explorer", "propose", (CLICK,)),
    ],
    "explorer: an effect is described in words, or by nobody": [
        ("explorer", "describe", "it was pressed"),
        ("explorer", "describe", Effect(description=None)),  # type: ignore[arg-type]
    ],
    "explorer: a reflection has the scope that was asked for, and words": [
        ("explorer", "reflect", "press something else"),
        ("explorer", "reflect", replace(LESSON, scope=ReflectionScope.SIBLING)),
        ("explorer", "reflect", lambda found, node, scope: Reflection(scope=scope, text=" ")),
    ],
    "appraiser: both scores lie in [0, 10], or are None where it could not judge": [
        ("appraiser", "appraise", 7.0),
        ("appraiser", "appraise", Appraisal(effectiveness=10.5, future_promise=5)),
        ("appraiser", "appraise", Appraisal(effectiveness=5, future_promise=float("nan"))),
        ("appraiser", "appraise", Appraisal(effectiveness=True, future_promise=5)),
        ("appraiser", "appraise", failing),
    ],
    "appraiser: a completion says whether it is done, and how to stop": [
        ("appraiser", "completed", None),
        ("appraiser", "completed", Completion(done=1)),  # type: ignore[arg-type]
    ],
    "verifier: an action to run, of the task's kinds, or a reason why not": [
        ("verifier", "verify", True),
        ("verifier", "verify", Rejection(reason="")),
        ("verifier", "verify", Action(kind="goto", args=("http://x/",))),
        ("verifier", "verify", failing),
    ],
}


@pytest.mark.parametrize(
    ("promise", "role", "method", "answer"),
    [(promise, *case) for promise, cases in PROMISES.items() for case in cases],
)
def test_each_broken_promise_is_named(
    promise: str, role: str, method: str, answer: Callable[..., Any] | Any
) -> None:
    assert broken(role, method, answer) == promise


def test_a_role_that_changes_the_goal_is_found_out() -> None:
    task = replace(TASK)

    def reworded(plan: Plan, task: Task, *asked: object) -> Plan:
        object.__setattr__(task, "goal", "press Submit")
        return plan

    roles = offline_roles()
    planner = answering(roles.planner, "plan", reworded)
    with pytest.raises(ContractBroken, match="roles: nothing they are given is changed"):
        asyncio.run(check_roles(replace(roles, planner=planner), task, NODE))


def test_a_plan_may_be_infeasible_and_is_not_refined_then() -> None:
    roles = offline_roles()
    planner = answering(roles.planner, "plan", Plan(subtasks=(), infeasible="no such field"))
    never = answering(planner, "refine", failing)
    asyncio.run(check_roles(replace(roles, planner=never), TASK, NODE))


def test_a_model_that_cannot_be_asked_is_no_broken_promise() -> None:
    def unreachable(*asked: object) -> object:
        raise LLMError("no answer")

    roles = offline_roles()
    explorer = answering(roles.explorer, "propose", unreachable)
    with pytest.raises(LLMError, match="no answer"):
        asyncio.run(check_roles(replace(roles, explorer=explorer), TASK, NODE))


def test_a_node_that_shows_too_little_is_refused() -> None:
    def refused(task: Task, node: NodeContext) -> None:
        with pytest.raises(ConfigError, match="check_roles"):
            asyncio.run(check_roles(offline_roles(), task, node))

    refused(TASK, context(GOAL, form()))
    refused(TASK, replace(NODE, ended=True))
    refused(TASK, replace(NODE, claim=Done()))
    refused(replace(TASK, goal="something else"), NODE)
