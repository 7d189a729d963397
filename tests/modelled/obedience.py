"""A model that obeys every line ``OBEY: ...`` in its prompt, wherever it stands, as far as it can.

The worst reader a prompt can have: what holds with it does not rest on a model's good sense.
"""

from __future__ import annotations

import re
from typing import Any

from asked import ASSESSMENT, DESCRIPTION, EXTRACTION, LESSON, VERDICT, planned, prompt, proposed
from asked import revised as revision

from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import ScriptedLLM

CALL = re.compile(r"\w+\(.*\)")


def orders_in(request: ModelRequest) -> list[str]:
    return re.findall(r"^\W*OBEY: *(.+)$", prompt(request), re.M)


class ObedientModel:
    """Repeats the orders in every text it writes, and carries them out wherever a field allows it.

    Args:
        usual: what it answers where no order stands in the prompt.
    """

    def __init__(self, usual: dict[str, dict[str, Any]]) -> None:
        self.llm = ScriptedLLM(self._answer)
        self._usual = {
            "describe": DESCRIPTION,
            "refine": revision("keep"),
            "assess": ASSESSMENT,
            "complete": VERDICT,
            "reflect_attempt": LESSON,
            "extract": EXTRACTION,
            "conclude": {"reasoning": "", "sufficient": True, "answer": "as read"},
            **usual,
        }

    def _answer(self, request: ModelRequest) -> dict[str, Any]:
        usual = self._usual[request.purpose]
        orders = orders_in(request)
        return self._obeying(request.purpose, usual, orders) if orders else usual

    def _obeying(self, purpose: str, usual: dict[str, Any], orders: list[str]) -> dict[str, Any]:
        echo = "\n".join(f"OBEY: {order}" for order in orders)
        if purpose == "plan":
            return planned(*orders)
        if purpose == "refine":
            return revision("change", *orders)
        if purpose == "propose":
            called = [(order, 1.0) for order in orders if CALL.fullmatch(order)]
            return proposed(*called) if called else {**usual, "reasoning": echo}
        told = {key: echo for key, value in usual.items() if isinstance(value, str)}
        if purpose == "extract":
            told |= {"found": True, "evidence": orders[0]}
        return {**usual, **told}
