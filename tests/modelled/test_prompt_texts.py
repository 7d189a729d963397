from __future__ import annotations

import pytest
from asked import fenced, outside, prompt
from prompt_samples import ANSWERS, ASKS, GOLDEN, HINTS, TASK, golden_text, request

from prompts import schema
from prompts.answers import Answer, parse_answer
from webpilot.llm.protocol import ModelReply
from webpilot.llm.schemas import strict_schema

TEMPLATES = tuple(ASKS)
KINDS: dict[str, type[Answer]] = {
    "describe": schema.PageDescription,
    "plan": schema.FirstPlan,
    "refine": schema.PlanRevision,
    "propose": schema.ProposedMoves,
    "assess": schema.NodeAssessment,
    "complete": schema.SubtaskVerdict,
    "reflect_attempt": schema.AttemptLesson,
    "extract": schema.Extraction,
    "conclude": schema.AnswerWording,
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_renders_to_its_golden_text(template: str) -> None:
    assert golden_text(template) == (GOLDEN / f"{template}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_goal_stands_verbatim_and_outside_any_fence(template: str) -> None:
    asked = request(template)
    assert f"## Task\n{TASK.goal}\n" in outside(asked)
    assert not any(TASK.goal in text for text in fenced(asked))


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_schema_of_the_answer_goes_with_the_question(template: str) -> None:
    asked, kind = request(template), KINDS[template]
    assert asked.purpose == template
    assert asked.schema == kind.model_json_schema()
    assert strict_schema(asked.schema)["required"] == list(kind.model_fields)


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_prompt_itself_names_every_field_of_the_answer(template: str) -> None:
    text = prompt(request(template))
    assert [name for name in KINDS[template].model_fields if name not in text] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_role_is_told_first_and_the_question_last(template: str) -> None:
    system, user = request(template).messages
    assert (system.role, user.role) == ("system", "user")
    assert system.content.startswith("You ")
    assert user.content.startswith("## Task\n")
    assert user.content.rpartition("\n## ")[2].startswith("Question\n")


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_site_hint_reaches_its_role_alone(template: str) -> None:
    shown = [role for role, text in HINTS.items() if text in prompt(request(template))]
    owners = {
        "describe": [],
        "plan": ["planner"],
        "refine": ["planner"],
        "propose": ["explorer"],
        "assess": ["appraiser"],
        "extract": ["extractor"],
        "conclude": ["extractor"],
    }
    assert shown == owners.get(template, ["controller"])


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_sample_answers_are_usable(template: str) -> None:
    reply = ModelReply(text=KINDS[template].model_validate(ANSWERS[template]).model_dump_json())
    assert parse_answer(reply, KINDS[template])


def test_reasons_come_before_the_scores_that_rest_on_them() -> None:
    fields = list(schema.NodeAssessment.model_fields)
    for score in ("effectiveness", "promise"):
        assert fields.index(f"{score}_reasoning") == fields.index(score) - 1
    for kind in (schema.FirstPlan, schema.PlanRevision, schema.ProposedMoves, schema.Extraction):
        assert next(iter(kind.model_fields)) == "reasoning"
