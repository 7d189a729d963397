"""What a model answers: one JSON object that fits a kind of answer, or what cannot be used."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from webpilot.llm.protocol import ModelReply

__all__ = ["Answer", "Unusable", "parse_answer", "shortened"]

SHOWN = 300
"""Characters of an unusable answer, or of an error, that are repeated."""


class Answer(BaseModel):
    """What a model is asked for: one subclass a template, reasons before scores.

    Unknown and missing keys are errors; so are NaN, infinities and numbers out of range.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


A = TypeVar("A", bound=Answer)


class Unusable(Exception):
    """An answer that cannot be used; the message tells the model why, in a line or a few."""


def parse_answer(reply: ModelReply, kind: type[A]) -> A:
    """Return the reply as ``kind``. Its text must be one JSON object and nothing else.

    Raises:
        Unusable: refused, cut off, no JSON, prose around it, other keys, or values out of range.
    """
    if reply.refusal:
        raise Unusable(f"the model refused: {shortened(reply.refusal)}")
    if reply.finish_reason == "length":
        raise Unusable("the answer was cut off; be shorter")
    if reply.finish_reason not in ("stop", ""):
        raise Unusable(f"the answer ended early: {reply.finish_reason}")
    try:
        found = json.loads(
            reply.text, parse_constant=_no_number, object_pairs_hook=_without_repeats
        )
    except (ValueError, RecursionError) as error:
        raise Unusable(f"not one JSON object: {shortened(str(error))}") from None
    if not isinstance(found, dict):
        raise Unusable("not a JSON object")
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        raise Unusable(_explained(error)) from None
    except RecursionError:
        raise Unusable("nested too deeply") from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _explained(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    lines = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'answer'}: {fault['msg']}"
        for fault in faults[:5]
    ]
    return shortened("; ".join(lines))


def shortened(text: str) -> str:
    """Return a text on one line, cut to :data:`SHOWN` characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= SHOWN else f"{folded[: SHOWN - 1]}…"
