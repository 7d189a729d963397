"""The command a researcher types: what it writes, how it resumes, how it refuses and stops."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.endurance import MARKER, outliving
from experiments.referee import second_opinion
from webpilot.records.reading import load_run
from webpilot.records.rows import EpisodeRow, projection
from webpilot.records.writing import RunFolder

ROOT = Path(__file__).resolve().parents[2]
TWO_TASKS = ("task=[miniwob.enter-date,miniwob.click-collapsible-2]", "env.referee=0")


def command(runs: Path, *overrides: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "experiments.run",
        f"run.root={runs}",
        "env.screenshots=false",
        *overrides,
    ]


def run(runs: Path, *overrides: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(runs, *overrides), cwd=ROOT, capture_output=True, text=True, timeout=110
    )


def rows(folder: Path) -> list[EpisodeRow]:
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return [EpisodeRow.from_json(line) for line in lines]


def test_a_run_leaves_the_folder_it_promises_and_resumes_without_playing_again(
    tmp_path: Path,
) -> None:
    first = run(tmp_path, *TWO_TASKS, "run.name=two")
    assert first.returncode == 0, first.stderr
    folder = tmp_path / "two"
    for name in ("config.yaml", "results.jsonl", "summary.json", "report.html"):
        assert (folder / name).stat().st_size > 0
    for task in ("miniwob.enter-date", "miniwob.click-collapsible-2"):
        for name in ("journal.jsonl", "tree.json", "tree.html"):
            assert (folder / "episodes" / f"{task}.0" / name).stat().st_size > 0
    before = (folder / "results.jsonl").read_bytes()
    again = run(tmp_path, *TWO_TASKS, "run.name=two")
    assert again.returncode == 0, again.stderr
    assert (folder / "results.jsonl").read_bytes() == before
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert "no language model" in summary["run"]["label"]
    assert "no language model" in (folder / "report.html").read_text(encoding="utf-8")
    assert "no language model" in first.stdout
    assert len(load_run(folder).results) == 2


def test_two_processes_write_the_same_trees_and_the_same_results(tmp_path: Path) -> None:
    for name in ("a", "b"):
        done = run(tmp_path, *TWO_TASKS, f"run.name={name}")
        assert done.returncode == 0, done.stderr
    trees = [
        {path.parent.name: path.read_bytes() for path in (tmp_path / name).rglob("tree.json")}
        for name in ("a", "b")
    ]
    assert len(trees[0]) == 2
    assert trees[0] == trees[1]
    assert projection(rows(tmp_path / "a")) == projection(rows(tmp_path / "b"))


def test_another_configuration_in_the_same_folder_is_refused_by_its_differing_keys(
    tmp_path: Path,
) -> None:
    assert run(tmp_path, "task=miniwob.enter-date", "env.referee=0", "run.name=x").returncode == 0
    other = run(tmp_path, "task=miniwob.enter-date", "env.referee=0", "run.name=x", "seed=4")
    assert other.returncode == 2
    assert other.stderr.count("\n") == 1
    assert "seed" in other.stderr
    assert len(rows(tmp_path / "x")) == 1


@pytest.mark.parametrize(
    ("overrides", "mend"),
    [
        (("task=miniwob.clik-test",), "miniwob.click-test"),
        (("nosuch=1",), "--cfg job"),
        (("searcher=foo",), "greedy"),
        (("+experiment=nope",), "demo"),
        (("env.settle=soon",), "virtual:500"),
    ],
)
def test_bad_input_is_one_line_that_names_the_mend(
    tmp_path: Path, overrides: tuple[str, ...], mend: str
) -> None:
    done = run(tmp_path, *overrides)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert mend in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_missing_browser_is_one_line_that_names_make_setup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBPILOT_CHROMIUM", str(tmp_path / "nowhere"))
    done = run(tmp_path, "task=miniwob.enter-date")
    assert done.returncode == 2
    assert "make setup" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_interrupt_leaves_a_valid_run_and_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = uuid.uuid4().hex
    monkeypatch.setenv(MARKER, marker)
    overrides = ("+experiment=demo", "env.referee=0", "run.name=cut")
    started = subprocess.Popen(
        command(tmp_path, *overrides),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    results = tmp_path / "cut" / "results.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (results.exists() and results.stat().st_size):
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=40)
    assert started.returncode == 130, errors
    assert "Traceback" not in errors
    monkeypatch.delenv(MARKER)
    assert outliving(marker) == []
    done = rows(tmp_path / "cut")
    assert done
    assert json.loads((tmp_path / "cut" / "summary.json").read_text(encoding="utf-8"))
    assert (tmp_path / "cut" / "report.html").stat().st_size > 0


def test_a_run_out_of_budget_stops_and_resuming_pays_nothing_twice(tmp_path: Path) -> None:
    tight = (*TWO_TASKS, "run.name=tight", "budget.run.rollouts=1")
    first = run(tmp_path, *tight)
    assert first.returncode == 0, first.stderr
    assert "budget.run.rollouts" in first.stdout
    (only,) = rows(tmp_path / "tight")
    assert (only.rollouts, only.stop_reason) == (1, "budget")
    again = run(tmp_path, *tight)
    assert "budget.run.rollouts" in again.stdout
    assert len(rows(tmp_path / "tight")) == 1


def test_fresh_removes_a_run_and_nothing_else(tmp_path: Path) -> None:
    precious = tmp_path / "mine" / "precious.txt"
    precious.parent.mkdir()
    precious.write_text("kept", encoding="utf-8")
    refused = run(tmp_path, "task=miniwob.enter-date", "run.name=mine", "run.fresh=true")
    assert refused.returncode == 2
    assert precious.read_text(encoding="utf-8") == "kept"


def test_fresh_keeps_the_old_run_where_the_new_one_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("task=miniwob.enter-date", "env.referee=0", "run.name=old")
    assert run(tmp_path, *asked).returncode == 0
    monkeypatch.setenv("WEBPILOT_CHROMIUM", str(tmp_path / "nowhere"))
    assert run(tmp_path, *asked, "run.fresh=true").returncode == 2
    assert len(rows(tmp_path / "old")) == 1


def test_a_disagreement_with_browsergym_is_printed(tmp_path: Path) -> None:
    asked = ("task=miniwob.enter-date", "run.name=judged", "env.referee=0")
    assert run(tmp_path, *asked).returncode == 0
    file = tmp_path / "judged" / "results.jsonl"
    row = rows(tmp_path / "judged")[0]
    file.write_text(replace(row, reward=0.25).to_json() + "\n", encoding="utf-8")
    with RunFolder(tmp_path / "judged", config=(tmp_path / "judged/config.yaml").read_text()) as it:
        first = second_opinion(it, share=1.0, seed=0)
        again = second_opinion(it, share=1.0, seed=0)
    assert len(first) == 1
    assert "0.25 (raw" in first[0]
    assert again == first
