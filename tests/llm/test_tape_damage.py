"""A tape survives kills and a full disk, and what was damaged is told, never given."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from asking import request
from hypothesis import given, settings
from hypothesis import strategies as st
from taping import A, counting, texts

from webpilot.errors import ConfigError, RecordError, TapeMiss
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.store import TapeStore
from webpilot.llm.tape import TapeLLM
from webpilot.llm.tapes import exported


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "tape.sqlite"


RECORDER = """
import asyncio, sys
from asking import request
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.tape import TapeLLM

async def go():
    tape = TapeLLM(ScriptedLLM(lambda asked: "x" * 500), sys.argv[1], "record")
    for number in range(100_000):
        await tape.complete(request(f"question {sys.argv[2]} {number} " + "y" * 2_000))
        print(number, flush=True)

asyncio.run(go())
"""


def recorder(path: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(path), name],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
    )


def asked_by(name: str, number: int) -> ModelRequest:
    return request(f"question {name} {number} " + "y" * 2_000)


def test_a_kill_while_recording_leaves_every_call_that_had_ended(path: Path) -> None:
    for name, calls in (("a", 1), ("b", 7), ("c", 40)):
        process = recorder(path, name)
        assert process.stdout is not None
        for _ in range(calls):
            process.stdout.readline()
        process.kill()
        ended = calls + process.stdout.read().count("\n")
        process.wait()
        with TapeStore(path, readonly=True) as store:
            assert all(store.get(asked_by(name, number).key) for number in range(ended))
            begun = f"question {name} "
            held = [entry.question.messages[1].content for entry in store.entries()]
        assert ended <= sum(text.startswith(begun) for text in held) <= ended + 1
    with sqlite3.connect(path) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    base.close()


def test_two_processes_record_on_one_tape(path: Path) -> None:
    both = [recorder(path, name) for name in "ab"]
    for process in both:
        assert process.stdout is not None
        for _ in range(25):
            process.stdout.readline()
    for process in both:
        process.kill()
        process.communicate()
    with TapeStore(path, readonly=True) as store:
        for name in "ab":
            assert all(store.get(asked_by(name, number).key) for number in range(24))


def damaged(path: Path, statement: str, *values: object) -> None:
    base = sqlite3.connect(path)
    with base:
        base.execute(statement, values)
    base.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE calls SET reply = replace(reply, 'answer', 'anzwer')",
        "UPDATE calls SET checksum = 'x'",
    ],
)
def test_an_answer_that_is_not_what_was_written_is_never_given(path: Path, statement: str) -> None:
    texts(counting(), path, "record", A)
    damaged(path, statement)
    for llm, mode in ((None, "replay"), (counting(), "auto")):
        with pytest.raises(ConfigError, match="is damaged") as raised:
            texts(llm, path, mode, A)  # type: ignore[arg-type]
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE texts SET content = x'00'",
        "DELETE FROM texts",
        "UPDATE calls SET question = replace(question, '4096', '4097')",
    ],
)
def test_a_question_that_is_not_what_was_written_is_never_exported(
    path: Path, statement: str
) -> None:
    texts(counting(), path, "record", A)
    damaged(path, statement)
    with TapeStore(path, readonly=True) as store, pytest.raises(ConfigError, match="is damaged"):
        list(exported(store))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_and_missing_bytes_are_told_or_do_no_harm(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("flip") / "tape.sqlite"
    asked = [request(f"question {number}") for number in range(20)]
    said = texts(counting(), path, "record", *asked)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        found = texts(None, path, "replay", *asked)
    except (ConfigError, RecordError, TapeMiss):
        return
    assert found == said


@pytest.mark.parametrize("content", [b"no base at all", b"SQLite format 3\0" + b"x" * 4096])
def test_a_file_that_is_no_tape_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    for mode in ("replay", "record", "auto"):
        with pytest.raises(ConfigError, match="tape.sqlite is"):
            TapeLLM(counting(), path, mode)  # type: ignore[arg-type]
    assert path.read_bytes() == content


def test_another_programs_base_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    damaged(path, "CREATE TABLE mine (x)")
    with pytest.raises(ConfigError, match="no tape of this version"):
        TapeLLM(counting(), path, "auto")
    base = sqlite3.connect(path)
    assert base.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
    base.close()


def test_a_place_that_cannot_be_written_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="llm.tape.path"):
        TapeLLM(counting(), tmp_path / "file" / "tape.sqlite", "auto")


def test_a_full_disk_is_told_and_what_was_written_before_stays(path: Path) -> None:
    tape = TapeLLM(counting(), path, "record")
    assert tape._store is not None
    asyncio.run(tape.complete(A))
    tape._store._base.execute("PRAGMA max_page_count = 20")
    incompressible = random.Random(0).randbytes(100_000).hex()
    with pytest.raises(RecordError, match="no space left to write"):
        asyncio.run(tape.complete(request(incompressible)))
    asyncio.run(tape.aclose())
    assert texts(None, path, "replay", A) == ["answer 1"]
