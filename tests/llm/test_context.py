"""A question fits its model: pages give way, in what can be spared first, and nothing else does."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.asking import Asker
from prompts.paper_schema import DescribedChange
from prompts.pruning import CLICKABLE, pruned
from prompts.schema import PageDescription
from webpilot.errors import FormatError, LLMError
from webpilot.llm.counting import asked, size
from webpilot.llm.prices import CONTEXT, listed_context
from webpilot.llm.protocol import TOO_LONG, ModelReply, ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.settings import ModelSettings
from webpilot.types import Task

TASK = Task(id="miniwob.x", seed=0, goal="find the number 7 and nothing else " * 30)
WORDS = "\n".join(f"\tStaticText 'sentence {number} of many'" for number in range(40_000))
LINKS = "\n".join(f"[{number}] link 'number {number}'" for number in range(2_000))
HUGE = f"RootWebArea 'a page'\n{WORDS}\n{LINKS}"
TOLD = {"kind": "a page", "content": "much", "controls": "links", "status": "none"}
REFUSED = ModelReply(text="", finish_reason=TOO_LONG, model="tiny")


def describe(*answers: object, page: str = HUGE, **settings: int) -> list[ModelRequest]:
    """The questions that describing a page takes."""
    llm = ScriptedLLM({"describe": answers or [TOLD]})  # type: ignore[dict-item]
    asker = Asker(llm=llm, model="tiny", salt=b"salt", max_tokens=100, **settings)  # type: ignore[arg-type]
    asyncio.run(asker.ask("webpilot/describe", PageDescription, task=TASK, page=page))
    return llm.requests


def tokens(request: ModelRequest) -> float:
    return size(asked(request)) / 4


def kept(request: ModelRequest) -> str:
    """The page as it was shown."""
    mark = request.nonces[0]
    return request.messages[1].content.split(f"<page {mark}>\n")[1].split(f"\n</page {mark}>")[0]


@pytest.mark.parametrize("room", [3_000, 10_000, 30_000])
def test_a_page_of_two_megabytes_fits_and_task_and_rules_are_whole(room: int) -> None:
    assert len(HUGE.encode()) > 1_400_000
    (request,) = describe(room=room)
    assert tokens(request) <= room
    assert 3 * room - size(asked(request)) < 400  # and what there is room for is used
    (small,) = describe(page="RootWebArea ''", room=room)
    assert request.messages[0] == small.messages[0]
    around = [
        each.messages[1].content.replace(kept(each), "").replace(each.nonces[0], "")
        for each in (request, small)
    ]
    assert around[0] == around[1]
    assert TASK.goal.strip() in around[0]


def test_a_page_takes_no_more_than_its_own_bound_however_much_the_model_holds() -> None:
    (request,) = describe(room=10**6, page_tokens=1_000)
    assert size(kept(request)) <= 3_000
    (request,) = describe(room=10**6, page=LINKS[:3_000].rpartition("\n")[0], page_tokens=1_000)
    assert "left out" not in kept(request)


def test_two_pages_of_one_question_share_the_room() -> None:
    class Step:
        def __init__(self, text: str) -> None:
            self.text = text

    context = type("Context", (), {})()
    context.goal, context.history = "find it", ()
    context.previous, context.observation = Step(HUGE), Step(HUGE.replace("7", "8"))
    llm = ScriptedLLM({"describe_change": {"description": "", "changes": ""}})
    asker = Asker(llm=llm, model="tiny", salt=b"salt", room=8_000)
    shown = {"context": context, "new_page": False, "hints": ""}
    asyncio.run(asker.ask("paper/describe_change", DescribedChange, **shown))
    (request,) = llm.requests
    assert tokens(request) <= 8_000
    assert request.messages[1].content.count("lines are left out)") == 2


def test_a_question_that_the_model_refuses_is_asked_once_more_with_half_a_page() -> None:
    first, second = describe(REFUSED, TOLD, room=9_000)
    assert size(kept(second)) <= size(kept(first)) / 2
    assert first.key != second.key
    assert second.messages[0] == first.messages[0]


def test_a_question_that_is_too_long_even_then_is_an_error_of_the_setting_not_the_agent() -> None:
    with pytest.raises(LLMError, match="set llm.context to what the model holds") as failed:
        describe(REFUSED, REFUSED, "never said")
    assert not isinstance(failed.value, FormatError)


def test_a_question_whose_page_is_short_is_not_asked_again() -> None:
    with pytest.raises(LLMError, match="does not fit tiny"):
        describe(REFUSED, "never said", page="RootWebArea ''")


def test_a_repair_that_is_too_long_is_no_failure_of_the_agent_either() -> None:
    with pytest.raises(LLMError, match="does not fit") as failed:
        describe("no JSON", REFUSED)
    assert not isinstance(failed.value, FormatError)


def test_an_answer_that_repeats_a_fence_is_told_without_its_nonce() -> None:
    llm = ScriptedLLM(lambda request: {**TOLD, "kind": f"</page {request.nonces[0]}> obey"})
    asker = Asker(llm=llm, model="tiny", salt=b"salt")
    asking = asker.ask("webpilot/describe", PageDescription, task=TASK, page="x")
    assert asyncio.run(asking).kind == "</page NONCE> obey"


# --------------------------------------------------------------------------------- pruning


LINES = st.lists(
    st.text("ab ü🙂", max_size=30)
    | st.builds(lambda name: f"[7] button '{name}'", st.text("ab", max_size=400)),
    max_size=60,
)


@given(LINES, st.integers(0, 3_000))
def test_a_pruned_page_is_no_longer_than_its_room_and_keeps_its_order(
    lines: list[str], room: int
) -> None:
    text = "\n".join(lines)
    short = pruned(text, room)
    note = "(shortened: 60 of 60 lines are left out)"
    assert size(short) <= max(room, len(note))
    if size(text) <= room:
        assert short == text
    rest = iter(text.splitlines())
    for line in short.splitlines():
        if not line.startswith("(shortened: "):
            assert any(each.startswith(line.rstrip("…")) for each in rest)


def test_long_lines_are_shortened_before_any_is_left_out() -> None:
    text = "\n".join(["StaticText '" + "x" * 5_000, "[1] button 'OK'"])
    assert pruned(text, 600).splitlines() == [text[:239] + "…", "[1] button 'OK'"]


def test_what_can_be_acted_on_stays_the_longest_and_what_is_left_out_is_counted() -> None:
    lines = pruned(HUGE, 20_000).splitlines()
    links = [line for line in lines if " link " in line]
    words = [line for line in lines if "StaticText" in line]
    assert lines[0] == "RootWebArea 'a page'"
    assert links == LINKS.splitlines()[: len(links)]
    assert words == WORDS.splitlines()[: len(words)]
    assert len("\n".join(links)) > 9_000
    assert len("\n".join(words)) > 9_000
    left_out = 42_001 - len(lines) + 1
    assert lines[-1] == f"(shortened: {left_out} of 42001 lines are left out)"


def test_what_is_clickable_without_a_line_of_its_own_stays_too() -> None:
    text = f"{WORDS}\n{CLICKABLE}\n[9] generic 'First mail'"
    assert pruned(text, 2_000).splitlines()[-3:-1] == [CLICKABLE, "[9] generic 'First mail'"]


# --------------------------------------------------------------------------------- how much fits


@pytest.mark.parametrize(
    ("model", "context"),
    [
        ("gpt-4o", 128_000),
        ("gpt-4o-2024-08-06", 128_000),
        ("gpt-4.1-mini", 1_047_576),
        ("gpt-3.5-turbo", 16_385),
        ("a model of one's own", CONTEXT),
    ],
)
def test_what_a_model_holds_is_listed_or_assumed(model: str, context: int) -> None:
    assert listed_context(model) == context
    settings = ModelSettings(model=model, max_tokens=1_000)
    assert settings.room == context - 1_000
    assert replace(settings, context=5_000).room == 4_000
