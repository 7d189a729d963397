from __future__ import annotations

import asyncio
import json

import pytest
from asked import asker
from prompt_samples import ANSWERS, ASKS, PROPOSING, explorer

from webpilot.errors import FormatError, LLMError
from webpilot.llm.protocol import ModelReply
from webpilot.llm.scripted import ScriptedLLM
from webpilot.types import Action

GOOD = json.dumps(ANSWERS["assess"])
MALFORMED: dict[str, ModelReply | str] = {
    "truncated": GOOD[: len(GOOD) // 2],
    "cut off by the endpoint": ModelReply(text=GOOD, finish_reason="length"),
    "filtered": ModelReply(text=GOOD, finish_reason="content_filter"),
    "refused": ModelReply(text="", refusal="I cannot help with that."),
    "empty": "",
    "no object": "[1, 2]",
    "a missing key": json.dumps({"description": "x"}),
    "a wrong key": json.dumps({**ANSWERS["assess"], "score": 5}),
    "eleven of ten": json.dumps({**ANSWERS["assess"], "promise": 11}),
    "below nought": json.dumps({**ANSWERS["assess"], "effectiveness": -0.1}),
    "not a number": GOOD.replace("7.5", "NaN"),
    "infinite": GOOD.replace("7.5", "1e999"),
    "a text for a number": GOOD.replace("7.5", '"high"'),
    "null for a flag": json.dumps({**ANSWERS["assess"], "done": None}),
    "prose around it": f"Here is my answer:\n```json\n{GOOD}\n```",
    "two objects": GOOD + GOOD,
    "ten thousand brackets": "[" * 10_000,
    "ten thousand objects": '{"description":' * 10_000,
}


def assess(*answers: ModelReply | str | dict[str, object]) -> ScriptedLLM:
    llm = ScriptedLLM({"assess": answers})
    asyncio.run(_asked("assess", llm))
    return llm


async def _asked(template: str, llm: ScriptedLLM) -> object:
    return await ASKS[template](asker(llm))


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_answer_is_repaired_once(name: str) -> None:
    llm = assess(MALFORMED[name], ANSWERS["assess"])
    assert len(llm.requests) == 2
    question, repair = llm.requests
    assert repair.messages[: len(question.messages)] == question.messages
    assert "Your answer cannot be used" in repair.messages[-1].content
    assert len(repair.messages[-1].content) < 1_000


@pytest.mark.parametrize("name", MALFORMED)
def test_a_second_malformed_answer_is_the_agents_failure_after_exactly_two_calls(
    name: str,
) -> None:
    llm = ScriptedLLM({"assess": [MALFORMED[name]] * 3})
    with pytest.raises(FormatError) as failed:
        asyncio.run(_asked("assess", llm))
    assert failed.value.kind == "agent"
    assert isinstance(failed.value, LLMError)
    assert len(llm.requests) == 2


@pytest.mark.parametrize("template", ASKS)
def test_every_role_repairs_once_and_then_fails(template: str) -> None:
    bad = {**ANSWERS, template: ["I would rather not say."] * 3}
    llm = ScriptedLLM(bad)
    with pytest.raises(FormatError, match=f"webpilot/{template}: unusable answer after one repair"):
        asyncio.run(_asked(template, llm))
    assert [request.purpose for request in llm.requests].count(template) == 2
    assert llm.requests[-1].purpose == template


@pytest.mark.parametrize("template", ASKS)
def test_every_role_goes_on_after_a_repaired_answer(template: str) -> None:
    llm = ScriptedLLM({**ANSWERS, template: ["{}", ANSWERS[template]]})
    asyncio.run(_asked(template, llm))
    assert [request.purpose for request in llm.requests].count(template) == 2


@pytest.mark.parametrize("probability", [1.1, -0.1, "NaN", "likely", None])
def test_a_probability_is_a_number_from_nought_to_one(probability: object) -> None:
    move = {"reason": "x", "action": "click('people')", "probability": probability}
    bad = {"reasoning": "x", "candidates": [move]}
    llm = ScriptedLLM({"propose": [bad, ANSWERS["propose"]]})
    found = asyncio.run(explorer(asker(llm)).propose(PROPOSING, 3))
    assert [each.move.raw for each in found if isinstance(each.move, Action)] == ["click('people')"]
    assert len(llm.requests) == 2


def test_the_text_true_is_true_and_the_text_false_is_false() -> None:
    for text, meant in (("True", True), ("False", False)):
        llm = ScriptedLLM({"complete": {**ANSWERS["complete"], "done": text}})
        completion = asyncio.run(_asked("complete", llm))
        assert completion.done is meant
