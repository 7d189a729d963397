"""Composed configuration and the presets in code are the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from experiments.configs import Settings, build, register
from mcts.searchers import override
from webpilot.errors import ConfigError
from webpilot.llm.settings import ModelSettings, TapeSettings
from webpilot.policies import PolicySettings
from webpilot.presets import PRESETS, SEARCHERS

CONF = Path(__file__).resolve().parents[2] / "conf"


@pytest.fixture(autouse=True)
def hydra() -> Iterator[None]:
    register()
    with initialize_config_dir(config_dir=str(CONF), version_base="1.3"):
        yield


def settings(*overrides: str) -> Settings:
    return build(compose("config", overrides=list(overrides)))


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_composed_is_the_preset_in_code(name: str) -> None:
    composed = settings(f"preset={name}")
    assert composed.preset == name
    assert composed.searcher == PRESETS[name].searcher
    assert composed.agent == PRESETS[name].agent
    assert composed.episode_limits == PRESETS[name].bounds("offline")
    kept = ModelSettings(tape=TapeSettings(mode="auto"))  # a run keeps a tape, wp.solve does not
    assert composed.policy == PolicySettings(prompts=PRESETS[name].prompts, model=kept)
    modelled = settings(f"preset={name}", "policy=llm")
    assert modelled.episode_limits == PRESETS[name].bounds("llm")


def test_the_searcher_alone_can_be_swapped() -> None:
    swapped = settings("searcher=greedy")
    assert (swapped.preset, swapped.searcher) == ("webpilot", "greedy")
    assert swapped.agent.search == SEARCHERS["greedy"]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("select", "uct"),
        ("reflect", "no_child_reflection"),
        ("reflect", "no_sibling_reflection"),
        ("evaluate", "no_simulation"),
        ("backup", "mean"),
    ],
)
def test_an_ablation_is_one_override(key: str, name: str) -> None:
    ablated = settings(f"searcher.{key}={name}").agent.search
    assert ablated == override(SEARCHERS["webpilot"], **{key: name})
    assert ablated != SEARCHERS["webpilot"]


def test_every_task_of_a_split_is_played_with_every_seed() -> None:
    train = settings("split=train", "seeds=2").episodes
    assert len(train) == 2 * 62
    assert {seed for _, seed in train} == {0, 1}
    parts = [settings(f"split={part}").episodes for part in ("tuning", "heldout")]
    assert [len(part) for part in parts] == [46, 16]
    assert len(settings("split=all").episodes) == 125


def test_the_demo_plays_the_ten_published_tasks() -> None:
    published = (CONF.parent / "docs" / "tuning.md").read_text(encoding="utf-8")
    block = published.split("    click-checkboxes", 1)[1].split("\n\n", 1)[0]
    names = {f"miniwob.{name}" for name in ("click-checkboxes " + block).split()}
    demo = settings("+experiment=demo", "seed=7").episodes
    assert {task.id for task, _ in demo} == names
    assert len(demo) == 10
    assert {seed for _, seed in demo} == {7}
    assert not any(task.held_out or task.split == "test" for task, _ in demo)


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        (("searcher.select=bar",), "goal_oriented"),
        (("searcher.branches=two",), "branches"),
        (("budget.episode.rollouts=-1",), "rollouts"),
        (("budget.episode.seconds=soon",), "seconds"),
        (("seeds=abc",), "seeds"),
        (("seed=-3",), "seed"),
        (("seeds=null",), "seeds"),
        (("seeds=[]",), "seeds"),
        (("task=5",), "task"),
        (("task=[]",), "task"),
        (("benchmark.name=nowhere",), "miniwob"),
        (("split=foo", "task=miniwob.enter-date"), "split"),
        (("env.settle=500",), "virtual:500"),
        (("env.backend=slow",), "fast, browsergym"),
        (("run.fresh=abc",), "run.fresh"),
        (("budget.episode=null",), "budget"),
        (("run_seed=x",), "run_seed"),
        (("env.referee=7",), "env.referee"),
        (("env.referee=abc",), "env.referee"),
        (("env.screenshots=maybe",), "env.screenshots"),
        (("+env.nosuch=1",), "env.nosuch"),
        (("+foo=1",), "foo"),
        (("preset.name=zzz",), "greedy"),
        (("run.name=../x",), "run.name"),
        (("searcher.branches=-1",), "searcher.branches"),
        (("searcher.branches=null",), "searcher.branches"),
        (("searcher.rollouts=2.5",), "searcher.rollouts"),
        (("searcher.calibration=[1]",), "searcher.calibration"),
        (("+budget.episode.nosuch=1",), "nosuch"),
        (("planner.retries=-1",), "planner.retries"),
        (("split=dev",), "split"),
        (("task=miniwob.clik-test",), "miniwob.click-test"),
        (("+llm.modle=x",), "it has model"),
        (("llm.tape.mode=rewind",), "llm.tape.mode"),
        (("llm.tape=5",), "llm.tape"),
        (("llm.price.in=-1",), "llm.price.in"),
        (("llm.price.in=1",), "llm.price.out"),
        (("+llm.price.per_call=1",), "llm.price"),
        (("llm.context=100",), "llm.context"),
        (("llm.retries=-1",), "llm.retries"),
        (("llm.scheduler=lifo",), "one of vtc, fcfs"),
        (("policy.samples=0",), "policy.samples"),
        (("policy.samples=many",), "policy.samples"),
        (("policy=llm", "llm.model=tiny", "budget.run.usd=5"), "llm.price.in="),
        (("policy=llm", "llm.model=tiny", "budget.episode.usd=5"), "llm.price.in="),
    ],
)
def test_bad_input_is_refused_with_the_key_or_the_mend(
    overrides: tuple[str, ...], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        settings(*overrides)


def test_a_seed_or_a_task_named_twice_is_played_once() -> None:
    twice = settings("seeds=[1,1]", "task=[miniwob.enter-date,enter-date]").episodes
    assert [(task.id, seed) for task, seed in twice] == [("miniwob.enter-date", 1)]
