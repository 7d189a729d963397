"""What is read off a page is checked against it, and kept as it was read."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.reading import as_read, grounded, normalised, verified
from webpilot.observation import Fingerprint, Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Reading
from webpilot.types import Answer, Task

PAGE = """RootWebArea 'Order 7', focused
	[12] heading 'Order 7'
	[13] StaticText 'Total: $5.50'
	[14] textbox 'Note', value='leave it at the door', required='False'
	[15] StaticText 'Ships'
	[16] StaticText 'tomorrow'"""
TASK = Task(id="t", seed=0, goal="what is the total?")
ASKED = Subtask(goal="read the total", needs_answer=True)
SEEN = Observation(text=PAGE, fingerprint=Fingerprint(exact="a", interactive="a"))


class Reads:
    """An Extractor that reads what it is told."""

    def __init__(self, reading: Reading | None) -> None:
        self.reading = reading

    async def extract(
        self, task: Task, subtask: Subtask, observation: Observation, facts: tuple[Fact, ...]
    ) -> Reading | None:
        return self.reading

    async def conclude(self, task: Task, plan: Plan, facts: tuple[Fact, ...]) -> Answer | None:
        return None


def fact_of(reading: Reading | None, *, read=verified) -> Fact | None:
    return asyncio.run(read(Reads(reading), TASK, ASKED, SEEN, ()))


@pytest.mark.parametrize(
    "evidence", ["Total: $5.50", "total 5 50", "leave it at the door", "Ships tomorrow", "Order 7"]
)
def test_words_of_the_page_are_evidence_whatever_marks_stand_between(evidence: str) -> None:
    assert grounded(evidence, PAGE)


@pytest.mark.parametrize("evidence", ["Total: $6.50", "", "  ", "?!", "Total ships", "otal"])
def test_words_that_the_page_does_not_hold_in_a_row_are_none(evidence: str) -> None:
    assert not grounded(evidence, PAGE)


def test_a_fact_is_kept_with_its_question_and_evidence() -> None:
    found = fact_of(Reading(value=" '$5.50' ", evidence="Total: $5.50"))
    assert found == Fact(question=ASKED.goal, value="$5.50", evidence="Total: $5.50")


def test_made_up_evidence_is_refused_and_absence_needs_none() -> None:
    assert fact_of(Reading(value="$9", evidence="Total: $9")) is None
    assert fact_of(Reading(value="", evidence="Total: $5.50")) is None
    assert fact_of(None) is None
    absent = fact_of(Reading(value="N/A", absent=True))
    assert absent is not None
    assert absent.value == "N/A"


def test_the_paper_takes_what_was_read_at_its_word() -> None:
    taken = fact_of(Reading(value="$9"), read=as_read)
    assert taken is not None
    assert taken.value == "$9"
    assert fact_of(Reading(value=" "), read=as_read) is None
    assert fact_of(None, read=as_read) is None


def test_answers_keep_the_quotes_and_lines_inside_them() -> None:
    """Bug 13 of the authors' code: answers went through repr and came out escaped."""
    said = 'She said "no".\nIt\'s over.'
    assert normalised(said) == said
    assert normalised('"no" and "yes"') == '"no" and "yes"'
    assert normalised('  "no"  ') == "no"
    assert normalised("“a  b”") == "a b"


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more_than_quotes(text: str) -> None:
    once = normalised(text)
    assert once == once.strip()
    assert len(normalised(once)) <= len(once)
