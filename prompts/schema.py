"""What a model is asked for: one answer a template of ``prompts/webpilot``, reasons before scores.

The order of the fields is the order in which a model writes them, so what is judged last can rest
on what was said before. The templates say what each field means.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from prompts.answers import Answer

__all__ = [
    "AnswerWording",
    "AttemptLesson",
    "Extraction",
    "FirstPlan",
    "NodeAssessment",
    "PageDescription",
    "PlanRevision",
    "PlannedSubtask",
    "ProposedMove",
    "ProposedMoves",
    "SubtaskVerdict",
]


class PageDescription(Answer):
    """Answers ``describe``: the start page for a planner who does not see it."""

    kind: str
    content: str
    controls: str
    status: str


class PlannedSubtask(Answer):
    """One step of a plan."""

    goal: str = Field(min_length=1)
    expectation: str
    necessary_actions: str
    needs_answer: bool


class FirstPlan(Answer):
    """Answers ``plan``."""

    reasoning: str
    possible: bool
    impossible_because: str
    needs_answer: bool
    answer_requirements: str
    expectation: str
    subtasks: tuple[PlannedSubtask, ...]


class PlanRevision(Answer):
    """Answers ``refine``; the subtasks count if the decision is to change."""

    reasoning: str
    decision: Literal["keep", "change", "impossible"]
    impossible_because: str
    subtasks: tuple[PlannedSubtask, ...]


class ProposedMove(Answer):
    """One action or stop, as text still to be parsed."""

    reason: str
    action: str
    probability: float = Field(ge=0, le=1)


class ProposedMoves(Answer):
    """Answers ``propose``."""

    reasoning: str
    candidates: tuple[ProposedMove, ...]


class NodeAssessment(Answer):
    """Answers ``assess``: all that is asked about one node of the search, in one call."""

    description: str
    changes: str
    fulfilment: str
    effectiveness_reasoning: str
    effectiveness: float = Field(ge=0, le=10)
    promise_reasoning: str
    promise: float = Field(ge=0, le=10)
    missing: str
    done: bool
    child_reflection: str
    sibling_reflection: str
    avoid: tuple[str, ...]


class SubtaskVerdict(Answer):
    """Answers ``complete``."""

    description: str
    analysis: str
    missing: str
    done: bool


class AttemptLesson(Answer):
    """Answers ``reflect_attempt``."""

    fail_reason: str
    lesson: str
    worth_retrying: bool


class Extraction(Answer):
    """Answers ``extract``."""

    reasoning: str
    found: bool
    absent: bool
    evidence: str
    value: str


class AnswerWording(Answer):
    """Answers ``conclude``."""

    reasoning: str
    sufficient: bool
    answer: str
