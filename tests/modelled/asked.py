"""Prompts taken apart again, and roles with a scripted model, for all tests here."""

from __future__ import annotations

import re
from collections import Counter

from prompts.asking import Asker
from webpilot.llm.protocol import LLM, ModelRequest
from webpilot.llm.scripted import ScriptedLLM

SALT = b"one run of the tests"


def asker(llm: LLM, **settings: object) -> Asker:
    return Asker(llm=llm, model="scripted", salt=SALT, **settings)


def prompt(request: ModelRequest) -> str:
    return "\n".join(message.content for message in request.messages)


def user(request: ModelRequest) -> str:
    return request.messages[1].content


def fenced(request: ModelRequest) -> list[str]:
    """The contents of all fences in the prompt."""
    marks = "|".join(map(re.escape, request.nonces))
    return re.findall(rf"<page (?:{marks})>\n(.*?)\n</page (?:{marks})>", prompt(request), re.S)


def outside(request: ModelRequest) -> str:
    """The prompt without what stands behind fences."""
    marks = "|".join(map(re.escape, request.nonces))
    if not marks:
        return prompt(request)
    return re.sub(rf"<page ({marks})>\n.*?\n</page \1>", "", prompt(request), flags=re.S)


def section(request: ModelRequest, title: str) -> str:
    """What stands below the heading that begins with ``title``; empty where there is none."""
    found = re.search(
        rf"^## {re.escape(title)}[^\n]*\n(.*?)(?=^## |\Z)", user(request), re.S | re.M
    )
    return found[1].strip() if found else ""


def asked(llm: ScriptedLLM, purpose: str) -> list[ModelRequest]:
    return [request for request in llm.requests if request.purpose == purpose]


def calls(llm: ScriptedLLM) -> Counter[str]:
    return Counter(request.purpose for request in llm.requests)


ASSESSMENT = {
    "description": "a page with buttons",
    "changes": "the place is another",
    "fulfilment": "met",
    "effectiveness_reasoning": "one step closer",
    "effectiveness": 7.5,
    "promise_reasoning": "the way is clear",
    "promise": 6,
    "missing": "the rest of the way",
    "done": False,
    "child_reflection": "go on to the right",
    "sibling_reflection": "going up only hits the wall",
    "avoid": [],
}
DESCRIPTION = {
    "kind": "a maze",
    "content": "a place",
    "controls": "four buttons",
    "status": "start",
}
EXTRACTION = {
    "reasoning": "it stands there",
    "found": True,
    "absent": False,
    "evidence": "Order 7 by Ada Lovelace",
    "value": "Ada Lovelace",
}
LESSON = {"fail_reason": "the key was left", "lesson": "fetch the key", "worth_retrying": True}
VERDICT = {"description": "a maze", "analysis": "all holds", "missing": "", "done": True}


def planned(*goals: str, needs_answer: bool = False, **changes: object) -> dict[str, object]:
    """A first plan of these subtasks."""
    return {
        "reasoning": "as asked",
        "possible": True,
        "impossible_because": "",
        "needs_answer": needs_answer,
        "answer_requirements": "",
        "expectation": "the goal is reached",
        "subtasks": subtasks(*goals, needs_answer=needs_answer),
        **changes,
    }


def revised(decision: str, *goals: str, because: str = "") -> dict[str, object]:
    return {
        "reasoning": "as judged",
        "decision": decision,
        "impossible_because": because,
        "subtasks": subtasks(*goals),
    }


def subtasks(*goals: str, needs_answer: bool = False) -> list[dict[str, object]]:
    return [
        {
            "goal": goal,
            "expectation": f"shown: {goal}",
            "necessary_actions": "",
            "needs_answer": needs_answer,
        }
        for goal in goals
    ]


def proposed(*moves: tuple[str, float]) -> dict[str, object]:
    candidates = [
        {"reason": f"to try {action}", "action": action, "probability": probability}
        for action, probability in moves
    ]
    return {"reasoning": "these are left", "candidates": candidates}
