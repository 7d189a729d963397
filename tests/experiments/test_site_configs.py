"""Configuration of the benchmarks on sites: what a run composes is what code plays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hydra import compose, initialize_config_dir

from env.benchmarks import BENCHMARKS, find
from env.sites.exploring import EXPLORING, REPLICA
from experiments.configs import Settings, build, register
from webpilot.errors import ConfigError

CONF = Path(__file__).resolve().parents[2] / "conf"
SITES = ("localweb", "webarena", "webarena_verified")


@pytest.fixture(autouse=True)
def hydra() -> Iterator[None]:
    register()
    with initialize_config_dir(config_dir=str(CONF), version_base="1.3"):
        yield


def settings(*overrides: str) -> Settings:
    return build(compose("config", overrides=["benchmark=localweb", *overrides]))


@pytest.mark.parametrize("name", SITES)
def test_a_benchmarks_file_says_what_its_code_says(name: str) -> None:
    told = yaml.safe_load((CONF / "benchmark" / f"{name}.yaml").read_text())
    code = BENCHMARKS[name]
    assert told["benchmark"]["name"] == name
    assert told["benchmark"]["explore"] in EXPLORING
    assert told["split"] in code.splits
    assert told["env"]["settle"] == code.settle
    assert told["budget"]["episode"] == dict(code.budget)
    assert told["searcher"] == dict(code.search)


def test_a_run_on_sites_is_composed_on_top_of_any_preset() -> None:
    composed = settings("preset=greedy")
    assert composed.searcher == "greedy"
    assert composed.episode_limits.committed_steps == 30
    assert composed.agent.search.max_depth == 30
    assert composed.playing.settle == "quiet"
    assert composed.playing.explore == REPLICA
    assert {task.split for task, _ in composed.episodes} == {"open"}


def test_tasks_are_chosen_by_site_and_by_template() -> None:
    shop = settings("benchmark.sites=[shopping]", "split=all").episodes
    assert shop
    assert {task.groups["site"] for task, _ in shop} == {"shopping"}
    both = settings("benchmark.sites=[reddit,wikipedia]", "split=all").episodes
    assert {task.groups["site"] for task, _ in both} == {"reddit", "wikipedia", "reddit+wikipedia"}
    one = settings("benchmark.templates=[306]", "split=all").episodes
    assert {task.groups["template"] for task, _ in one} == {"306"}


def test_a_task_is_found_by_the_name_of_its_benchmark() -> None:
    assert find("localweb.1000")[0] == "localweb"
    assert find("miniwob.click-test")[0] == find("click-test")[0] == "miniwob"
    with pytest.raises(ConfigError, match=r"did you mean localweb\.10"):
        find("localweb.100")


@pytest.mark.parametrize(
    ("overrides", "mend"),
    [
        (("benchmark.explore=boldly",), "replica-search"),
        (("benchmark.accept_dirty=maybe",), "true or false"),
        (("split=train",), "open, heldout"),
        (("benchmark.sites=shopping",), r"\[shopping\]"),
        (("benchmark.sites=[casino]",), "no task"),
        (("task=localweb.9",), r"did you mean|no task"),
    ],
)
def test_a_bad_setting_is_named_with_its_mend(overrides: tuple[str, ...], mend: str) -> None:
    with pytest.raises(ConfigError, match=mend) as caught:
        settings(*overrides)
    assert "\n" not in str(caught.value)
