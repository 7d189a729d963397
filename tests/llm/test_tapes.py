"""Whole tapes: as text and back, compared, cut down to what some runs have asked."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from asking import request
from hypothesis import given, settings
from hypothesis import strategies as st
from taping import A, B, counting, texts

from webpilot import cli
from webpilot.errors import ConfigError
from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.llm.store import TapeStore
from webpilot.llm.tapes import compare, exported, imported

C = replace(request("Was it right?"), purpose="judge")


def taped(path: Path, *requests: ModelRequest, start: int = 1) -> Path:
    texts(counting(start), path, "record", *requests)
    return path


def lines(path: Path) -> list[str]:
    with TapeStore(path, readonly=True) as store:
        return list(exported(store))


def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object
) -> tuple[int, str, str]:
    """Exit code, output and errors of ``webpilot tape``."""
    monkeypatch.setattr(sys, "argv", ["webpilot", "tape", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


# Whatever a page or a model may say, lone surrogates included.
WORDS = st.text(st.characters(exclude_categories=()), max_size=30)
# Names of templates and models are ours, and text.
NAMES = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
QUESTIONS = st.builds(
    ModelRequest,
    purpose=NAMES,
    model=NAMES,
    messages=st.lists(
        st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=WORDS),
        max_size=3,
    ).map(tuple),
    schema=st.dictionaries(WORDS, WORDS, max_size=2),
    temperature=st.floats(0, 2),
    sample=st.integers(0, 3),
)
REPLIES = st.builds(ModelReply, text=WORDS, refusal=WORDS, tokens_in=st.integers(0, 10**9))


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(QUESTIONS.map(lambda asked: asked.key), st.tuples(QUESTIONS, REPLIES)))
def test_an_export_that_is_read_back_is_the_same_export(
    tmp_path_factory: pytest.TempPathFactory, calls: dict[str, tuple[ModelRequest, ModelReply]]
) -> None:
    folder = tmp_path_factory.mktemp("tapes")
    with TapeStore(folder / "one") as one, TapeStore(folder / "two") as two:
        for question, reply in calls.values():
            one.put(question, reply)
        text = list(exported(one))
        assert imported(text, two).added == len(one.index()) == len(text) - 1
        assert list(exported(two)) == text
        assert compare(one, two).equal
        for entry in one.entries():
            assert two.get(entry.key) == entry.reply


def test_an_export_is_sorted_text_that_holds_questions_in_full(tmp_path: Path) -> None:
    head, *calls = lines(taped(tmp_path / "tape", A, C, B))
    assert json.loads(head) == {"webpilot_tape": 1}
    read = [json.loads(line) for line in calls]
    assert [call["key"] for call in read] == sorted(each.key for each in (A, B, C))
    found = {call["key"]: call for call in read}[C.key]
    assert found["purpose"] == "judge"
    assert found["messages"][1] == {"role": "user", "content": "Was it right?"}
    assert found["reply"]["text"] == "answer 2"


def test_answers_that_a_tape_holds_already_stay(tmp_path: Path) -> None:
    there = taped(tmp_path / "there", A, B)
    coming = lines(taped(tmp_path / "coming", B, C, start=7)) + [lines(there)[1]]
    with TapeStore(there) as store:
        done = imported(coming, store)
        assert (done.added, done.kept, done.equal) == (1, 1, 1)
        assert {entry.reply.text for entry in store.entries()} == {
            "answer 1",
            "answer 2",
            "answer 8",
        }


@pytest.mark.parametrize(
    "edited",
    [
        [],
        ["{}"],
        ['{"webpilot_tape": 99}'],
        ['{"webpilot_tape": 1}', "no JSON"],
        ['{"webpilot_tape": 1}', "[]"],
        ['{"webpilot_tape": 1}', '{"key": "x"}'],
    ],
)
def test_what_is_no_export_is_refused_with_the_line(tmp_path: Path, edited: list[str]) -> None:
    with TapeStore(tmp_path / "tape") as store:
        if not edited:
            assert imported(edited, store).added == 0
            return
        with pytest.raises(ConfigError, match=f"^line {len(edited)} is none of an exported tape"):
            imported(edited, store)


@pytest.mark.parametrize(("old", "new"), [("Which", "What"), ('"attempts"', '"tries"')])
def test_a_call_that_was_edited_is_refused(tmp_path: Path, old: str, new: str) -> None:
    head, call = lines(taped(tmp_path / "tape", A))
    with TapeStore(tmp_path / "new") as store, pytest.raises(ConfigError, match="^line 2"):
        imported([head, call.replace(old, new)], store)


def test_two_tapes_are_compared_by_questions_and_answers(tmp_path: Path) -> None:
    one, other = taped(tmp_path / "one", A, B), taped(tmp_path / "two", B, C, start=7)
    with TapeStore(one, readonly=True) as first, TapeStore(other, readonly=True) as second:
        found = compare(first, second)
        assert not found.equal
        assert found.only_first == (A.key,)
        assert found.only_second == (C.key,)
        assert found.answered_otherwise == (B.key,)
        assert compare(first, first).equal


def test_the_commands_export_import_and_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = taped(tmp_path / "one", A, B)
    code, out, _ = command(monkeypatch, capsys, "export", one)
    assert (code, out.splitlines()) == (0, lines(one))
    text, two = tmp_path / "one.jsonl", tmp_path / "two"
    text.write_text(out, encoding="utf-8")
    assert command(monkeypatch, capsys, "import", text, two)[:2] == (
        0,
        "2 added, 0 held already, 0 held with another answer\n",
    )
    assert command(monkeypatch, capsys, "diff", one, two)[:2] == (
        0,
        f"{one} and {two} hold the same calls\n",
    )
    taped(two, C, start=9)
    code, out, _ = command(monkeypatch, capsys, "diff", one, two)
    assert code == 1
    assert out.splitlines() == [f"only in {two}: 1 (judge 1)", f"  judge {C.key[:12]}"]
    changed = replace(A, temperature=1.0)
    three = taped(tmp_path / "three", changed, B)
    out = command(monkeypatch, capsys, "diff", one, three)[1]
    assert f"  propose {changed.key[:12]}: temperature, 0.3 there, 1.0 here" in out


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("export", "nowhere"), "there is no tape nowhere: record one"),
        (("import", "nowhere"), "nowhere cannot be read: name a file"),
        (("diff", "nowhere", "nowhere"), "there is no tape nowhere"),
        (("trim", "nowhere"), "nowhere holds no run"),
    ],
)
def test_bad_input_of_a_command_is_one_line_and_exit_code_2(
    words: tuple[str, ...],
    mend: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = command(monkeypatch, capsys, *words)
    assert (code, out) == (2, "")
    assert mend in err
    assert err.count("\n") == 1


def run_that_asked(folder: Path, *requests: ModelRequest) -> Path:
    episode = folder / "episodes" / "miniwob.click-test.0"
    episode.mkdir(parents=True)
    (folder / "results.jsonl").write_text("")
    events = [{"event": "journal", "schema": 1, "seq": 0}]
    events += [{"event": "model call", "key": each.key} for each in requests]
    journal = "".join(json.dumps(event) + "\n" for event in events)
    (episode / "journal.jsonl").write_text(journal + '{"event": "model c')  # a kill tore it
    return folder


def test_a_trimmed_tape_holds_what_the_runs_have_asked_and_is_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tape = taped(tmp_path / "tape", A, B, C, *(request(f"{n}" * 9_000) for n in range(99)))
    before = tape.stat().st_size
    runs = [run_that_asked(tmp_path / "r1", A), run_that_asked(tmp_path / "r2", C, C)]
    told = command(monkeypatch, capsys, "trim", *runs, "--tape", tape, "--dry-run")
    assert told[:2] == (0, "100 calls would be removed, 2 kept\n")
    assert len(lines(tape)) == 103
    told = command(monkeypatch, capsys, "trim", *runs, "--tape", tape)
    assert told[:2] == (0, "100 calls removed, 2 kept\n")
    assert texts(None, tape, "replay", A, C) == ["answer 1", "answer 3"]
    assert len(lines(tape)) == 3
    assert tape.stat().st_size < before
