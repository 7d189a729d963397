"""Each row of docs/mechanisms/bad-answers.md, with everything that has been seen to go wrong."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import KEY, client
from hypothesis import given, settings
from hypothesis import strategies as st
from payloads import GOOD, PAYLOADS
from pydantic import Field

from prompts.answers import Answer, Unusable, parse_answer
from prompts.asking import Asker
from webpilot.budget import Budget
from webpilot.errors import FormatError, LLMError, TransientError
from webpilot.llm.faults import Fault, FaultServer
from webpilot.llm.limiter import Limiter
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.protocol import ModelReply
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.wire import reply_of
from webpilot.types import Task

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mechanisms" / "bad-answers.md"
ROW = re.compile(r"^\| (.+?) \| (none|retry|smaller|repair) \| (answer|LLMError|FormatError) \|$")
TABLE = {
    found[1]: (found[2], found[3])
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if (found := ROW.match(line))
}
RETRIES = 2
REQUESTS = {"none": 1, "retry": 1 + RETRIES, "smaller": 2, "repair": 2}
ENDS = {"LLMError": LLMError, "FormatError": FormatError}
CASES = [(row, name) for row, payloads in PAYLOADS.items() for name in payloads]
TASK = Task(id="miniwob.x", seed=0, goal="find it")
LONG = "\n".join(f"[{number}] link 'number {number}'" for number in range(400))


class Verdict(Answer):
    """What is asked for."""

    reasoning: str
    score: float = Field(ge=0, le=10)
    done: bool


class Endpoint:
    """One endpoint for all payloads, and one loop that asks it."""

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.server = FaultServer(lambda _: GOOD, self._faults())
        self.runner = asyncio.Runner()

    def _faults(self) -> Iterator[Fault | None]:
        while True:
            yield self.fault

    def asked(self, llm: OpenAILLM, fault: Fault | None) -> tuple[Verdict | Exception, int, Budget]:
        """What becomes of a question, the requests that it took, and what was charged."""
        self.fault = fault
        before, budget = self.server.requests, Budget()
        retrying = RetryingLLM(
            llm,
            retries=RETRIES,
            limiter=Limiter(4),
            rng=random.Random(0),
            sleep=lambda _: asyncio.sleep(0),
        )
        asker = Asker(llm=MeteredLLM(retrying, budget, lambda *_: None), model="m", salt=b"salt")

        async def go() -> Verdict | Exception:
            try:
                question = asker.ask("webpilot/describe", Verdict, task=TASK, page=LONG)
                return await asyncio.wait_for(question, 60)
            except LLMError as error:
                return error

        return self.runner.run(go()), self.server.requests - before, budget


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    found = Endpoint()
    with found.server, found.runner:
        yield found


@pytest.fixture(scope="module")
def llm(endpoint: Endpoint) -> OpenAILLM:
    return client(endpoint.server.url, structured="json_schema", timeout_s=50)


@pytest.fixture(scope="module")
def hasty(endpoint: Endpoint) -> OpenAILLM:
    return client(endpoint.server.url, structured="json_schema", timeout_s=0.3)


def test_the_table_has_a_row_for_every_payload_and_a_payload_for_every_row() -> None:
    assert TABLE.keys() == PAYLOADS.keys() | {"no connection"}
    assert len({repr(PAYLOADS[row][name]) for row, name in CASES}) >= 200


@pytest.mark.parametrize(("row", "name"), CASES)
def test_a_payload_becomes_what_its_row_says_after_exactly_as_many_requests(
    row: str, name: str, endpoint: Endpoint, llm: OpenAILLM, hasty: OpenAILLM
) -> None:
    remedy, end = TABLE[row]
    found, requests, budget = endpoint.asked(
        hasty if row.startswith("silence") else llm, PAYLOADS[row][name]
    )
    assert requests == REQUESTS[remedy] == budget.spent("llm_calls")
    if end == "answer":
        assert isinstance(found, Verdict), found
        return
    assert type(found) is ENDS[end], found
    assert "\n" not in str(found)
    assert KEY not in str(found)
    assert len(str(found)) < 600


def test_no_connection_becomes_what_its_row_says(endpoint: Endpoint) -> None:
    nowhere = FaultServer(lambda _: GOOD)
    nowhere.close()
    found, _, budget = endpoint.asked(client(nowhere.url, structured="json_schema"), None)
    assert TABLE["no connection"] == ("retry", "LLMError")
    assert type(found) is LLMError
    assert budget.spent("llm_calls") == REQUESTS["retry"]


@pytest.mark.parametrize("row", [row for row in PAYLOADS if row != "a good answer"])
def test_one_bad_answer_and_then_a_good_one_is_an_answer_where_there_is_a_remedy(
    row: str, endpoint: Endpoint
) -> None:
    remedy, _ = TABLE[row]
    fault = next(iter(PAYLOADS[row].values()))
    with FaultServer(lambda _: GOOD, [fault]) as server:
        patience = 5 if row.startswith("silence") else 50
        asked = client(server.url, structured="json_schema", timeout_s=patience)
        found, _, budget = endpoint.asked(asked, None)
        requests = server.requests
    assert isinstance(found, Verdict) == (remedy != "none")
    assert requests == budget.spent("llm_calls") == (1 if remedy == "none" else 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
REPLIES = st.builds(
    ModelReply,
    text=st.text(max_size=200)
    | JSON.map(lambda told: json.dumps(told))
    | st.fixed_dictionaries({"reasoning": JSON, "score": JSON, "done": JSON}).map(
        lambda told: json.dumps(told)
    ),
    finish_reason=st.sampled_from(["stop", "", "length", "content_filter"]) | st.text(max_size=9),
    refusal=st.just("") | st.text(max_size=20),
)


@settings(max_examples=300, deadline=None)
@given(REPLIES)
def test_no_answer_of_a_model_is_anything_but_an_answer_or_unusable(reply: ModelReply) -> None:
    try:
        found = parse_answer(reply, Verdict)
    except Unusable:
        return
    assert 0 <= found.score <= 10
    assert reply.refusal == ""


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | JSON.map(lambda told: json.dumps(told).encode()))
def test_no_body_of_an_endpoint_is_anything_but_a_reply_or_none(content: bytes) -> None:
    try:
        reply = reply_of(content)
    except ValueError:
        return
    assert reply.tokens_in >= reply.tokens_in_cached >= 0


def test_an_error_of_one_attempt_is_told_from_one_that_stays() -> None:
    assert issubclass(TransientError, LLMError)
    assert not issubclass(FormatError, TransientError)
