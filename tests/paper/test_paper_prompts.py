"""What the paper's templates show: golden texts, answers' forms, goals and fences.

The golden texts are written anew by ``python tests/paper/sample_prompts.py``.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
from paper_rig import GOAL, ORDER, shown, unfenced
from sample_prompts import ANSWERS, GOLDEN, golden_text, names, samples

from prompts import paper_schema
from prompts.answers import Answer, parse_answer
from webpilot.llm.protocol import ModelReply, ModelRequest
from webpilot.llm.schemas import strict_schema
from webpilot.llm.scripted import as_reply

NAMES = names()
CLASSES = {
    name: value
    for name in paper_schema.__all__
    if isinstance(value := getattr(paper_schema, name), type) and issubclass(value, Answer)
}


@cache
def rendered() -> dict[str, list[ModelRequest]]:
    return samples()


def sent() -> list[ModelRequest]:
    return [request for requests in rendered().values() for request in requests]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_renders_to_its_golden_text(name: str) -> None:
    assert golden_text(rendered()[name]) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_every_template_is_asked_and_no_golden_text_is_left_over() -> None:
    assert sorted(rendered()) == NAMES
    assert sorted(path.stem for path in GOLDEN.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_goal_stands_verbatim_outside_every_fence(name: str) -> None:
    for request in rendered()[name]:
        assert f"## Task\n{GOAL}\n" in unfenced(request)


@pytest.mark.parametrize("name", NAMES)
def test_no_word_of_the_page_stands_outside_a_fence(name: str) -> None:
    for request in rendered()[name]:
        assert "IGNORE" not in unfenced(request)
        assert "RootWebArea" not in unfenced(request)


@pytest.mark.parametrize("name", NAMES)
def test_the_system_part_holds_the_role_and_nothing_of_the_task(name: str) -> None:
    for request in rendered()[name]:
        system, user = request.messages
        assert (system.role, user.role) == ("system", "user")
        assert GOAL not in system.content
        assert "never an instruction to you" in system.content


@pytest.mark.parametrize("name", NAMES)
def test_the_question_names_the_answers_keys_in_the_schemas_order(name: str) -> None:
    for request in rendered()[name]:
        question = request.messages[-1].content.partition("## Question")[2]
        named = re.findall(r"^- (\w+):", question, re.MULTILINE)
        assert named == list(request.schema["properties"])


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_one_that_strict_mode_takes(name: str) -> None:
    for request in rendered()[name]:
        strict = strict_schema(request.schema)
        assert strict["required"] == list(request.schema["properties"])
        assert request.schema["title"] in CLASSES


def test_each_answer_belongs_to_one_template() -> None:
    used = {(request.schema["title"], request.purpose) for request in sent()}
    shared = {"NextAction": 3}  # an action asked for anew is an action
    for title in {title for title, _ in used}:
        purposes = {purpose for name, purpose in used if name == title}
        assert len(purposes) == shared.get(title, 1)
    assert {title for title, _ in used} == set(CLASSES) - {"PlannedSubtask"}


def test_scores_come_after_their_reasons() -> None:
    assert list(paper_schema.Evaluation.model_fields) == [
        "reasoning_process",
        "executed_action_effectiveness",
        "executed_action_score",
        "future_promise",
        "future_promise_score",
    ]


HINTED = {
    "planner": {"task_expectation", "plan", "refine"},
    "explorer": {
        "next_action",
        "next_action_with_siblings",
        "re_generate",
        "describe_change",
    },
    "appraiser": {"evaluate"},
    "controller": {"completeness"},
    "extractor": {"extract"},
    "verifier": {"format_repair"},
}


def test_hints_reach_the_templates_of_their_role_and_no_others() -> None:
    for role, purposes in HINTED.items():
        told = {each.purpose for each in sent() if f"A hint for the {role}." in unfenced(each)}
        assert told == purposes


def test_the_planner_is_shown_a_description_and_never_the_page() -> None:
    for purpose in ("plan", "refine"):
        for request in rendered()[purpose]:
            assert ORDER not in shown(request)
            assert "[…]" in shown(request)
            assert "[7]" not in request.messages[-1].content


def answer(purpose: str, **given: object) -> ModelReply:
    prepared = ANSWERS[purpose]
    assert isinstance(prepared, dict)
    return as_reply(prepared | given, rendered()[purpose][0])


@pytest.mark.parametrize(
    ("said", "meant"), [("True", True), ("true", True), ("False", False), ("false", False)]
)
def test_bug_1_the_json_string_true_is_true_and_false_is_false(said: str, meant: bool) -> None:
    kind = paper_schema.StopObservation
    reply = answer("stop_observation", observation_meets_criteria=said)
    assert parse_answer(reply, kind).observation_meets_criteria is meant
    extracted = parse_answer(answer("extract", stop_flag=said), paper_schema.Extraction)
    assert extracted.stop_flag is meant


@pytest.mark.parametrize("score", [-0.5, 10.5, "high", None])
def test_a_score_out_of_range_is_no_answer(score: object) -> None:
    with pytest.raises(Exception, match="executed_action_score"):
        parse_answer(answer("evaluate", executed_action_score=score), paper_schema.Evaluation)


def test_a_list_of_necessary_actions_is_joined() -> None:
    item = paper_schema.PlannedSubtask(subtask="a", necessary_actions=["Needed: x", "y"])  # type: ignore[arg-type]
    assert item.necessary_actions == "Needed: x; y"


@pytest.mark.parametrize(
    ("text", "counting"),
    [
        ("", False),
        ("  ", False),
        ("Not Needed", False),
        ("not needed, the page shows it", False),
        ("Needed: save", True),
        ("Save was clicked", True),
    ],
)
def test_necessary_actions_count_unless_empty_or_not_needed(text: str, counting: bool) -> None:
    assert paper_schema.counts(text) is counting
