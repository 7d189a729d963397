from __future__ import annotations

import asyncio
from dataclasses import replace

from asked import LESSON, VERDICT, asker, calls, prompt, section
from prompt_samples import ASKING, ATTEMPT, ORDERS_PAGE, PEOPLE_PAGE, SUBTASK, TASK

from planner.controller import ModelController
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.roles import Attempt
from webpilot.types import Completion, Reflection, ReflectionScope


def complete(answer: object, attempt: Attempt = ATTEMPT) -> tuple[Completion, ModelRequest]:
    llm = ScriptedLLM({"complete": answer})
    found = asyncio.run(ModelController(asker=asker(llm)).complete(TASK, attempt))
    assert calls(llm) == {"complete": 1}
    return found, llm.requests[0]


def reflect(answer: object) -> tuple[Reflection | None, ModelRequest]:
    llm = ScriptedLLM({"reflect_attempt": answer})
    call = ModelController(asker=asker(llm)).reflect(TASK, ATTEMPT, "the list is short")
    found = asyncio.run(call)
    assert calls(llm) == {"reflect_attempt": 1}
    return found, llm.requests[0]


def test_a_complete_subtask_is_judged_in_one_call_with_the_comparison_as_reason() -> None:
    found, _ = complete(VERDICT)
    assert found == Completion(done=True, reason="all holds", description="a maze")


def test_an_incomplete_one_says_what_is_missing() -> None:
    found, _ = complete({**VERDICT, "done": False, "missing": "the second box"})
    assert (found.done, found.reason) == (False, "the second box")
    found, _ = complete({**VERDICT, "done": False})
    assert found.reason == "all holds"


def test_page_changes_actions_and_expectation_are_shown() -> None:
    _, request = complete(VERDICT)
    expected = {
        "Task": TASK.goal,
        "Current subtask": SUBTASK.necessary_actions,
        "The page at the end": PEOPLE_PAGE.text,
        "Actions of the attempt": "2. click('people')",
        "Lines of the page": "another address",
    }
    assert [key for key, text in expected.items() if text not in section(request, key)] == []


def test_of_an_extraction_it_is_told_that_showing_is_enough() -> None:
    _, request = complete(VERDICT, replace(ATTEMPT, subtask=ASKING))
    assert "complete when the page shows" in section(request, "Current subtask")


def test_the_description_for_the_planner_holds_no_sentence_of_the_page() -> None:
    copied = "People. Ada Lovelace, telephone 555-0199 Charles Babbage, telephone 555-0142."
    page = replace(PEOPLE_PAGE, text=copied)
    steps = (replace(ATTEMPT.steps[-1], observation=page),)
    found, _ = complete({**VERDICT, "description": copied}, replace(ATTEMPT, steps=steps))
    assert found.description == "[…]."


def test_a_failed_attempt_gives_a_strategic_lesson() -> None:
    found, request = reflect(LESSON)
    assert found == Reflection(scope=ReflectionScope.SUBTASK, text="fetch the key")
    assert ORDERS_PAGE.text in section(request, "The page where the attempt began")
    assert "2. click('people')" in section(request, "Actions of the failed attempt")
    assert "the list is short" in section(request, "Why the subtask is not complete")
    assert TASK.goal in prompt(request)


def test_where_another_attempt_would_only_repeat_it_there_is_no_lesson() -> None:
    assert reflect({**LESSON, "worth_retrying": False})[0] is None
    assert reflect({**LESSON, "lesson": " "})[0] is None
