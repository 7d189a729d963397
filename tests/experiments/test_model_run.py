"""A run with a language model: the real client, a scripted server on loopback, a real page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from form_model import form_model
from side_by_side import measured

import webpilot as wp
from webpilot.errors import ConfigError
from webpilot.records.reading import load_run

ROOT = Path(__file__).resolve().parents[2]
CANARY = "sk-canary-7f3b"


def run(runs: Path, server: wp.ModelServer, *overrides: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "experiments.run", "policy=llm", "task=miniwob.enter-text"),
            *(f"llm.base_url={server.url}", f"run.root={runs}", "env.referee=0"),
            *("env.screenshots=false", *overrides),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        env={**os.environ, "OPENAI_API_KEY": CANARY},
    )


@pytest.mark.parametrize("preset", ["paper", "webpilot", "greedy"])
def test_each_preset_solves_a_page_with_a_model_behind_the_real_client(
    preset: str, tmp_path: Path
) -> None:
    with wp.ModelServer(form_model) as server:
        done = run(tmp_path, server, f"preset={preset}", "seed=3", "run.name=m", "llm.model=tiny")
        assert done.returncode == 0, done.stderr
        (row,) = load_run(tmp_path / "m").rows
        assert row.success, done.stdout
        assert row.strict_success
        assert (row.policy, row.model, row.preset) == ("llm", "tiny", preset)
        assert row.llm_calls == len(server.bodies) > 0
        assert row.tokens_in > row.llm_calls
        assert {body["model"] for body in server.bodies} == {"tiny"}
    episode = load_run(tmp_path / "m").episode("miniwob.enter-text", 3)
    told = [event for event in episode.journal() if event["event"] == "model call"]
    assert len(told) == row.llm_calls
    assert sum(event["tokens_in"] for event in told) == row.tokens_in
    assert "at most 1 episode, " in done.stdout
    assert "the text of the pages is sent to 127.0.0.1 (model tiny)" in done.stdout
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or CANARY.encode() not in file.read_bytes(), file
    assert CANARY not in done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert f"{row.llm_calls} model calls, {row.tokens_in:,} tokens in" in said
    assert "dollars not counted" in said


def test_the_same_seed_and_the_same_answers_give_the_same_tree(tmp_path: Path) -> None:
    trees = []
    for name in ("a", "b"):
        with wp.ModelServer(form_model) as server:
            assert run(tmp_path, server, f"run.name={name}", "llm.tape.mode=off").returncode == 0
        folder = tmp_path / name / "episodes" / "miniwob.enter-text.0"
        trees.append((folder / "tree.json").read_bytes())
    assert trees[0] == trees[1]


def test_a_model_whose_answers_cannot_be_used_is_the_agent_s_failure(tmp_path: Path) -> None:
    with wp.ModelServer(lambda request: "certainly! here it is") as server:
        done = run(tmp_path, server, "run.name=prose")
        calls = Counter(body["response_format"]["json_schema"]["name"] for body in server.bodies)
    assert done.returncode == 0
    (row,) = load_run(tmp_path / "prose").rows
    assert (row.error_kind, row.success, row.stop_reason) == ("agent", False, "agent_error")
    assert calls == {"describe": 2}


def test_a_server_that_fails_is_no_failure_of_the_agent(tmp_path: Path) -> None:
    with wp.ModelServer(form_model, status=500) as server:
        done = run(tmp_path, server, "run.name=down", "llm.retries=1")
        assert len(server.bodies) == 2
    assert done.returncode == 1
    (row,) = load_run(tmp_path / "down").rows
    assert (row.error_kind, row.success) == ("llm", None)
    assert row.llm_calls == 2
    summary = json.loads((tmp_path / "down" / "summary.json").read_text(encoding="utf-8"))
    assert summary["errors"]["llm"] == 1


def test_a_limit_on_calls_ends_the_episode_with_what_it_has(tmp_path: Path) -> None:
    with wp.ModelServer(form_model) as server:
        done = run(tmp_path, server, "run.name=few", "budget.episode.llm_calls=4")
        assert len(server.bodies) == 4
    assert done.returncode == 0
    (row,) = load_run(tmp_path / "few").rows
    assert (row.stop_reason, row.llm_calls, row.error_kind) == ("budget", 4, None)
    assert row.success is False


def test_a_model_of_one_s_own_plays_from_python() -> None:
    llm = wp.ScriptedLLM(form_model)
    result = wp.solve_sync("miniwob.enter-text", seed=1, policy="llm", llm=llm)
    assert result.success
    assert result.row.llm_calls == len(llm.requests)
    assert "prompts of webpilot" in result.label


def test_site_hints_are_off_unless_asked_for_and_named_when_on() -> None:
    plain = wp.ScriptedLLM(form_model)
    wp.solve_sync("miniwob.enter-text", policy="llm", llm=plain)
    hinted = wp.ScriptedLLM(form_model)
    result = wp.solve_sync("miniwob.enter-text", policy="llm", llm=hinted, hints="miniwob")
    shown = [
        any("## Hints about this site" in str(request.messages) for request in llm.requests)
        for llm in (plain, hinted)
    ]
    assert shown == [False, True]
    assert "site hints of miniwob" in result.label


@pytest.mark.parametrize(
    ("settings", "mend"),
    [
        ({"policy": "llm"}, "OPENAI_API_KEY"),
        ({"policy": "llm", "llm": {"modle": "x"}}, "it has model"),
        ({"policy": "lmm"}, "choose one of offline, llm"),
        ({"policy": "llm", "llm": wp.ScriptedLLM({}), "hints": "nowhere"}, "or one of miniwob"),
        ({"plan": {"adjust": "never"}}, "not one of after_each_subtask"),
    ],
)
def test_bad_settings_of_a_model_are_refused_in_one_line(
    settings: dict[str, object], mend: str
) -> None:
    with pytest.raises(ConfigError, match=mend) as caught:
        wp.solve_sync("miniwob.enter-text", **settings)
    assert "\n" not in str(caught.value)


def test_webpilot_asks_three_times_a_node_at_most_and_shows_less_than_paper() -> None:
    nodes, calls, tokens, _, _ = measured("webpilot", range(1))
    paper_nodes, paper_calls, paper_tokens, _, _ = measured("paper", range(1))
    assert nodes == paper_nodes == 2
    assert calls <= 3 * nodes
    assert paper_calls == 13 + 7  # the second node was promoted and is the end
    assert tokens < paper_tokens
