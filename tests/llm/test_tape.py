"""What a model has answered is kept, and is played again without it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from asking import KEY, client, request
from taping import A, B, ask, counting, texts

from webpilot.errors import ConfigError, FormatError, LLMError, TapeMiss
from webpilot.llm.loopback import ModelServer
from webpilot.llm.protocol import TOO_LONG, Message, ModelReply, ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.settings import TapeMode
from webpilot.llm.store import TapeStore
from webpilot.llm.tape import TapeLLM
from webpilot.llm.tapes import exported


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "tape.sqlite"


def test_what_was_recorded_is_answered_again_without_a_model(path: Path) -> None:
    llm = counting()
    assert texts(llm, path, "record", A, B) == ["answer 1", "answer 2"]
    replayed = ask(TapeLLM(None, path, "replay"), B, A)
    assert [reply.text for reply in replayed] == ["answer 2", "answer 1"]
    assert all(reply.taped for reply in replayed)
    assert len(llm.requests) == 2


def test_an_answer_comes_back_with_all_that_was_known_of_it(path: Path) -> None:
    reply = ModelReply(
        text="\ud800 grün",
        finish_reason="length",
        refusal="no",
        tokens_in=7,
        tokens_out=8,
        tokens_in_cached=3,
        model="m-1",
        attempts=3,
        lost=1,
    )
    (said,) = ask(TapeLLM(ScriptedLLM({"propose": reply}), path, "record"), A)
    assert said == reply
    (again,) = ask(TapeLLM(None, path, "replay"), A)
    assert again == replace(reply, taped=True)


def test_auto_asks_only_for_what_the_tape_lacks(path: Path) -> None:
    assert texts(counting(), path, "auto", A) == ["answer 1"]
    llm = counting(5)
    assert texts(llm, path, "auto", A, B, A) == ["answer 1", "answer 5", "answer 1"]
    assert [each.messages for each in llm.requests] == [B.messages]


def test_record_asks_everything_anew_once_and_writes_over_what_was_there(path: Path) -> None:
    texts(counting(), path, "record", A, B)
    llm = counting(5)
    # An equal question in the same run has an equal answer, or a replay would not repeat the run.
    assert texts(llm, path, "record", A, A) == ["answer 5", "answer 5"]
    assert texts(None, path, "replay", A, B) == ["answer 5", "answer 2"]


def test_independent_samples_are_different_questions(path: Path) -> None:
    first, second = A, replace(A, sample=1)
    assert texts(counting(), path, "record", first, second) == ["answer 1", "answer 2"]
    assert texts(None, path, "replay", second) == ["answer 2"]


def test_off_passes_all_on_and_opens_nothing(path: Path) -> None:
    assert texts(counting(), path, "off", A, A) == ["answer 1", "answer 2"]
    assert not path.parent.exists()


@pytest.mark.parametrize("mode", ["record", "auto"])
def test_equal_questions_at_the_same_time_are_one_call(path: Path, mode: TapeMode) -> None:
    class Slow(ScriptedLLM):
        async def complete(self, request: ModelRequest) -> ModelReply:
            reply = self.answer(request)
            await asyncio.sleep(0.01)
            return reply

    llm = Slow(lambda _: "said")

    async def go() -> list[ModelReply]:
        tape = TapeLLM(llm, path, mode)
        found = await asyncio.gather(*(tape.complete(each) for each in [A, B] * 8))
        await tape.aclose()
        return found

    replies = asyncio.run(go())
    assert len(llm.requests) == 2
    assert sum(reply.taped for reply in replies) == 14


def test_a_failure_is_not_kept_and_who_waited_for_it_asks_for_himself(path: Path) -> None:
    llm = ScriptedLLM({"propose": [LLMError("as told"), "well"]})

    async def go() -> list[ModelReply | BaseException]:
        tape = TapeLLM(llm, path, "auto")
        found = await asyncio.gather(*(tape.complete(A) for _ in range(3)), return_exceptions=True)
        await tape.aclose()
        return found

    first, second, third = asyncio.run(go())
    assert isinstance(first, LLMError)
    assert isinstance(second, ModelReply)
    assert isinstance(third, ModelReply)
    assert (second.text, third.text) == ("well", "well")
    assert len(llm.requests) == 2


def test_a_call_that_is_cancelled_leaves_the_question_free(path: Path) -> None:
    class Stuck(ScriptedLLM):
        async def complete(self, request: ModelRequest) -> ModelReply:
            await asyncio.sleep(0 if self.requests else 3600, self.answer(request))
            return ModelReply(text="then well")

    async def go() -> str:
        tape = TapeLLM(Stuck(lambda _: "x"), path, "auto")
        stuck = asyncio.create_task(tape.complete(A))
        waiting = asyncio.create_task(tape.complete(A))
        await asyncio.sleep(0.01)
        stuck.cancel()
        return (await waiting).text

    assert asyncio.run(asyncio.wait_for(go(), 30)) == "then well"


def test_that_a_question_was_too_long_is_kept_too_for_the_run_went_on_from_it(path: Path) -> None:
    refused = ModelReply(text="", finish_reason=TOO_LONG)
    ask(TapeLLM(ScriptedLLM({"propose": refused}), path, "record"), A)
    (again,) = ask(TapeLLM(None, path, "replay"), A)
    assert again.finish_reason == TOO_LONG


def fenced(nonce: str) -> ModelRequest:
    return replace(request(f"<page {nonce}>\ntext\n</page {nonce}>"), nonces=(nonce,))


def test_another_run_with_other_nonces_finds_the_answers_and_none_of_the_first_nonces(
    path: Path,
) -> None:
    llm = ScriptedLLM({"propose": "I saw <page 0123456789abcdef> there"})
    (said,) = texts(llm, path, "record", fenced("0123456789abcdef"))
    (again,) = texts(None, path, "replay", fenced("fedcba9876543210"))
    assert said == again == "I saw <page NONCE> there"
    with TapeStore(path, readonly=True) as store:
        assert "0123456789abcdef" not in "\n".join(exported(store))


def test_no_key_header_or_address_of_an_endpoint_is_on_the_tape(path: Path) -> None:
    with ModelServer(ScriptedLLM({"propose": {"moves": []}}).answer) as server:
        tape = TapeLLM(client(server.url), path, "record")
        ask(tape, A, B)
        place = server.url.split("/")[2]
    with TapeStore(path, readonly=True) as store:
        lines = list(exported(store))
    assert len(lines) == 3
    kept = "\n".join(lines).encode() + b"".join(file.read_bytes() for file in path.parent.iterdir())
    for secret in (KEY, KEY[3:], "Authorization", "Bearer", "authorization", "api_key", place):
        assert secret.encode() not in kept, secret


Changed = Callable[[ModelRequest], ModelRequest]


def said_of(path: Path, asked: ModelRequest) -> str:
    with pytest.raises(TapeMiss) as missed:
        texts(None, path, "replay", asked)
    message = str(missed.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def worded(text: str) -> Changed:
    return lambda asked: replace(
        asked, messages=(asked.messages[0], Message(role="user", content=text))
    )


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (
            worded("Which\nmoves now?"),
            "message 2 (user), line 2: 'moves?' there, 'moves now?' here",
        ),
        (worded("Which"), "message 2 (user), line 2: 'moves?' there, nothing here"),
        (lambda asked: replace(asked, temperature=1.0), "temperature, 0.3 there, 1.0 here"),
        (lambda asked: replace(asked, model="tiny"), "model, 'gpt-4o' there, 'tiny' here"),
        (
            lambda asked: replace(asked, sample=2),
            "sample, 0 there, 2 here (another episode, run_seed or time of asking)",
        ),
        (lambda asked: replace(asked, max_tokens=5), "max_tokens, 4096 there, 5 here"),
        (lambda asked: replace(asked, schema={}), "the schema of the answer"),
        (
            lambda asked: replace(asked, messages=asked.messages[:1]),
            "the number of messages, 2 there, 1 here",
        ),
        (
            lambda asked: replace(asked, messages=(replace(asked.messages[0], role="user"),)),
            "message 1, system there, user here",
        ),
    ],
)
def test_a_miss_names_the_purpose_and_where_it_differs_from_the_nearest_question(
    path: Path, change: Changed, differs: str
) -> None:
    recorded = request("Which\nmoves?")
    texts(counting(), path, "record", request("Something else"), recorded, request("Quite other"))
    message = said_of(path, change(recorded))
    assert "'propose'" in message
    assert f"it differs in {differs};" in message


def test_a_purpose_that_the_tape_does_not_know_is_named(path: Path) -> None:
    texts(counting(), path, "record", A)
    message = said_of(path, replace(B, purpose="reflect"))
    assert "holds no question of purpose 'reflect'" in message
    assert "llm.tape.mode=auto" in message


def test_a_miss_is_an_error_of_the_model_not_of_the_agent() -> None:
    assert TapeMiss("x").kind == "llm"
    assert not isinstance(TapeMiss("x"), FormatError)


@pytest.mark.parametrize(
    ("llm", "mode", "said"),
    [
        (None, "auto", "needs a model"),
        (None, "record", "needs a model"),
        (None, "off", "needs a model"),
        (counting(), "rewind", "must be one of off, record, replay, auto"),
        (None, "replay", "there is no tape"),
    ],
)
def test_a_tape_that_could_not_work_is_refused_at_once(
    path: Path, llm: ScriptedLLM | None, mode: TapeMode, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        TapeLLM(llm, path, mode)


def test_closing_twice_is_harmless(path: Path) -> None:
    async def go() -> None:
        tape = TapeLLM(counting(), path)
        await tape.aclose()
        await tape.aclose()

    asyncio.run(go())


def test_the_tape_can_be_read_by_hand(path: Path) -> None:
    texts(counting(), path, "record", A)
    base = sqlite3.connect(path)
    ((purpose, reply),) = base.execute("SELECT purpose, reply FROM calls").fetchall()
    assert base.execute("PRAGMA user_version").fetchone() == (1,)
    assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    base.close()
    assert purpose == "propose"
    assert json.loads(reply)["text"] == "answer 1"
