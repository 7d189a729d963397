"""What WebArena-Verified's evaluator says of a task, as our records keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["EvaluatorOpinion", "VerifiedOpinion", "opinion_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatorOpinion:
    """What one of a task's evaluators found."""

    evaluator: str
    """``AgentResponseEvaluator`` or ``NetworkEventEvaluator``."""
    status: str
    """``success``, ``failure`` or ``error``."""
    score: float
    findings: tuple[str, ...] = ()
    """Its assertions that failed, one line each; an error's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedOpinion:
    """The evaluator's result for one task, with what it takes to have it again."""

    score: float
    """1 or 0."""
    status: str
    """``success``, ``failure``, or ``error`` where an evaluator stumbled over what the agent did:
    the benchmark counts that as 0."""
    results: tuple[EvaluatorOpinion, ...]
    """One for each evaluator of the task, in the order of the task."""
    error: str = ""
    version: str
    """Of the package ``webarena-verified``."""
    evaluator_checksum: str
    """SHA-256 over the package's code."""
    data_checksum: str
    """SHA-256 of the package's tasks."""

    @property
    def reason(self) -> str:
        """One line on what was found wanting; empty where nothing was."""
        found = [f"{one.evaluator}: {line}" for one in self.results for line in one.findings]
        return " ".join("; ".join([*found, self.error]).strip("; ").split())


def opinion_of(said: Mapping[str, Any]) -> VerifiedOpinion:
    """Return the opinion in an answer of the evaluator's process."""
    return VerifiedOpinion(
        score=said["score"],
        status=said["status"],
        results=tuple(
            EvaluatorOpinion(
                evaluator=one["evaluator_name"],
                status=one["status"],
                score=one["score"],
                findings=tuple(_findings(one)),
            )
            for one in said["evaluators_results"]
        ),
        error=said["error_msg"] or "",
        version=said["webarena_verified_version"],
        evaluator_checksum=said["webarena_verified_evaluator_checksum"],
        data_checksum=said["webarena_verified_data_checksum"],
    )


def _findings(result: Mapping[str, Any]) -> list[str]:
    """Return one line for each assertion that failed, and one for an error."""
    lines = [
        ": ".join([one["assertion_name"], *(one["assertion_msgs"] or ())])
        for one in result["assertions"] or ()
        if one["status"] != "success"
    ]
    return [*lines, *([result["error_msg"]] if result["error_msg"] else [])]
