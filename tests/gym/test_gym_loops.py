"""BrowserGym's own experiment loop runs on the warm browser without a change."""

from __future__ import annotations

import gzip
import json
import pickle  # noqa: TID251  # the loop's own format
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import browsergym.core.registration
import pytest
from browsergym.core.action.highlevel import HighLevelActionSet
from browsergym.core.env import BrowserEnv
from browsergym.experiments.agent import Agent
from browsergym.experiments.loop import AbstractAgentArgs, EnvArgs, ExpArgs
from browsergym.utils.obs import flatten_axtree_to_str

import env.gym
from env.miniwob.page import FOLDER
from env.server import PageServer, miniwob_folder


class Presser(Agent):
    """Presses the page's button."""

    def __init__(self) -> None:
        self.action_set = HighLevelActionSet(["miniwob_all"], multiaction=False)

    def obs_preprocessor(self, obs: dict[str, Any]) -> dict[str, Any]:
        return {**obs, "text": flatten_axtree_to_str(obs["axtree_object"])}

    def get_action(self, obs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        line = next(line for line in obs["text"].splitlines() if "button" in line)
        return f"click('{line.split(']')[0].strip()[1:]}')", {"think": "press it"}


@dataclass
class PresserArgs(AbstractAgentArgs):
    def make_agent(self) -> Agent:
        return Presser()


@pytest.mark.parametrize("settings", [{}, {"eager": False}], ids=["eager", "lazy"])
def test_the_loop_runs_an_episode_and_keeps_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    # Its tokenizer's table would be fetched from a public host.
    monkeypatch.setattr("browsergym.experiments.loop.count_tokens", len)
    with PageServer(miniwob_folder()) as pages, env.gym.substituted(**settings):
        monkeypatch.setenv("MINIWOB_URL", pages.url + FOLDER)
        experiment = ExpArgs(
            agent_args=PresserArgs(),
            env_args=EnvArgs(task_name="miniwob.click-test", task_seed=3, max_steps=5),
        )
        experiment.prepare(tmp_path)
        experiment.run()
    folder = Path(experiment.exp_dir)
    summary = json.loads((folder / "summary_info.json").read_text())
    assert (summary["err_msg"], summary["n_steps"], summary["cum_reward"]) == (None, 1, 1.0)
    assert (folder / "screenshot_step_1.png").exists()
    with gzip.open(folder / "step_1.pkl.gz") as file:
        step = pickle.load(file)  # noqa: S301
    assert step.terminated
    assert step.obs["dom_object"]["documents"]


def test_the_registry_makes_browsergyms_own_class_again_afterwards() -> None:
    with env.gym.substituted():
        assert browsergym.core.registration.BrowserEnv is env.gym.FastBrowserEnv
    assert browsergym.core.registration.BrowserEnv is BrowserEnv
