"""A scripted model for any page: clicks what can be clicked, and judges by chance, reproducibly.

It solves little; it makes a search branch, fail, try again and stop early, as real models do.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from webpilot.llm.protocol import ModelRequest

ELEMENT = re.compile(r"\[(\w+)\] (\w+) '([^'\n]*)'")
ROLES = ("button", "link", "checkbox", "radio", "textbox", "combobox", "option", "treeitem", "tab")
FENCE = re.compile(r"</?page \w+>")


def clicking_model(request: ModelRequest) -> dict[str, Any]:
    """Return the answer to one question of preset ``webpilot``."""
    text = FENCE.sub("", "\n".join(message.content for message in request.messages))
    asked = text.split("## Task", 1)[1]
    return ANSWERS[request.purpose](asked, zlib.crc32(asked.encode()))


def _propose(asked: str, lot: int) -> dict[str, Any]:
    found = [(bid, role) for bid, role, _ in ELEMENT.findall(asked) if role in ROLES]
    turned = found[lot % len(found) :] + found[: lot % len(found)] if found else []
    moves = [f"fill('{b}', 'x')" if r == "textbox" else f"click('{b}')" for b, r in turned]
    candidates = [
        {"reason": "to try it", "action": move, "probability": 0.2}
        for move in [*moves[:3], *(["done()"] if lot % 5 == 0 or not moves else [])]
    ]
    return {"reasoning": "it can be clicked", "candidates": candidates}


def _assess(asked: str, lot: int) -> dict[str, Any]:
    done = lot % 4 == 0
    return {
        "description": "a page",
        "changes": "something",
        "fulfilment": "met",
        "effectiveness_reasoning": "",
        "effectiveness": lot // 7 % 11,
        "promise_reasoning": "",
        "promise": lot // 77 % 11,
        "missing": "" if done else "more",
        "done": done,
        "child_reflection": "",
        "sibling_reflection": "",
        "avoid": [],
    }


ANSWERS: dict[str, Any] = {
    "describe": lambda *_: {"kind": "page", "content": "", "controls": "", "status": ""},
    "plan": lambda *_: {
        "reasoning": "one goal",
        "possible": True,
        "impossible_because": "",
        "needs_answer": False,
        "answer_requirements": "",
        "expectation": "as asked",
        "subtasks": [
            {
                "goal": "do what the task says",
                "expectation": "as asked",
                "necessary_actions": "",
                "needs_answer": False,
            }
        ],
    },
    "refine": lambda *_: {
        "reasoning": "go on",
        "decision": "keep",
        "impossible_because": "",
        "subtasks": [],
    },
    "propose": _propose,
    "assess": _assess,
    "complete": lambda asked, lot: {
        "description": "a page",
        "analysis": "by chance",
        "missing": "" if lot % 2 else "more",
        "done": bool(lot % 2),
    },
    "reflect_attempt": lambda asked, lot: {
        "fail_reason": "the wrong button",
        "lesson": "another button",
        "worth_retrying": bool(lot % 3),
    },
}
