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
from webpilot.once import steps_file
from webpilot.records.rows import EpisodeRow, latest

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
            reset = own.resets
            code, said = runs.play()
            steps = runs.steps("webarena.389")
            begun = Counter((each["path"], each["action"]) for each in steps if _is(each, "begun"))
            assert set(begun.values()) == {1}  # nothing was begun twice
            assert runs.posts <= 2  # of the three steps two post
            assert own.resets <= max(1, reset)  # what was done is not undone behind its back
            (row,) = runs.rows
            assert row.error_kind in (None, "site")
            if row.error_kind is None:
                assert (code, said) == (0, "")
                assert (row.success, runs.posts) == (True, 2)
                ends["done"] += 1
                continue
            unknown = [each for each in begun if (*each, "done") not in _keys(steps)]
            assert len(unknown) == 1
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
