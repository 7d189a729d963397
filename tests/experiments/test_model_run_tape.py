"""A run that was recorded is played again without its model: nothing asked, nothing paid, equal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from form_model import form_model

import webpilot as wp
from webpilot.llm.faults import FAULTS, FaultServer
from webpilot.records.reading import load_run
from webpilot.records.rows import projection

ROOT = Path(__file__).resolve().parents[2]
CANARY = "sk-canary-7f3b"
TASK = "miniwob.enter-text"


def command(runs: Path, *overrides: str) -> list[str]:
    return [
        *(sys.executable, "-m", "experiments.run", "policy=llm", f"task={TASK}"),
        *(f"run.root={runs}", "env.referee=0", "env.screenshots=false", *overrides),
    ]


def environment(url: str | None) -> dict[str, str]:
    found = {**os.environ}
    return found if url is None else {**found, "OPENAI_BASE_URL": url, "OPENAI_API_KEY": CANARY}


def run(runs: Path, url: str | None, *overrides: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(runs, *overrides),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        env=environment(url),
    )


def tree(runs: Path, name: str, seed: int = 0) -> bytes:
    return (runs / name / "episodes" / f"{TASK}.{seed}" / "tree.json").read_bytes()


@pytest.mark.parametrize("preset", ["paper", "webpilot"])
def test_a_recorded_run_is_played_again_with_its_server_gone_and_without_a_key(
    preset: str, tmp_path: Path
) -> None:
    # The price is named, so that dollars are charged; two faults, so that attempts are charged.
    told = (f"preset={preset}", "llm.price.in=2.5", "llm.price.out=10", "budget.episode.usd=5")
    with FaultServer(form_model, [None, FAULTS["failing"], FAULTS["garbage"]]) as server:
        recorded = run(tmp_path, server.url, *told, "run.name=recorded")
        asked = server.requests
    assert recorded.returncode == 0, recorded.stderr
    replayed = run(tmp_path, None, *told, "run.name=replayed", "llm.tape.mode=replay")
    assert replayed.returncode == 0, replayed.stderr
    assert "nothing is sent to a model, nothing is paid" in replayed.stdout
    said = " ".join(replayed.stdout.split())
    assert f"{asked} of {asked} model calls were answered by" in said
    assert tree(tmp_path, "recorded") == tree(tmp_path, "replayed")
    first, second = (load_run(tmp_path / name) for name in ("recorded", "replayed"))
    assert projection(first.rows) == projection(second.rows)
    ((one,), (other,)) = first.rows, second.rows
    assert one.success
    assert one.llm_calls == asked > 4
    assert one.usd == other.usd > 0
    assert (one.measured.usd_paid, other.measured.usd_paid) == (one.usd, 0)
    assert (one.measured.llm_calls_cached, other.measured.llm_calls_cached) == (0, asked)
    assert other.measured.tokens_cached == other.tokens_in + other.tokens_out
    assert first.summary["spent"] == second.summary["spent"]
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or CANARY.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    "limit",
    [
        "budget.episode.llm_calls=5",
        "budget.episode.tokens_in=9000",
        "budget.run.tokens_out=4300",
        "budget.episode.usd=0.07",
    ],
)
def test_a_budget_stops_a_replay_where_it_stopped_the_run(limit: str, tmp_path: Path) -> None:
    told = (limit, "llm.price.in=2.5", "llm.price.out=10")
    with wp.ModelServer(form_model) as server:
        assert run(tmp_path, server.url, *told, "run.name=recorded").returncode == 0
        asked = len(server.bodies)
    assert run(tmp_path, None, *told, "run.name=replayed", "llm.tape.mode=replay").returncode == 0
    first, second = (load_run(tmp_path / name) for name in ("recorded", "replayed"))
    assert projection(first.rows) == projection(second.rows)
    assert tree(tmp_path, "recorded") == tree(tmp_path, "replayed")
    (row,) = first.rows
    assert (row.stop_reason, row.llm_calls) == ("budget", asked)
    assert asked > 0


def test_another_question_than_those_recorded_is_an_error_that_names_the_difference(
    tmp_path: Path,
) -> None:
    with wp.ModelServer(form_model) as server:
        assert run(tmp_path, server.url, "run.name=recorded").returncode == 0
    done = run(tmp_path, None, "run.name=x", "llm.tape.mode=replay", "llm.temperature=1.0")
    assert done.returncode == 1
    (row,) = load_run(tmp_path / "x").rows
    assert (row.error_kind, row.success, row.llm_calls) == ("llm", None, 1)
    assert row.error is not None
    assert "'describe' question" in row.error
    assert "it differs in temperature, 0.3 there, 1.0 here" in row.error


def test_another_seed_of_the_run_draws_answers_of_its_own(tmp_path: Path) -> None:
    asked = []
    for seed in (0, 0, 1):
        with wp.ModelServer(form_model) as server:
            name = f"run.name=r{len(asked)}"
            assert run(tmp_path, server.url, name, f"run_seed={seed}").returncode == 0
            asked.append(len(server.bodies))
    assert asked[0] == asked[2] > asked[1] == 0


def test_a_run_that_was_killed_asks_only_for_what_it_had_not_heard_yet(tmp_path: Path) -> None:
    killed = []

    def dying(request: object) -> object:
        if len(killed) < 1 and len(server.bodies) == 4:
            os.kill(process.pid, signal.SIGKILL)
            killed.append(1)
            time.sleep(0.5)
        return form_model(request)  # type: ignore[arg-type]

    with wp.ModelServer(dying) as server:  # type: ignore[arg-type]
        told = command(tmp_path, "run.name=killed")
        process = subprocess.Popen(
            told, cwd=ROOT, env=environment(server.url), stdout=subprocess.DEVNULL
        )
        assert process.wait(100) == -signal.SIGKILL
        assert run(tmp_path, server.url, "run.name=killed").returncode == 0
        asked = len(server.bodies)
    with wp.ModelServer(form_model) as server:
        told = ("run.name=whole", "llm.tape.mode=off")
        assert run(tmp_path, server.url, *told).returncode == 0
        whole = len(server.bodies)
    assert asked <= whole + 1  # the call that was under way is asked again, no other
    assert tree(tmp_path, "killed") == tree(tmp_path, "whole")
    runs = [load_run(tmp_path / name).rows for name in ("killed", "whole")]
    assert projection(runs[0]) == projection(runs[1])
    assert runs[0][0].measured.llm_calls_cached == 3


def test_a_tape_plays_from_python_and_equals_what_it_recorded(tmp_path: Path) -> None:
    from webpilot.llm.tape import TapeLLM

    path = tmp_path / "tape.sqlite"
    llm = wp.ScriptedLLM(form_model)
    first = wp.solve_sync(TASK, seed=1, policy="llm", llm=TapeLLM(llm, path, "record"))
    second = wp.solve_sync(TASK, seed=1, policy="llm", llm=TapeLLM(None, path, "replay"))
    assert first.success
    assert first.tree.to_dict() == second.tree.to_dict()
    assert projection([first.row]) == projection([second.row])
    assert second.row.measured.llm_calls_cached == len(llm.requests)


def test_settings_keep_a_tape_from_python_too_and_none_is_kept_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with wp.ModelServer(form_model) as server:
        settings = {"base_url": server.url, "model": "tiny"}
        wp.solve_sync(TASK, policy="llm", llm=settings)
        assert list(tmp_path.iterdir()) == []
        kept = {**settings, "tape": {"mode": "auto", "path": "kept.sqlite"}}
        wp.solve_sync(TASK, policy="llm", llm=kept)
        asked = len(server.bodies)
        again = wp.solve_sync(TASK, policy="llm", llm=kept)
        assert len(server.bodies) == asked
    assert again.row.llm_calls == again.row.measured.llm_calls_cached
    assert (tmp_path / "kept.sqlite").is_file()


def test_the_journal_tells_every_call_what_it_was_charged_and_what_was_paid(tmp_path: Path) -> None:
    told = ("run.name=j", "llm.price.in=2.5", "llm.price.out=10")
    with FaultServer(form_model, [FAULTS["failing"]]) as server:
        done = run(tmp_path, server.url, *told)
    assert done.returncode == 0, done.stderr
    found = load_run(tmp_path / "j")
    (row,) = found.rows
    journal = found.episode(TASK, 0).journal()
    calls = [event for event in journal if event["event"] == "model call"]
    (retry,) = [event for event in journal if event["event"] == "model retry"]
    assert retry["attempt"] == 1
    assert "answered 500" in retry["error"]
    assert retry["key"] == calls[0]["key"]
    for name in ("tokens_in", "tokens_out"):
        assert sum(call[name] for call in calls) == getattr(row, name)
    assert sum(call["attempts"] for call in calls) == row.llm_calls == len(calls) + 1
    assert sum(call["usd"] for call in calls) == pytest.approx(row.usd, abs=1e-6)
    assert all(call["reserved_in"] > call["tokens_in"] >= call["reported_in"] for call in calls)
    about = json.loads((tmp_path / "j" / "summary.json").read_text(encoding="utf-8"))["run"]
    assert about["price"] == {"tokens_in": 2.5, "tokens_out": 10, "cached_in": 2.5}
    assert " usd, " in " ".join(done.stdout.split()), done.stdout
