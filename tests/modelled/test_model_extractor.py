from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from asked import EXTRACTION, asker, calls, section
from prompt_samples import ASKING, FACT, ORDERS_PAGE, OWNER, PEOPLE_PAGE, PLAN, TASK

from planner.extractor import ModelExtractor
from planner.reading import verified
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.plan import Fact
from webpilot.roles import Reading
from webpilot.types import Answer, Task

PLAIN = replace(TASK, answer_format=None)
NOT_FOUND = {**EXTRACTION, "found": False, "evidence": "", "value": ""}
WORDED = {"reasoning": "both", "sufficient": True, "answer": "555-0199"}
SAID = ['say "hi"', "two\nlines", "it's 'so'", '"', "N/A", "{'a': 1}"]


def extract(answer: object) -> tuple[Reading | None, ModelRequest]:
    llm = ScriptedLLM({"extract": answer})
    call = ModelExtractor(asker=asker(llm)).extract(PLAIN, ASKING, PEOPLE_PAGE, (FACT,))
    found = asyncio.run(call)
    assert calls(llm) == {"extract": 1}
    return found, llm.requests[0]


def conclude(
    *facts: Fact, task: Task = PLAIN, answer: object = WORDED
) -> tuple[Answer | None, ScriptedLLM]:
    llm = ScriptedLLM({"conclude": answer})
    found = asyncio.run(ModelExtractor(asker=asker(llm)).conclude(task, PLAN, facts))
    return found, llm


def test_what_the_page_holds_comes_with_its_evidence() -> None:
    found, _ = extract(EXTRACTION)
    assert found == Reading(value="Ada Lovelace", evidence="Order 7 by Ada Lovelace")


def test_what_the_page_does_not_hold_is_no_reading() -> None:
    assert extract(NOT_FOUND)[0] is None


def test_what_the_page_shows_to_be_absent_is_said_so() -> None:
    found, _ = extract({**NOT_FOUND, "absent": True, "value": "0"})
    assert found == Reading(value="0", absent=True)
    found, _ = extract({**NOT_FOUND, "absent": True})
    assert found == Reading(value="N/A", absent=True)


def test_absence_is_no_way_around_showing_what_was_found() -> None:
    found, _ = extract({**EXTRACTION, "absent": True, "evidence": "made up"})
    assert found == Reading(value="Ada Lovelace", evidence="made up")


def test_earlier_facts_and_the_question_are_shown_with_the_page() -> None:
    _, request = extract(EXTRACTION)
    assert "Ada Lovelace" in section(request, "Facts read")
    assert ASKING.goal in section(request, "Information to read off")
    assert PEOPLE_PAGE.text in section(request, "Page")


@pytest.mark.parametrize(
    ("evidence", "held"), [("Order 7 by Ada Lovelace", True), ("Order 7 by Grace Hopper", False)]
)
def test_a_reading_counts_only_if_the_page_holds_its_evidence(evidence: str, held: bool) -> None:
    llm = ScriptedLLM({"extract": {**EXTRACTION, "evidence": evidence}})
    role = ModelExtractor(asker=asker(llm))
    fact = asyncio.run(verified(role, TASK, OWNER, ORDERS_PAGE, ()))
    assert (fact is not None) == held


def test_a_single_fact_is_the_answer_without_a_call() -> None:
    found, llm = conclude(FACT)
    assert found == Answer(text="Ada Lovelace")
    assert llm.requests == []


def test_without_a_fact_there_is_no_answer_and_no_call() -> None:
    found, llm = conclude(task=TASK)
    assert (found, llm.requests) == (None, [])


def test_several_facts_or_a_wording_that_is_asked_for_take_one_call() -> None:
    for facts, task in (((FACT, FACT), PLAIN), ((FACT,), TASK)):
        found, llm = conclude(*facts, task=task)
        assert found == Answer(text="555-0199")
        assert calls(llm) == {"conclude": 1}


def test_facts_that_do_not_suffice_give_no_answer() -> None:
    assert conclude(FACT, FACT, answer={**WORDED, "sufficient": False})[0] is None
    assert conclude(FACT, FACT, answer={**WORDED, "answer": " "})[0] is None


@pytest.mark.parametrize("said", SAID)
def test_answers_come_through_as_they_were_said(said: str) -> None:
    assert conclude(FACT, FACT, answer={**WORDED, "answer": said})[0] == Answer(text=said)
    assert conclude(replace(FACT, value=said))[0] == Answer(text=said)
    reading, _ = extract({**EXTRACTION, "value": said})
    assert reading is not None
    assert reading.value == said
