"""``commit-once`` on official tasks: killed anywhere and resumed, no step is sent twice.

The run is the real one (`python -m experiments.run`), its cast is scripted, its instance a fake.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from env.webarena.fake import FakeInstance
from webpilot.records.rows import EpisodeRow, latest
from webpilot.steps import steps_file

ROOT = Path(__file__).resolve().parents[2]
NOTE = "Thanks, working on reviews"
TASKS = ("webarena.390", "webarena.389")
"""The first is killed; the second asks for the note, on any page of the site."""
pytestmark = pytest.mark.timeout(1500)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeInstance]:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))
    with FakeInstance() as instance:
        instance.offer("gitlab", NOTE)
        yield instance


class Runs:
    """The same command again and again, on one instance."""

    def __init__(self, fake: FakeInstance, folder: Path, *tasks: str, explore: str) -> None:
        self.fake = fake
        self.folder = folder
        self.environ = {
            **os.environ,
            **fake.environ,
            "WEBPILOT_HOME": str(folder / "home"),
        }
        self.overrides = (
            "benchmark=webarena",
            f"benchmark.explore={explore}",
            f"task=[{','.join(tasks)}]",
            f"run.root={folder / 'runs'}",
            "run.name=killed",
            "preset=greedy",
        )

    def play(self, position: int = 0, *more: str) -> tuple[int, str]:
        """Return exit code and standard error."""
        arguments = [str(position), str(self.folder / "passed"), *self.overrides, *more]
        done = subprocess.run(
            [sys.executable, "-m", "tests.apps.dying_run", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        return done.returncode, done.stderr

    @property
    def passed(self) -> int:
        return int((self.folder / "passed").read_text(encoding="utf-8"))

    @property
    def rows(self) -> list[EpisodeRow]:
        file = self.folder / "runs" / "killed" / "results.jsonl"
        if not file.exists():
            return []
        lines = file.read_text(encoding="utf-8").splitlines()
        return latest([EpisodeRow.from_json(line) for line in lines])

    def steps(self, task: str) -> list[dict[str, str]]:
        file = steps_file(self.folder / "runs" / "killed", task, 0)
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def noted(self) -> list[dict[str, str]]:
        """What the instance's log says."""
        (file,) = (self.folder / "home" / "webarena").iterdir()
        lines = file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines] or [{"event": ""}]

    @property
    def posts(self) -> int:
        """How many notes were posted to the site, in whatever state it was."""
        return Counter(self.fake.asked("gitlab"))["POST /notes"]


def test_killed_at_every_durable_write_and_resumed_no_step_is_sent_twice(
    fake: FakeInstance, tmp_path: Path
) -> None:
    whole = Runs(fake, tmp_path / "whole", "webarena.389", explore="commit-once")
    assert whole.play() == (0, "")
    (row,) = whole.rows
    assert (row.success, row.contaminated, whole.posts) == (True, False, 2)
    points, ends = whole.passed, Counter[str]()
    assert points >= 20
    for position in range(1, points + 1):
        with FakeInstance() as own:
            own.offer("gitlab", NOTE)
            runs = Runs(own, tmp_path / str(position), "webarena.389", explore="commit-once")
            code, _ = runs.play(position)
            assert code == -signal.SIGKILL
            reset, posted, last = own.resets, runs.posts, runs.noted[-1]["event"]
            steps = runs.steps("webarena.389")
            inherited = any(_is(each, "done") for each in steps) and not runs.rows
            code, said = runs.play()
            steps = runs.steps("webarena.389")
            begun = Counter((each["path"], each["action"]) for each in steps if _is(each, "begun"))
            assert set(begun.values()) == {1}  # nothing was begun twice
            assert len(own.notes.get("gitlab", ())) <= 2  # of the three steps two post
            if own.resets > reset:
                # Only where nothing had been sent, or all of it and the episode had ended.
                assert not posted or last == "end"
            else:
                assert runs.posts <= 2
            (row,) = runs.rows
            assert row.error_kind in (None, "site")
            if row.error_kind is None:
                assert (code, said) == (0, "")
                assert (row.success, own.notes["gitlab"]) == (True, (NOTE, NOTE))
                # What a dead process did is in no record of the committed path.
                assert row.contaminated is (inherited and own.resets == reset)
                ends["done"] += 1
                continue
            unknown = [each for each in begun if (*each, "done") not in _keys(steps)]
            assert len(unknown) == 1
            assert own.resets == reset
            assert (code, row.success, row.stop_reason) == (1, None, "infrastructure")
            assert f"{unknown[0][1]} of webarena.389 seed 0 was begun" in (row.error or "")
            assert "reset the site and start another run" in (row.error or "")
            assert "\n" not in (row.error or "")
            ends["unknown"] += 1
    # Two points of three steps: between what is written before and after each.
    assert ends["unknown"] == 6
    assert ends["done"] == points - 6


def _is(step: dict[str, str], state: str) -> bool:
    return step["state"] == state


def _keys(steps: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    return {(each["path"], each["action"], each["state"]) for each in steps}


def test_a_kill_in_one_episode_costs_nothing_of_the_others_and_a_reset_mends_it(
    fake: FakeInstance, tmp_path: Path
) -> None:
    runs = Runs(fake, tmp_path, *TASKS, explore="commit-once")
    results = tmp_path / "runs" / "killed" / "results.jsonl"
    # The instance's log begins with 3 lines, each episode has 6 of its steps, an end and a row.
    first_done = 3 + 6 + 2 + 2 + 1
    code, _ = runs.play(2 * first_done + 1)
    assert code == -signal.SIGKILL
    kept = results.read_bytes()
    assert [row.task for row in runs.rows] == [TASKS[0]]
    assert [step["state"] for step in runs.steps(TASKS[1])] == ["begun"]
    code, said = runs.play()
    assert (code, said) == (1, "")
    assert results.read_bytes().startswith(kept)
    unknown, other = runs.rows  # by task
    assert other.error is None
    assert (unknown.error_kind, unknown.success) == ("site", None)
    summary = json.loads((results.parent / "summary.json").read_text(encoding="utf-8"))
    assert summary["episodes"] == 2
    assert (results.parent / "report.html").stat().st_size > 0
    # Asked to try again, the run resets the instance, after which nothing is unknown.
    before = fake.resets
    code, said = runs.play(0, "run.retry_errors=true")
    assert (code, said) == (0, "")
    assert fake.resets == before + 1
    mended, other = runs.rows
    assert (mended.error, mended.success, mended.contaminated) == (None, True, False)
    assert results.read_bytes().startswith(kept)


def test_what_another_mode_left_unfinished_is_reset_before_anything_is_done(
    fake: FakeInstance, tmp_path: Path
) -> None:
    runs = Runs(fake, tmp_path, "webarena.389", explore="readonly-search")
    # Three lines of the instance's log; then nothing is durable before the episode's end.
    code, _ = runs.play(7)
    assert code == -signal.SIGKILL
    assert len(fake.notes["gitlab"]) == 2
    assert runs.play() == (0, "")
    assert fake.resets == 2
    assert fake.notes == {"gitlab": (NOTE, NOTE)}
    (row,) = runs.rows
    assert (row.success, row.contaminated) == (True, False)
