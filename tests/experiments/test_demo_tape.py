"""The demonstration with a model: recorded, then played again without its server, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from clicking_model import clicking_model

import webpilot as wp
from webpilot.records.reading import load_run
from webpilot.records.rows import projection

ROOT = Path(__file__).resolve().parents[2]
LIMITS = (
    *("budget.episode.llm_calls=16", "budget.episode.rollouts=8", "budget.episode.seconds=null"),
    *("llm.price.in=2.5", "llm.price.out=10", "budget.run.usd=100"),
)
"""Few calls, so that some episodes end by themselves and others are stopped."""


def demo(runs: Path, name: str, url: str | None, *more: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENAI")}
    at = {} if url is None else {"OPENAI_BASE_URL": url}
    return subprocess.run(
        [
            *(sys.executable, "-m", "experiments.run", "+experiment=demo", "policy=llm"),
            *(f"run.root={runs}", f"run.name={name}", "env.referee=0", "env.screenshots=false"),
            *(*LIMITS, *more),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        env={**environment, **at},
    )


def files(runs: Path, name: str, kind: str) -> dict[str, bytes]:
    folder = runs / name / "episodes"
    return {path.parent.name: path.read_bytes() for path in sorted(folder.glob(f"*/{kind}"))}


def journal(runs: Path, name: str) -> list[dict[str, object]]:
    """What was done and charged, without times, restores, what was paid and how it was served."""
    loose = (
        *("at", "began", "seconds", "usd_paid", "taped", "measured"),
        # Nonces are those of the run, and may begin alike by chance.
        *("waited", "served", "fair", "shared_bytes"),
    )
    return [
        {key: value for key, value in event.items() if key not in loose}
        for episode in load_run(runs / name).episodes
        for event in episode.journal()
        if event["event"] != "restore"
    ]


@pytest.mark.timeout(420)
def test_the_demonstration_with_a_model_is_repeated_from_its_tape_alone(tmp_path: Path) -> None:
    with wp.ModelServer(clicking_model) as server:
        recorded = demo(tmp_path, "recorded", server.url)
        asked = len(server.bodies)
    assert recorded.returncode == 0, recorded.stderr
    # The server is gone; without a key or an address, nobody could be asked.
    replayed = demo(tmp_path, "replayed", None, "llm.tape.mode=replay")
    assert replayed.returncode == 0, replayed.stderr

    trees = [files(tmp_path, name, "tree.json") for name in ("recorded", "replayed")]
    assert len(trees[0]) == 10
    assert trees[0] == trees[1]
    first, second = (load_run(tmp_path / name) for name in ("recorded", "replayed"))
    assert projection(first.rows) == projection(second.rows)
    assert journal(tmp_path, "recorded") == journal(tmp_path, "replayed")
    assert first.summary["spent"] == second.summary["spent"]

    assert sum(row.llm_calls for row in first.rows) == asked > 100
    assert sum(row.measured.llm_calls_cached for row in second.rows) == asked
    assert sum(row.measured.usd_paid for row in first.rows) > 0
    assert [row.measured.usd_paid for row in second.rows] == [0] * 10
    stops = [row.stop_reason for row in first.rows]
    assert "budget" in stops
    assert set(stops) - {"budget"}
    assert [row.stop_reason for row in second.rows] == stops
    shown = json.loads((tmp_path / "replayed" / "summary.json").read_text(encoding="utf-8"))
    assert shown["measured"]["llm_calls_cached"] == asked


@pytest.mark.timeout(240)
def test_a_limit_of_the_run_ends_a_replay_after_the_same_episode(tmp_path: Path) -> None:
    told = ("budget.run.llm_calls=40",)
    with wp.ModelServer(clicking_model) as server:
        recorded = demo(tmp_path, "recorded", server.url, *told)
        asked = len(server.bodies)
    replayed = demo(tmp_path, "replayed", None, *told, "llm.tape.mode=replay")
    for done in (recorded, replayed):
        assert "the run stops here: budget.run.llm_calls is used up" in done.stdout
    first, second = (load_run(tmp_path / name).rows for name in ("recorded", "replayed"))
    assert projection(first) == projection(second)
    assert sum(row.llm_calls for row in first) == asked == 40
    assert 1 < len(first) < 10
    trees = [files(tmp_path, name, "tree.json") for name in ("recorded", "replayed")]
    assert len(trees[0]) == len(first)
    assert trees[0] == trees[1]
