"""Several answers to one question are one request where the endpoint gives several."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asking import client, request

from webpilot.errors import LLMError, TransientError
from webpilot.llm.batching import BatchingLLM
from webpilot.llm.faults import FAULTS, FaultServer
from webpilot.llm.loopback import ModelServer
from webpilot.llm.protocol import TOO_LONG, ModelReply, ModelRequest
from webpilot.llm.scripted import Answer
from webpilot.llm.tape import TapeLLM


class Counting:
    """A model that numbers its answers."""

    def __init__(self) -> None:
        self.count = 0

    def answer(self, request: ModelRequest) -> Answer:
        self.count += 1
        return {"moves": [str(self.count)]}


def samples(count: int, text: str = "Which moves?") -> list[ModelRequest]:
    return [replace(request(text), sample=number) for number in range(count)]


def asked(llm: Any, *questions: ModelRequest) -> list[ModelReply]:
    async def go() -> list[ModelReply]:
        try:
            async with asyncio.timeout(30), asyncio.TaskGroup() as group:
                tasks = [group.create_task(llm.complete(each)) for each in questions]
            return [task.result() for task in tasks]
        finally:
            await llm.aclose()

    return asyncio.run(go())


def texts(replies: list[ModelReply]) -> list[str]:
    return [reply.text for reply in replies]


FIVE = [f'{{"moves": ["{number}"]}}' for number in range(1, 6)]


def test_equal_questions_of_one_moment_are_one_request() -> None:
    with ModelServer(Counting().answer) as server:
        llm = BatchingLLM(client(server.url, structured="json_schema"))
        replies = asked(llm, *samples(5))
        assert [body.get("n") for body in server.bodies] == [5]
    assert texts(replies) == FIVE


def test_an_endpoint_whose_way_of_forms_is_not_known_yet_is_asked_for_one_first() -> None:
    with ModelServer(Counting().answer, refuse_json_schema=True) as server:
        replies = asked(BatchingLLM(client(server.url)), *samples(5))
        assert [body.get("n") for body in server.bodies] == [None, None, 4]
    assert texts(replies) == FIVE


def test_other_questions_and_a_single_one_are_requests_of_their_own() -> None:
    with ModelServer(Counting().answer) as server:
        llm = BatchingLLM(client(server.url, structured="json_schema"))
        asked(llm, *samples(2), request("Another?"))
        assert sorted(body.get("n") or 1 for body in server.bodies) == [1, 2]


def test_an_endpoint_that_refuses_several_answers_is_asked_one_by_one_from_then_on() -> None:
    with ModelServer(Counting().answer, refuse_n=True) as server:
        llm = BatchingLLM(client(server.url, structured="json_schema"))

        async def twice() -> list[str]:
            found = []
            for text in ("first", "second"):
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(llm.complete(each)) for each in samples(3, text)]
                found += sorted(task.result().text for task in tasks)
            await llm.aclose()
            return found

        found = asyncio.run(twice())
        assert [body.get("n") or 1 for body in server.bodies] == [3, 1, 1, 1, 1, 1, 1]
    assert found == [*FIVE, '{"moves": ["6"]}']


def test_an_endpoint_that_gives_one_answer_only_is_asked_for_the_others() -> None:
    with ModelServer(Counting().answer, ignore_n=True) as server:
        llm = BatchingLLM(client(server.url, structured="json_schema"))
        replies = asked(llm, *samples(3))
        assert [body.get("n") or 1 for body in server.bodies] == [3, 1, 1]
    assert sorted(texts(replies)) == FIVE[:3]


def test_each_answer_counts_as_if_it_had_been_asked_for_alone_with_the_prompt_cached() -> None:
    def answer(_: ModelRequest) -> ModelReply:
        return ModelReply(text="{}", tokens_in=100, tokens_out=7, tokens_in_cached=32, model="m")

    with ModelServer(answer) as server:
        llm = BatchingLLM(client(server.url, structured="json_schema"))
        replies = asked(llm, *samples(3))
    assert [reply.tokens_in for reply in replies] == [100] * 3
    assert [reply.tokens_out for reply in replies] == [7] * 3
    assert [reply.tokens_in_cached for reply in replies] == [32, 100, 100]


def test_a_request_that_fails_fails_all_its_questions_and_each_may_be_asked_again() -> None:
    with FaultServer(Counting().answer, [FAULTS["failing"]]) as server:
        llm = BatchingLLM(client(server.url, structured="json_schema"))

        async def go() -> tuple[list[Any], ModelReply]:
            found = await asyncio.gather(
                *(llm.complete(each) for each in samples(3)), return_exceptions=True
            )
            again = await llm.complete(samples(1)[0])
            await llm.aclose()
            return found, again

        found, again = asyncio.run(go())
        assert server.requests == 2
    assert all(isinstance(each, TransientError) for each in found)
    assert again.text == FIVE[0]


class Endless:
    """An endpoint that never answers, and knows who asks."""

    def __init__(self) -> None:
        self.active = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        return (await self.complete_many(request, 1))[0]

    async def complete_many(self, request: ModelRequest, count: int) -> tuple[ModelReply, ...]:
        self.active += 1
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.active -= 1
        raise LLMError("unreachable")

    async def aclose(self) -> None: ...


def test_a_request_ends_with_the_last_of_those_who_wait_for_it() -> None:
    async def go() -> None:
        endpoint = Endless()
        llm = BatchingLLM(endpoint)
        calls: list[Coroutine[Any, Any, ModelReply]] = [llm.complete(each) for each in samples(3)]
        tasks = [asyncio.create_task(call) for call in calls]
        for _ in range(5):
            await asyncio.sleep(0)
        assert endpoint.active == 1
        for task in tasks[:2]:
            task.cancel()
        await asyncio.wait(tasks[:2])
        assert endpoint.active == 1
        tasks[2].cancel()
        await asyncio.wait(tasks)
        assert endpoint.active == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(go())


def test_a_question_that_is_too_long_is_too_long_for_each_of_its_samples() -> None:
    class Small(Endless):
        async def complete_many(self, request: ModelRequest, count: int) -> tuple[ModelReply, ...]:
            return (ModelReply(text="", finish_reason=TOO_LONG),)

    replies = asked(BatchingLLM(Small()), *samples(3))
    assert [reply.finish_reason for reply in replies] == [TOO_LONG] * 3


def test_a_tape_keeps_each_sample_and_gives_each_back(tmp_path: Path) -> None:
    with ModelServer(Counting().answer) as server:
        batching = BatchingLLM(client(server.url, structured="json_schema"))
        recorded = asked(TapeLLM(batching, tmp_path / "tape.sqlite"), *samples(3))
        assert len(server.bodies) == 1
    replayed = asked(TapeLLM(None, tmp_path / "tape.sqlite", "replay"), *samples(3))
    assert texts(replayed) == texts(recorded) == FIVE[:3]


@pytest.mark.parametrize("count", [1, 2])
def test_who_asks_for_one_answer_at_a_time_sends_the_body_as_ever(count: int) -> None:
    with ModelServer(Counting().answer) as server:
        llm = client(server.url, structured="json_schema")
        replies = asked(llm, *samples(count))
        assert [body.get("n") for body in server.bodies] == [None] * count
    assert len(replies) == count
