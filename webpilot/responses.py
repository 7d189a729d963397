"""An agent's final response as WebArena-Verified defines it: typed, not worded.

Source: ``FinalAgentResponse`` of webarena-verified 1.2.3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from webpilot.types import Answer, Infeasible, JsonItem, Outcome

__all__ = ["STATUSES", "TASK_TYPES", "TypedResponse"]

TASK_TYPES = ("RETRIEVE", "MUTATE", "NAVIGATE")
STATUSES = (
    "SUCCESS",
    "NOT_FOUND_ERROR",
    "ACTION_NOT_ALLOWED_ERROR",
    "PERMISSION_DENIED_ERROR",
    "DATA_VALIDATION_ERROR",
    "UNKNOWN_ERROR",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedResponse:
    """What ``agent_response.json`` holds.

    Raises:
        ValueError: a field is none of the known ones.
    """

    task_type: str
    """One of :data:`TASK_TYPES`: the kind of work the task asked for."""
    status: str = "SUCCESS"
    """One of :data:`STATUSES`."""
    retrieved_data: tuple[JsonItem, ...] | None = None
    """What was asked for; ``None`` where nothing was, or nothing was found."""
    error_details: str | None = None
    """Why not, where the status is not SUCCESS."""

    def __post_init__(self) -> None:
        if self.task_type not in TASK_TYPES:
            raise ValueError(f"task_type {self.task_type!r} is none of {TASK_TYPES}")
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is none of {STATUSES}")

    @classmethod
    def of(cls, outcome: Outcome, *, acted: bool) -> TypedResponse:
        """Return how an agent's stop reads in this form; what it left open is filled in.

        Args:
            outcome: how the agent stopped.
            acted: whether the committed path wrote anything to a site: the kind of work where the
                agent did not name it and gave no answer.
        """
        plain = "MUTATE" if acted else "NAVIGATE"
        if isinstance(outcome, Infeasible):
            return cls(
                task_type=plain, status="NOT_FOUND_ERROR", error_details=outcome.reason or None
            )
        if not isinstance(outcome, Answer):
            return cls(task_type=plain)
        outcome = _read(outcome)
        status = outcome.status if outcome.status in STATUSES else "SUCCESS"
        named = outcome.task_type if outcome.task_type in TASK_TYPES else None
        data = outcome.retrieved_data
        if data is None and outcome.text and status == "SUCCESS" and named in (None, "RETRIEVE"):
            data = (outcome.text,)
        kind = named or ("RETRIEVE" if data is not None else plain)
        return cls(
            task_type=str(kind),
            status=str(status),
            retrieved_data=data if kind == "RETRIEVE" else None,
            error_details=None if status == "SUCCESS" else outcome.error_details,
        )

    def to_dict(self) -> Mapping[str, Any]:
        """Return the response as plain data, in the order of its fields."""
        data = self.retrieved_data
        return {
            "task_type": self.task_type,
            "status": self.status,
            "retrieved_data": None if data is None else list(data),
            "error_details": self.error_details,
        }


def _read(answer: Answer) -> Answer:
    """Return an answer whose text is a response in JSON as that response, any other as it is."""
    if answer.task_type is not None or not answer.text.lstrip().startswith("{"):
        return answer
    try:
        told = json.loads(answer.text)
    except ValueError:
        return answer
    data = told.get("retrieved_data")
    return replace(
        answer,
        task_type=str(told.get("task_type")).upper(),
        status=str(told.get("status")).upper(),
        retrieved_data=tuple(data) if isinstance(data, list) else None,
        error_details=told.get("error_details"),
    )
