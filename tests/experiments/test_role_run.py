"""A run whose roles ask models of their own, at several endpoints, through the real client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from form_model import form_model
from hydra import compose, initialize_config_dir

import webpilot as wp
from experiments.ceiling import ceiling
from experiments.configs import Settings, build, register
from webpilot.errors import ConfigError
from webpilot.llm.prices import Price
from webpilot.llm.store import TapeStore
from webpilot.records.reading import load_run
from webpilot.records.rows import projection

ROOT = Path(__file__).resolve().parents[2]
TASK = "miniwob.enter-text"
PURPOSES = {
    "webpilot": {
        "planner": {"describe", "plan", "refine"},
        "explorer": {"propose"},
        "appraiser": {"assess"},
        "controller": {"complete"},
    },
    "paper": {
        "planner": {"task_expectation", "describe_page", "plan", "refine"},
        "explorer": {
            *("next_action", "describe_change", "intent_check"),
            *("child_reflection", "sibling_reflection", "sim_reflection"),
        },
        "appraiser": {"evaluate", "stop_actions", "stop_reflection"},
        "controller": {"completeness", "describe_page"},
    },
}
"""What each role asks, if it asks on this page."""


def run(runs: Path, *overrides: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "experiments.run", "policy=llm", f"task={TASK}"),
            *(f"run.root={runs}", "env.referee=0", "env.screenshots=false", *overrides),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        env={**os.environ, "OPENAI_API_KEY": "sk-any"},
    )


def heard(server: wp.ModelServer) -> Counter[tuple[str, str]]:
    """Model and purpose of every question a server was asked."""
    return Counter(
        (body["model"], body["response_format"]["json_schema"]["name"]) for body in server.bodies
    )


@pytest.mark.parametrize("preset", ["webpilot", "paper"])
def test_each_roles_calls_arrive_at_its_endpoint_under_its_models_name(
    preset: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        shared, big, walk = (
            stack.enter_context(wp.ModelServer(form_model, models=models))
            for models in (["base", "judge"], ["big"], ["walk"])
        )
        told = (
            *(f"preset={preset}", "seed=3", "budget.episode.usd=50"),
            *("llm.model=base", f"llm.base_url={shared.url}", "llm.price={in: 1, out: 1}"),
            *("llm.roles.planner.model=big", f"llm.roles.planner.base_url={big.url}"),
            "llm.roles.planner.price={in: 100, out: 0}",
            f"llm.roles.explorer={{model: walk, base_url: {walk.url}, price: {{in: 0, out: 0}}}}",
            "llm.roles.appraiser={model: judge, price: {in: 10, out: 0}}",
        )
        done = run(tmp_path, *told, "run.name=roles")
        assert done.returncode == 0, done.stderr + done.stdout
        of_shared, of_big, of_walk = heard(shared), heard(big), heard(walk)
    (row,) = load_run(tmp_path / "roles").rows
    assert row.success, done.stdout
    assert row.model == "base, planner=big, explorer=walk, appraiser=judge"
    expected = PURPOSES[preset]
    assert {model for model, _ in of_big} == {"big"}
    assert {purpose for _, purpose in of_big} == expected["planner"]
    assert {model for model, _ in of_walk} == {"walk"}
    assert {purpose for _, purpose in of_walk} <= expected["explorer"]
    for model, role in (("judge", "appraiser"), ("base", "controller")):
        asked = {purpose for name, purpose in of_shared if name == model}
        assert asked
        assert asked <= expected[role]

    journal = load_run(tmp_path / "roles").episode(TASK, 3).journal()
    calls = [event for event in journal if event["event"] == "model call"]
    told_models = {(call["role"], call["model"]) for call in calls}
    assert told_models == {
        *(("planner", "big"), ("explorer", "walk"), ("appraiser", "judge")),
        ("controller", "base"),
    }
    price = {"planner": (100, 0), "explorer": (0, 0), "appraiser": (10, 0), "controller": (1, 1)}
    for call in calls:
        dollars_in, dollars_out = price[call["role"]]
        cost = (call["tokens_in"] * dollars_in + call["tokens_out"] * dollars_out) / 1e6
        assert call["usd"] == pytest.approx(cost, abs=1e-9)
    assert sum(call["usd"] for call in calls) == pytest.approx(row.usd, abs=1e-6)
    about = json.loads((tmp_path / "roles" / "summary.json").read_text(encoding="utf-8"))["run"]
    assert about["roles"]["planner"] == {
        "model": "big",
        "price": {"tokens_in": 100, "tokens_out": 0, "cached_in": 100},
    }
    said = " ".join(done.stdout.split())
    assert "is sent to 127.0.0.1 (model base, big, walk, judge)" in said

    with TapeStore(tmp_path / "tape.sqlite", readonly=True) as store:
        kept = Counter((each.question.model, each.question.purpose) for each in store.entries())
    assert kept == of_shared + of_big + of_walk

    replayed = run(tmp_path, *told, "run.name=again", "llm.tape.mode=replay")
    assert replayed.returncode == 0, replayed.stderr
    runs = [load_run(tmp_path / name).rows for name in ("roles", "again")]
    assert projection(runs[0]) == projection(runs[1])
    assert runs[1][0].measured.llm_calls_cached == runs[1][0].llm_calls > 0


def composed(*overrides: str) -> Settings:
    register()
    with initialize_config_dir(config_dir=str(ROOT / "conf"), version_base="1.3"):
        return build(compose("config", overrides=["policy=llm", f"task={TASK}", *overrides]))


def test_roles_are_one_override_each_and_any_setting_of_a_model_can_be_theirs() -> None:
    assert composed().policy.model.roles == {}
    model = composed(
        *("llm.roles.explorer=walk", "llm.roles.planner.model=big", "llm.price={in: 1, out: 2}"),
        *("+llm.roles.appraiser.temperature=0", "llm.roles.planner.price.in=3"),
        "llm.roles.planner.price.out=4",
    ).policy.model
    assert model.names == "gpt-4o, planner=big, explorer=walk, appraiser=gpt-4o"
    assert (model.roles["appraiser"].temperature, model.temperature) == (0, 0.3)
    assert model.roles["appraiser"].price == model.price
    assert (model.roles["planner"].price, model.roles["explorer"].price) == (
        Price(tokens_in=3, tokens_out=4, cached_in=3),
        None,
    )


def test_the_ceiling_takes_the_dearest_price_and_names_every_host() -> None:
    told = (
        *("llm.base_url=http://127.0.0.1:9/v1", "llm.price={in: 1, out: 10}"),
        "llm.roles.planner={model: big, base_url: 'http://big.example/v1', price: {in: 5, out: 2}}",
        *("budget.episode.tokens_in=1000000", "budget.episode.tokens_out=100000"),
    )
    bound, here, there = ceiling(composed(*told))
    assert "6 usd" in bound  # 1,000,000 tokens at $5 a million, 100,000 at $10
    assert here.endswith("sent to 127.0.0.1 (model gpt-4o)")
    assert there.endswith("sent to big.example (model big)")
    # What nobody knows the price of cannot be bounded.
    assert "usd" not in ceiling(composed(*told, "llm.roles.explorer=walk"))[0]


def test_a_missing_adapter_ends_the_run_before_anything_is_written_or_asked(
    tmp_path: Path,
) -> None:
    with wp.ModelServer(form_model, models=["base", "lora-a"]) as server:
        at = (f"llm.base_url={server.url}", "llm.model=base", "run.name=r")
        done = run(tmp_path, *at, "llm.roles.explorer=lora-b")
        assert server.bodies == []
        assert done.returncode == 2
        (line,) = done.stderr.strip().splitlines()
        assert line.startswith("error: 127.0.0.1:")
        assert "does not list 'lora-b': it lists base, lora-a" in line
        assert not (tmp_path / "r").exists()
        # The mend is what the line says, under the same name.
        assert run(tmp_path, *at, "llm.roles.explorer=lora-a").returncode == 0
        server.bodies.clear()
    # Played already: no endpoint is needed to show it again.
    again = run(tmp_path, *at, "llm.roles.explorer=lora-a")
    assert again.returncode == 0
    assert "already played" in again.stdout


def test_an_endpoint_that_is_gone_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    server = wp.ModelServer(form_model).start()
    server.close()
    done = run(tmp_path, f"llm.base_url={server.url}", "run.name=r")
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "could not be reached: check the base URL, and that the server runs" in line
    assert not (tmp_path / "r").exists()


def test_from_python_a_missing_adapter_is_an_error_before_a_browser_starts() -> None:
    with wp.ModelServer(form_model, models=["base"]) as server:
        llm = {"model": "base", "base_url": server.url, "roles": {"planner": "big"}}
        with pytest.raises(ConfigError, match="does not list 'big'"):
            wp.solve_sync(TASK, policy="llm", llm=llm)
        assert server.bodies == []


def test_from_python_a_model_of_one_s_own_hears_who_asks_and_for_which_model() -> None:
    llm = wp.ScriptedLLM(form_model)
    settings = wp.ModelSettings.of({"model": "base", "roles": {"planner": "big"}})
    assert settings.roles["planner"].model == "big"
    result = wp.solve_sync(TASK, seed=1, policy="llm", llm=llm)
    assert result.success
    asked = {(request.role, request.purpose) for request in llm.requests}
    assert asked == {
        (role, purpose) for role, all_ in PURPOSES["webpilot"].items() for purpose in all_
    }
