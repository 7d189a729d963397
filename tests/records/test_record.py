from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sample_rows import failed, row, spoiled

from webpilot.errors import ConfigError, RecordError
from webpilot.observation import Fingerprint, Observation
from webpilot.records.disk import LineLog, write_atomically
from webpilot.records.journal import EpisodeRecorder
from webpilot.records.trees import AttemptRecord, SearchRecord
from webpilot.records.writing import RunFolder

ROOTS = (str(Path(__file__).parents[2]), str(Path(__file__).parent))
"""Where a fresh interpreter finds the rooms and this folder's builders."""

CONFIG = "searcher: greedy\nbudget:\n  episode:\n    rollouts: 8\nrun:\n  name: one\n"


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def page(text: str, digest: str) -> Observation:
    return Observation(text=text, fingerprint=Fingerprint(exact=digest, interactive=digest))


def test_rows_are_kept_and_the_same_configuration_opens_the_run_again(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run", config=CONFIG) as run:
        run.append(row())
    with RunFolder(tmp_path / "run", config=CONFIG) as run:
        assert run.rows() == [row()]
        assert run.finished() == {("miniwob.click-test", 0)}
        assert run.warnings == ()


def test_another_configuration_is_refused_naming_the_keys(tmp_path: Path) -> None:
    RunFolder(tmp_path, config=CONFIG).close()
    other = CONFIG.replace("8", "16").replace("greedy", "webpilot")
    with pytest.raises(ConfigError) as caught:
        RunFolder(tmp_path, config=other)
    message = str(caught.value)
    assert "budget.episode.rollouts (8 there, 16 now)" in message
    assert "searcher (greedy there, webpilot now)" in message
    assert "\n" not in message
    assert (tmp_path / "config.yaml").read_text() == CONFIG


def test_a_loose_key_may_differ(tmp_path: Path) -> None:
    RunFolder(tmp_path, config=CONFIG).close()
    RunFolder(tmp_path, config=CONFIG.replace("one", "two")).close()


def test_a_key_that_only_one_side_has_is_named(tmp_path: Path) -> None:
    RunFolder(tmp_path, config=CONFIG).close()
    with pytest.raises(ConfigError, match=r"llm \(absent there, fake now\)"):
        RunFolder(tmp_path, config=CONFIG + "llm: fake\n")


def test_changed_versions_are_a_warning(tmp_path: Path) -> None:
    RunFolder(tmp_path, config=CONFIG, about={"versions": {"chromium": "1", "git": "a"}}).close()
    with RunFolder(tmp_path, config=CONFIG, about={"versions": {"chromium": "2"}}) as run:
        assert run.warnings == ("chromium was 1 when this run began and is 2 now",)
    told = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["run"]
    assert told["versions"] == {"chromium": "1", "git": "a"}
    assert told["resumed_with"] == {"chromium": "2"}


def test_two_processes_cannot_write_to_one_run(tmp_path: Path) -> None:
    with RunFolder(tmp_path, config=CONFIG), pytest.raises(ConfigError, match="another process"):
        RunFolder(tmp_path, config=CONFIG)
    RunFolder(tmp_path, config=CONFIG).close()


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_row_torn_by_a_kill_is_cut_off_and_its_episode_runs_again(
    tmp_path: Path, cut: int
) -> None:
    with RunFolder(tmp_path, config=CONFIG) as run:
        run.append(row())
        run.append(row(seed=1))
    results = tmp_path / "results.jsonl"
    results.write_bytes(results.read_bytes()[:-cut])
    with RunFolder(tmp_path, config=CONFIG) as run:
        assert run.finished() == {("miniwob.click-test", 0)}
        assert "torn" in run.warnings[0]
        run.append(row(seed=1))
        assert run.rows() == [row(), row(seed=1)]


def test_a_log_whose_torn_line_is_longer_than_a_block_is_repaired(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("whole\n" + "x" * 200_000)
    with LineLog(tmp_path / "log", durable=False) as log:
        assert log.repaired == 200_000
    assert (tmp_path / "log").read_text() == "whole\n"


ENDLESS = """
import sys; sys.path[:0] = sys.argv[2:]
from pathlib import Path
from sample_rows import row
from webpilot.records.writing import RunFolder
run = RunFolder(Path(sys.argv[1]), config="a: 1")
for seed in range(10**6):
    run.append(row(seed=seed, answer="x" * 9000))
    print(seed, flush=True)
"""


def test_killed_at_any_moment_a_writer_leaves_whole_rows(tmp_path: Path) -> None:
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(tmp_path), *ROOTS],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            confirmed = [int(writer.stdout.readline()) for _ in range(5)]
            writer.send_signal(signal.SIGKILL)
        with RunFolder(tmp_path, config="a: 1") as run:
            assert {key[1] for key in run.finished()} >= set(confirmed)


def test_finished_leaves_out_what_must_run_again(tmp_path: Path) -> None:
    interrupted = spoiled(seed=3, error_kind="harness", stop_reason="interrupted")
    with RunFolder(tmp_path, config=CONFIG) as run:
        for item in (row(), failed(seed=1), spoiled(seed=2), interrupted):
            run.append(item)
        assert {seed for _, seed in run.finished()} == {0, 1, 2}
        assert {seed for _, seed in run.finished(retry_errors=True)} == {0, 1}


def test_the_summary_stands_from_the_start_with_what_the_run_is(tmp_path: Path) -> None:
    about = {"command": "python -m experiments.run", "label": "offline policy, no language model"}
    with RunFolder(tmp_path, config=CONFIG, about=about) as run:
        assert json.loads(run.summary_path.read_text())["run"] == about
        run.append(row())
        written = run.write_summary(groupings={"family": {"miniwob.click-test": "buttons"}})
    assert json.loads(run.summary_path.read_text()) == written
    assert written["by"]["family"]["buttons"]["strict"]["solved"] == 1


def test_a_restarted_episode_begins_anew(tmp_path: Path) -> None:
    with RunFolder(tmp_path, config=CONFIG) as run:
        with run.episode("t", 0) as recorder:
            recorder.event("plan", revision=0)
            recorder.screenshot(0, b"png")
        with run.episode("t", 0) as recorder:
            pass
    assert [line["event"] for line in lines(recorder.folder / "journal.jsonl")] == ["journal"]
    assert sorted(path.name for path in recorder.folder.iterdir()) == ["journal.jsonl"]


def test_a_retried_episode_keeps_what_the_finished_one_wrote(tmp_path: Path) -> None:
    with RunFolder(tmp_path, config=CONFIG) as run:
        with run.episode("miniwob.click-test", 2) as recorder:
            recorder.event("plan", revision=7)
        run.append(spoiled(seed=2))
        with run.episode("miniwob.click-test", 2):
            pass
    kept = tmp_path / "episodes" / "miniwob.click-test.2.superseded-1" / "journal.jsonl"
    assert lines(kept)[1]["revision"] == 7


def test_the_journal_numbers_its_events_and_begins_with_its_schema(tmp_path: Path) -> None:
    ticks = iter([10.0, 10.0, 10.5, 12.25])
    clocks = {"clock": lambda: next(ticks), "now": lambda: 1_795_000_000.25}
    with EpisodeRecorder(tmp_path, task="t", seed=1, **clocks) as recorder:
        recorder.event("plan", {"subtasks": ["a", "b"]})
        recorder.event("step", node=3, action="click('12')")
    head = {"schema": 1, "task": "t", "seed": 1, "began": 1_795_000_000.25}
    assert lines(tmp_path / "journal.jsonl") == [
        {"seq": 0, "at": 0.0, "event": "journal", **head},
        {"seq": 1, "at": 0.5, "event": "plan", "subtasks": ["a", "b"]},
        {"seq": 2, "at": 2.25, "event": "step", "node": 3, "action": "click('12')"},
    ]


def test_a_page_is_stored_once_and_named_by_its_digest(tmp_path: Path) -> None:
    with EpisodeRecorder(tmp_path, task="t", seed=1) as recorder:
        names = [
            recorder.observation(page("one", "aa")),
            recorder.observation(page("two", "bb")),
            recorder.observation(page("one", "aa")),
        ]
    assert names == ["aa", "bb", "aa"]
    stored = [line for line in lines(tmp_path / "journal.jsonl") if line["event"] == "observation"]
    assert [(line["digest"], line["text"]) for line in stored] == [("aa", "one"), ("bb", "two")]


def test_equal_searches_give_equal_bytes(tmp_path: Path) -> None:
    def tree(value: float) -> SearchRecord:
        data = {"scale": "0-10", "nodes": [{"id": 0, "parent": None, "value": value}]}
        attempt = AttemptRecord.of(data, subtask="s", attempt=0, best=0)
        return SearchRecord(task="t", seed=1, attempts=(attempt,))

    written = []
    for name, value in (("a", 1 / 3), ("b", 1 / 3 + 1e-9)):
        with EpisodeRecorder(tmp_path / name, task="t", seed=1) as recorder:
            recorder.tree(tree(value))
        written.append((tmp_path / name / "tree.json").read_bytes())
    assert written[0] == written[1]
    assert b"0.333333\n" in written[0]


def test_an_event_that_is_not_plain_data_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    with EpisodeRecorder(tmp_path, task="t", seed=1) as recorder:
        with pytest.raises(TypeError):
            recorder.event("odd", thing=object())
        with pytest.raises(ValueError, match="JSON"):
            recorder.event("odd", thing=float("nan"))
        recorder.event("even")
    assert [line["seq"] for line in lines(tmp_path / "journal.jsonl")] == [0, 1]


def test_a_file_that_cannot_be_replaced_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(RecordError, match="cannot write"):
        write_atomically(tmp_path / "file", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


FILL = """
import sys; sys.path[:0] = sys.argv[2:]
from pathlib import Path
from sample_rows import row
from webpilot.errors import RecordError
from webpilot.records.writing import RunFolder
run = RunFolder(Path(sys.argv[1]), config="a: 1")
recorder = run.episode("t", 0)
kept = 0
try:
    for seed in range(10**6):
        recorder.event("step", text="y" * 500)
        run.append(row(seed=seed, answer="x" * 3000))
        run.write_summary()
        kept = seed + 1
except RecordError as error:
    print(kept, error)
    sys.exit(3)
"""


def fill(folder: Path, *, file_limit: int | None) -> tuple[int, str]:
    """Return how many rows a writer kept until its disk was full, and the line it died with."""

    def limit() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    done = subprocess.run(
        [sys.executable, "-c", FILL, str(folder), *ROOTS],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert done.returncode == 3, done.stderr
    kept, _, message = done.stdout.strip().partition(" ")
    assert "\n" not in message
    return int(kept), message


def check_filled(folder: Path, kept: int, message: str) -> None:
    assert kept > 3
    assert "no space left" in message
    assert "run the same command again" in message
    for log in folder.rglob("*.jsonl"):
        assert log.read_bytes().endswith(b"\n")
        lines(log)
    assert json.loads((folder / "summary.json").read_text())["episodes"] >= kept
    assert not list(folder.rglob("*.unfinished"))


def test_a_full_disk_is_one_clear_line_and_all_before_it_stays_valid(tmp_path: Path) -> None:
    kept, message = fill(tmp_path / "run", file_limit=60_000)
    check_filled(tmp_path / "run", kept, message)
    with RunFolder(tmp_path / "run", config="a: 1") as run:
        assert len(run.finished()) >= kept
        run.append(row(seed=10**7))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
def test_a_full_file_system_is_one_clear_line_and_all_before_it_stays_valid(
    tmp_path: Path,
) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        kept, message = fill(tmp_path / "run", file_limit=None)
        check_filled(tmp_path / "run", kept, message)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_line_without_room_is_taken_back(tmp_path: Path) -> None:
    with LineLog(tmp_path / "log", durable=False) as log:
        log.append("first")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        try:
            with pytest.raises(RecordError) as caught:
                log.append("x" * 200)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert isinstance(caught.value.__cause__, OSError)
        assert caught.value.__cause__.errno == errno.EFBIG
        log.append("second")
    assert (tmp_path / "log").read_text() == "first\nsecond\n"
