"""What the published method's calls are answered with: one class a template of ``prompts/paper``.

Names and order of the fields are the paper's, reasons before scores. Texts take what models write
in their place (a number, a list, nothing); truth values take the JSON strings "True" and "False".
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from prompts.answers import Answer

__all__ = [
    "ActedCompleteness",
    "AnswerPhrase",
    "ChildReflection",
    "DescribedChange",
    "DescribedPage",
    "Evaluation",
    "ExecutionReflection",
    "Extraction",
    "FormatRepair",
    "IntentCheck",
    "NextAction",
    "ObservedCompleteness",
    "Planned",
    "PlannedSubtask",
    "Refined",
    "SiblingReflection",
    "SimReflection",
    "StopActions",
    "StopObservation",
    "StopReflection",
    "SubReflection",
    "TaskExpectation",
    "counts",
]


def _as_text(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _joined(value: object) -> object:
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return _as_text(value)


Text = Annotated[str, BeforeValidator(_as_text)]
"""A text; in the schema a plain string."""
Score = Annotated[float, Field(ge=0, le=10)]


def counts(necessary_actions: str) -> bool:
    """Return whether a subtask is judged by its executed actions, not by what the page shows."""
    return bool(necessary_actions.strip()) and "not needed" not in necessary_actions.casefold()


# ------------------------------------------------------------------------------------- Planner
class TaskExpectation(Answer):
    """What is to be seen when the task is done, and whether it asks for an answer."""

    reasoning: Text
    target_page_description: Text
    need_answer: bool = False
    answer_requirements: Text = ""


class AnswerPhrase(Answer):
    """What information the answer holds, and in which form."""

    info_needed: Text
    info_requirements: Text


class DescribedPage(Answer):
    """A page in words."""

    overall_description: Text
    top_side_bars: Text
    main_body: Text
    interactable_elements: Text
    task_specific_elements_status: Text


class PlannedSubtask(Answer):
    """One step of a plan."""

    reasoning: Text = ""
    subtask: str
    target_page_description: Text = ""
    necessary_actions: Annotated[str, BeforeValidator(_joined)] = ""
    need_answer: bool = False


class Planned(Answer):
    """The first plan."""

    plan: tuple[PlannedSubtask, ...]


class Refined(Answer):
    """What is still to be done, after a subtask."""

    reasoning: Text
    plan: tuple[PlannedSubtask, ...]


# ------------------------------------------------------------------------------------ Explorer
class _Choice(Answer):
    """An action, in the paper's own form.

    Nothing of it is required here: what is missing is mended by the Verifier, whose question says
    what is wrong with the action on this page.
    """

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, found: Any) -> Any:
        if not isinstance(found, dict):
            return found
        flat: dict[Any, Any] = {}
        for key, value in found.items():
            inner = (
                isinstance(value, dict) and bool(value) and value.keys() <= cls.model_fields.keys()
            )
            flat.update(value if inner else {key: value})
        return flat


class NextAction(_Choice):
    """The next action, with what it is meant to do."""

    reasoning_process: Text = ""
    action_intent: Text = ""
    element_choice: Text = ""
    action_type: Text = ""
    element_info: Text = ""
    action_str: Text = ""


class DescribedChange(Answer):
    """The page after an action, and what has changed."""

    description: Text
    changes: Text


class IntentCheck(Answer):
    """How far an action did what it was meant to do."""

    action_intent_fulfillment: Text


class ChildReflection(Answer):
    """What is to be done from here."""

    node_reflection_for_child: Text


class SiblingReflection(Answer):
    """Whether the action was a good one, and what could be done in its place."""

    expectation: bool
    action_intent_appropriate: bool
    node_reflection_for_sib: Text


class SimReflection(Answer):
    """What a step that was only tried out has taught."""

    sim_reflection: Text


# ----------------------------------------------------------------------------------- Appraiser
class Evaluation(Answer):
    """How good the executed action was, and how promising the page is."""

    reasoning_process: Text
    executed_action_effectiveness: Text
    executed_action_score: Score
    future_promise: Text
    future_promise_score: Score


class StopObservation(Answer):
    """Whether the page shows all that it should."""

    reasoning_of_observation: Text
    observation_meets_criteria: bool


class StopActions(Answer):
    """Whether all necessary actions were taken."""

    reasoning_of_actions: Text
    necessary_actions_executed: bool


class StopReflection(Answer):
    """Whether the reflection asks for further actions."""

    reasoning_of_reflection: Text
    reflection_suggests_further_actions: bool


# ---------------------------------------------------------------------------------- Controller
class ObservedCompleteness(Answer):
    """Whether a subtask is complete, by what the page shows."""

    observation_analysis: Text
    task_completeness: Text
    complete_flag: bool


class ActedCompleteness(Answer):
    """Whether a subtask is complete, by what was done."""

    action_analysis: Text
    task_completeness: Text
    complete_flag: bool


class SubReflection(Answer):
    """Why an attempt failed, and what to do differently."""

    fail_reason: Text
    task_reflection: Text


# ---------------------------------------------------------------------------------- Verifier
class FormatRepair(_Choice):
    """An action that can be taken on this page."""

    # The intent is no field of the paper's here; it may be just what is missing.

    reasoning: Text = ""
    action_intent: Text = ""
    action_type: Text = ""
    action_str: Text = ""
    element_info: Text = ""


class ExecutionReflection(Answer):
    """Why an action did nothing."""

    execution_reflection: Text


# ---------------------------------------------------------------------------------- Extractor
class Extraction(Answer):
    """What was read off the page."""

    reasoning_of_answer: Text
    stop_flag: bool
    answer: Text = ""
    scroll_reason: Text = ""
    scroll_flag: bool = False
    scroll_direction: Text = ""
