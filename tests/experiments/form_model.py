"""A scripted model that fills in a form with one field, in either way of asking.

It reads goal and page off the prompt, as a real model would, and answers in the schema at hand.
"""

from __future__ import annotations

import re
from typing import Any

from webpilot.llm.protocol import ModelRequest

FIELD = re.compile(r"\[(\d+)\] textbox '[^'\n]*'(?:[^\n]*value='([^']*)')?")
SUBMIT = re.compile(r"\[(\d+)\] button 'Submit'")
QUOTED = re.compile(r'"([^"]+)"')


def form_model(request: ModelRequest) -> dict[str, Any]:
    """Return the answer to one question of a preset's roles."""
    text = "\n".join(message.content for message in request.messages)
    asked = text.split("## Task", 1)[1]
    wanted = QUOTED.findall(asked)[0]
    sent = bool(re.search(r"click.{0,20}\W(?:on |.*)button 'Submit'", asked))
    field, submit = FIELD.search(asked), SUBMIT.search(asked)
    filled = field is not None and field[2] == wanted
    table = PAPER if request.purpose in PAPER and not _ours(request) else ANSWERS
    return table[request.purpose](
        wanted, field[1] if field else "0", submit[1] if submit else "0", filled, sent
    )


def _ours(request: ModelRequest) -> bool:
    """Return whether the answer's fields are those of preset ``webpilot``."""
    return bool({"possible", "decision"} & request.schema["properties"].keys())


def _plan(wanted: str, field: str, submit: str, filled: bool, sent: bool) -> dict[str, Any]:
    subtask = {
        "goal": f"enter {wanted} and submit",
        "expectation": "the form is sent",
        "necessary_actions": "Submit is clicked",
        "needs_answer": False,
    }
    return {
        "reasoning": "one form",
        "possible": True,
        "impossible_because": "",
        "needs_answer": False,
        "answer_requirements": "",
        "expectation": "the form is sent",
        "subtasks": [subtask],
    }


def _propose(wanted: str, field: str, submit: str, filled: bool, sent: bool) -> dict[str, Any]:
    action = f"click('{submit}')" if filled else f"fill('{field}', '{wanted}')"
    return {
        "reasoning": "the field comes first",
        "candidates": [{"reason": "the next step", "action": action, "probability": 0.9}],
    }


def _assess(wanted: str, field: str, submit: str, filled: bool, sent: bool) -> dict[str, Any]:
    return {
        "description": "a form",
        "changes": "it was sent" if sent else "the field is filled",
        "fulfilment": "met",
        "effectiveness_reasoning": "as planned",
        "effectiveness": 10 if sent else 8,
        "promise_reasoning": "as planned",
        "promise": 10 if sent else 8,
        "missing": "" if sent else "Submit",
        "done": sent,
        "child_reflection": "" if sent else "press Submit",
        "sibling_reflection": "",
        "avoid": [],
    }


def _next_action(wanted: str, field: str, submit: str, filled: bool, sent: bool) -> dict[str, Any]:
    words = {"reasoning_process": "step by step", "element_choice": "there is only one"}
    if filled:
        return {
            **words,
            "action_intent": "send the form",
            "action_type": "click",
            "element_info": "button 'Submit'",
            "action_str": submit,
        }
    return {
        **words,
        "action_intent": "fill in the field",
        "action_type": "type",
        "element_info": "textbox ''",
        "action_str": f"[{field}, {wanted}, 0]",
    }


ANSWERS: dict[str, Any] = {
    "describe": lambda *_: {"kind": "form", "content": "", "controls": "two", "status": "empty"},
    "plan": _plan,
    "refine": lambda *_: {
        "reasoning": "done",
        "decision": "keep",
        "impossible_because": "",
        "subtasks": [],
    },
    "propose": _propose,
    "assess": _assess,
    "complete": lambda *a: {
        "description": "a form",
        "analysis": "sent",
        "missing": "",
        "done": a[4],
    },
}
"""Answers of preset ``webpilot`` by purpose."""

PAPER: dict[str, Any] = {
    "task_expectation": lambda *_: {
        "reasoning": "a form",
        "target_page_description": "the form is sent",
        "need_answer": False,
        "answer_requirements": "",
    },
    "describe_page": lambda *_: {
        "overall_description": "a form",
        "top_side_bars": "",
        "main_body": "one field",
        "interactable_elements": "a field, a button",
        "task_specific_elements_status": "",
    },
    "plan": lambda *a: {
        "plan": [
            {
                "reasoning": "one form",
                "subtask": f"enter {a[0]} and submit",
                "target_page_description": "the form is sent",
                "necessary_actions": "Needed: Submit is clicked",
                "need_answer": False,
            }
        ]
    },
    "refine": lambda *_: {"reasoning": "done", "plan": []},
    "next_action": _next_action,
    "next_action_with_siblings": _next_action,
    "describe_change": lambda *_: {"description": "a form", "changes": "one more step"},
    "intent_check": lambda *_: {"action_intent_fulfillment": "met"},
    "child_reflection": lambda *_: {"node_reflection_for_child": "go on"},
    "sibling_reflection": lambda *_: {
        "expectation": True,
        "action_intent_appropriate": True,
        "node_reflection_for_sib": "",
    },
    "sim_reflection": lambda *_: {"sim_reflection": "fine"},
    "evaluate": lambda *a: {
        "reasoning_process": "",
        "executed_action_effectiveness": "",
        "executed_action_score": 10 if a[4] else 8,
        "future_promise": "",
        "future_promise_score": 10 if a[4] else 8,
    },
    "stop_actions": lambda *a: {"reasoning_of_actions": "", "necessary_actions_executed": a[4]},
    "stop_reflection": lambda *_: {
        "reasoning_of_reflection": "",
        "reflection_suggests_further_actions": False,
    },
    "completeness": lambda *a: {
        "action_analysis": "",
        "task_completeness": "sent",
        "complete_flag": a[4],
    },
}
"""Answers of preset ``paper`` by purpose."""
