"""A whole episode with a real model: command, browser, budget, record and tape."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from questions import COUNTS, LONGEST, count

from webpilot.llm.local import LocalServer
from webpilot.records.reading import EpisodeRecord, load_run
from webpilot.records.rows import projection

ROOT = Path(__file__).resolve().parents[2]
PAGE = "miniwob.enter-text"
CALLS = 4
"""Bound on the episode: description, plan, proposals and one assessment, or repairs of these."""


def run(runs: Path, name: str, url: str, mode: str) -> tuple[Any, EpisodeRecord, str]:
    """Return row, record and what was printed of one episode, played by the run's own command."""
    command = [
        *(sys.executable, "-m", "experiments.run", "policy=llm", f"task={PAGE}", "seed=0"),
        *(f"run.root={runs}", f"run.name={name}", "env.referee=0", "env.screenshots=false"),
        *(f"llm.base_url={url}", "llm.model=smollm2-135m", "llm.temperature=0.0"),
        *(f"llm.max_tokens={LONGEST}", "llm.context=8192", "llm.retries=0", "llm.timeout_s=120"),
        *(f"llm.tape.mode={mode}", f"budget.episode.llm_calls={CALLS}"),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=280, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    (row,) = load_run(runs / name).rows
    return row, load_run(runs / name).episode(PAGE, 0), done.stdout


def test_an_episode_ends_in_a_verdict_or_the_agent_s_failure_and_plays_again_from_its_tape(
    server: LocalServer, tmp_path: Path
) -> None:
    row, episode, said = run(tmp_path, "live", server.url, "record")

    assert row.model == server.name
    assert row.error_kind in (None, "agent")
    assert row.success is not None
    assert row.stop_reason in ("done", "infeasible", "exhausted", "budget", "limit", "agent_error")
    calls = [event for event in episode.journal() if event["event"] == "model call"]
    assert calls[0]["purpose"] == "describe"
    assert 2 <= len(calls) == row.llm_calls <= CALLS
    assert sum(call["tokens_in"] for call in calls) == row.tokens_in
    assert sum(call["tokens_out"] for call in calls) == row.tokens_out <= CALLS * LONGEST
    assert all(call["reported_in"] and call["reported_out"] for call in calls)
    assert all(call["model"] == server.name for call in calls)
    assert f"(model {server.name})" in said

    nowhere = "http://127.0.0.1:9/v1"
    again, replayed, _ = run(tmp_path, "again", nowhere, "replay")
    assert projection([again]) == projection([row])
    assert replayed.tree.to_dict() == episode.tree.to_dict()
    assert again.measured.llm_calls_cached == row.llm_calls

    COUNTS["episode"] = count(
        calls,
        tmp_path / "tape.sqlite",
        failed=(row.error or "").startswith("FormatError"),
        unfinished=row.stop_reason == "budget",
    )
