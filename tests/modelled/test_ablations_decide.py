"""Each ablation of the grid takes something out that a model's answers make a difference by."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asked import LESSON, VERDICT, asker, planned, proposed, revised, section
from grid_model import GridModel
from hydra import compose, initialize_config_dir
from site_world import Ledger

from experiments.ablations import ABLATIONS, decisions
from experiments.configs import build, register
from mcts.gridworld import GridWorld
from webpilot.agent import Agent, AgentConfig
from webpilot.budget import Budget
from webpilot.cast import webpilot_roles
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scripted import Answer
from webpilot.types import Task

CONF = Path(__file__).resolve().parents[2] / "conf"
MAZE = Task(id="grid.maze", seed=0, goal="reach the goal", action_kinds=("click",))
NOT_YET = {**VERDICT, "done": False, "missing": "the door is shut"}
SIZE = ("searcher.max_depth=14", "searcher.rollouts=40")


def config(*experiments: str) -> AgentConfig:
    register()
    with initialize_config_dir(config_dir=str(CONF), version_base="1.3"):
        chosen = [f"+experiment=[{','.join(experiments)}]"] if experiments else []
        return build(compose("config", overrides=[*chosen, *SIZE])).agent


class Needy(GridModel):
    """Goes wrong after the first step unless there is advice for the page."""

    def _propose(self, request: ModelRequest) -> Answer:
        first = "click" not in section(request, "Actions so far")
        if first or section(request, "Advice for this page"):
            return super()._propose(request)
        return proposed(("click('left')", 0.6), ("click('up')", 0.4))


@dataclass
class Outcome:
    """What one agent decided."""

    subtasks: list[tuple[str, int]]
    actions: int
    trees: list[Any]


def decided(agent_config: AgentConfig, model: GridModel, world: GridWorld) -> Outcome:
    agent = Agent(
        task=MAZE,
        roles=webpilot_roles(asker(model.llm), MAZE),
        config=agent_config,
        budget=Budget(),
        seed=(0,),
        on_event=lambda name, data: None,
    )
    result = asyncio.run(agent.run(world.root().root, world, Ledger()))
    attempts = [
        {"subtask": each.subtask.goal, "attempt": each.attempt, "chosen": [each.chosen]}
        | each.tree.to_dict()
        for each in agent.attempts
    ]
    return Outcome(
        subtasks=[(each.subtask.goal, each.attempt) for each in agent.attempts],
        actions=len(result.actions),
        trees=decisions({"attempts": attempts}),
    )


def both(
    ablation: str, kind: Callable[..., GridModel] = GridModel, **settings: Any
) -> tuple[Outcome, Outcome]:
    """What the full method and the ablated one decide, asked of equal models in equal worlds."""

    def one(agent_config: AgentConfig) -> Outcome:
        world = GridWorld()
        return decided(agent_config, kind(world.grid, **settings), world)

    return one(config()), one(config(ablation))


def test_without_a_planner_the_model_s_plan_is_not_followed() -> None:
    says = {"plan": planned("fetch the key", "walk through the door")}
    full, ablated = both("no_planner", says=says)
    assert [goal for goal, _ in full.subtasks] == ["fetch the key", "walk through the door"]
    assert ablated.subtasks == [(MAZE.goal, 0)]


def test_without_task_adjustment_a_failure_changes_no_plan() -> None:
    says = {"complete": [NOT_YET], "refine": [revised("change", "fetch the key")]}
    full, ablated = both("no_task_adjustment", says=says)
    assert full.subtasks == [(MAZE.goal, 0), ("fetch the key", 1)]
    assert ablated.subtasks == [(MAZE.goal, 0), (MAZE.goal, 1)]


def test_without_a_controller_no_attempt_is_repeated() -> None:
    says = {"complete": [NOT_YET], "reflect_attempt": LESSON}
    full, ablated = both("no_controller", says=says)
    assert full.subtasks == [(MAZE.goal, 0), (MAZE.goal, 1)]
    assert ablated.subtasks == [(MAZE.goal, 0)]


def test_without_child_reflections_a_model_that_needs_advice_goes_wrong() -> None:
    full, ablated = both("no_child_reflection", kind=Needy)
    assert full.trees != ablated.trees


@pytest.mark.parametrize(
    "ablation", ["no_sibling_reflection", "uct_selection", "no_simulation", "mean_backup"]
)
def test_without_a_part_of_the_search_other_nodes_are_tried(ablation: str) -> None:
    full, ablated = both(ablation, noise=2.0, seed=3)
    assert full.trees != ablated.trees
    again, _ = both(ablation, noise=2.0, seed=3)
    assert again.trees == full.trees


def test_every_ablation_of_the_grid_is_one_file_and_decides_something_here() -> None:
    files = {path.stem for path in (CONF / "experiment").glob("*.yaml")}
    assert set(ABLATIONS) <= files
    assert len({str(config(name)) for name in ABLATIONS} | {str(config())}) == 1 + len(ABLATIONS)
