"""Prompts begin with what stays: what siblings share comes before what tells them apart."""

from __future__ import annotations

import asyncio
from functools import cache

import pytest

from experiments.bench.orders import TASK, child
from experiments.bench.prefixes import ROWS, Shared, filled, main, measure, ordered, summary
from prompts.asking import Asker
from webpilot.cast import STYLES
from webpilot.llm.prefixes import Prefixes, equal_beginning, sent
from webpilot.llm.protocol import Message, ModelRequest
from webpilot.llm.scripted import ScriptedLLM

SIBLINGS = {"webpilot": "propose", "paper": "next_action_with_siblings"}
"""By which template a node's next child is asked for."""


@cache
def shared(preset: str, rows: int) -> dict[str, Shared]:
    return {each.purpose: each for each in measure(preset, rows)}


@pytest.mark.parametrize("preset", STYLES)
@pytest.mark.parametrize("rows", ROWS)
def test_calls_for_one_nodes_children_share_three_fifths_of_their_prompts(
    preset: str, rows: int
) -> None:
    assert shared(preset, rows)[SIBLINGS[preset]].share >= 0.6


@pytest.mark.parametrize("preset", STYLES)
def test_the_larger_the_page_the_larger_the_share_of_siblings_that_are_asked_for(
    preset: str,
) -> None:
    shares = [shared(preset, rows)[SIBLINGS[preset]].share for rows in sorted(ROWS)]
    assert shares == sorted(shares)


@pytest.mark.parametrize("rows", ROWS)
def test_two_readings_of_one_page_share_three_fifths_of_their_prompts(rows: int) -> None:
    assert shared("webpilot", rows)["extract"].share >= 0.6


@pytest.mark.parametrize("preset", STYLES)
def test_every_role_that_asks_anything_is_measured(preset: str) -> None:
    roles = {"Planner", "Controller", "Extractor", "Explorer", "Appraiser"}
    asking = roles | ({"Verifier"} if preset == "paper" else set())
    assert {each.role for each in shared(preset, ROWS[0]).values()} == asking


def test_judgements_of_two_children_share_all_that_stands_before_their_pages() -> None:
    llm = ScriptedLLM(filled)
    roles = STYLES["webpilot"](Asker(llm=llm, model="scripted", salt=b"salt"), TASK)
    for row in (3, 4):
        asyncio.run(roles.appraiser.appraise(child(20, row)))
    one, other = map(sent, llm.requests)
    # A page has a nonce of its own, so two pages differ from their fences on.
    assert equal_beginning(one, other) >= one.index("\n<page ", one.index("## The page"))


def test_calls_that_are_sent_back_to_back_share_more_than_in_the_order_of_coming() -> None:
    assert ordered("vtc") > 0.6 > ordered("fcfs")


def test_a_question_that_is_asked_again_shares_all_of_its_prompt() -> None:
    message = Message(role="user", content="which move?")
    asked = ModelRequest(purpose="propose", model="m", messages=(message,))
    prefixes = Prefixes()
    assert prefixes.shared(asked) == 0
    assert prefixes.shared(asked) == len(sent(asked))


def test_the_benchmark_names_the_smallest_share_of_each_role() -> None:
    found = measure("webpilot", 5)
    assert summary(found).keys() == {f"webpilot_{each.role.lower()}" for each in found}
    assert min(summary(found).values()) == round(min(each.share for each in found), 4)


def test_the_benchmark_prints_every_template(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    assert all(each.purpose in said for name in STYLES for each in measure(name, 5))
