"""The paper's roles on a grid: a model that knows the way, a search, a whole task."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from paper_rig import Cast, cast, choice, run, shown

from mcts.gridworld import MOVES, Grid, GridWorld, Place
from mcts.protocols import Worlds
from mcts.search import SearchResult, SearchRoles, Setting, search
from mcts.searchers import override, paper
from planner import config as planning
from webpilot.adapters import VerifiedPolicy
from webpilot.agent import Agent, AgentConfig, AgentResult
from webpilot.budget import Budget
from webpilot.llm.protocol import ModelRequest
from webpilot.observation import Observation
from webpilot.plan import Subtask
from webpilot.types import Action, Path, Task

TASK = Task(id="grid.maze", seed=0, goal="reach the goal", benchmark="grid")


@dataclass
class GridModel:
    """A model that reads the place off the prompt and knows the way; a callable for ScriptedLLM.

    Every text it writes names the call and the place, so that a test can see where it ends up.
    """

    grid: Grid
    scores: Mapping[str, float] = field(default_factory=dict)
    """Both scores of a page, by the place's text; else by how near the goal is."""
    done: bool = True
    """Whether the stop test believes in the goal."""
    complete: list[bool] = field(default_factory=list)
    """What the Controller says, one a search; then it believes in the goal."""
    prefer: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Moves to try first at a place, walls included."""
    said: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Fields of answers, by purpose, that are other than usual."""

    def __call__(self, request: ModelRequest) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self, request.purpose)(shown(request))
        return {**answer, **self.said.get(request.purpose, {})}

    @staticmethod
    def places(text: str) -> list[Place]:
        """Return the places of the pages that a prompt shows."""
        found = re.findall(r"^at (\d+),(\d+)( with key)?\n\[up\]", text, re.MULTILINE)
        return [Place(int(row), int(column), bool(key)) for row, column, key in found]

    def place(self, text: str) -> Place:
        return next(reversed(self.places(text)), Place(-1, -1))

    def at_goal(self, text: str) -> bool:
        return self.grid.distance(self.place(text)) == 0

    # Planner ---------------------------------------------------------------------------------
    def task_expectation(self, text: str) -> dict[str, Any]:
        return {
            "reasoning": "a walk",
            "target_page_description": "the goal's place",
            "need_answer": False,
            "answer_requirements": "",
        }

    def answer_phrase(self, text: str) -> dict[str, Any]:
        return {"info_needed": "the place", "info_requirements": "brief"}

    def describe_page(self, text: str) -> dict[str, Any]:
        return {
            "overall_description": f"a maze, {self.place(text).text}",
            "top_side_bars": "none",
            "main_body": "four buttons",
            "interactable_elements": "the buttons",
            "task_specific_elements_status": "on the way",
        }

    def plan(self, text: str) -> dict[str, Any]:
        return {"plan": [{"subtask": "reach the goal", "target_page_description": "the goal"}]}

    def refine(self, text: str) -> dict[str, Any]:
        return {"reasoning": "done", "plan": []}

    # Explorer --------------------------------------------------------------------------------
    def _move(self, text: str) -> dict[str, Any]:
        place = self.place(text)
        tried = "".join(re.findall(r"## (?:Tried|Just tried)(.*?)</page", text, re.DOTALL))
        past = text.partition("## Actions so far")[2].partition("</page")[0]
        steps = re.findall(r"^\d+\. click\('(\w+)'\)", past, re.MULTILINE)
        known = [*re.findall(r"click\('(\w+)'\)", tried), *steps[-1:]]
        ways = {name: self.grid.move(place, name) for name in MOVES}
        far = {name: self.grid.distance(after) for name, after in ways.items() if after is not None}
        ranked = sorted(far, key=lambda name: 99 if (left := far[name]) is None else left)
        ranked = [*self.prefer.get(place.text, ()), *ranked]
        best = next((name for name in ranked if name not in known), ranked[0])
        return choice(
            action_intent=f"go {best} from {place.text}",
            element_info=f"button '{best}'",
            action_str=best,
        )

    next_action = next_action_with_siblings = re_generate = _move

    def describe_change(self, text: str) -> dict[str, Any]:
        return {"description": f"now {self.place(text).text}", "changes": "moved"}

    def intent_check(self, text: str) -> dict[str, Any]:
        return {"action_intent_fulfillment": "met"}

    def child_reflection(self, text: str) -> dict[str, Any]:
        return {"node_reflection_for_child": f"R_c of {self.place(text).text};"}

    def sibling_reflection(self, text: str) -> dict[str, Any]:
        return {
            "expectation": True,
            "action_intent_appropriate": True,
            "node_reflection_for_sib": f"R_s of {self.place(text).text};",
        }

    def sim_reflection(self, text: str) -> dict[str, Any]:
        return {"sim_reflection": f"R_sim of {self.place(text).text};"}

    # Appraiser -------------------------------------------------------------------------------
    def evaluate(self, text: str) -> dict[str, Any]:
        place = self.place(text)
        far = self.grid.distance(place)
        near = 0.0 if far is None else 10.0 * (1 - far / self.grid.farthest)
        score = self.scores.get(place.text, near)
        return {
            "reasoning_process": f"thoughts on {place.text};",
            "executed_action_effectiveness": "some",
            "executed_action_score": score,
            "future_promise": "some",
            "future_promise_score": score,
        }

    def stop_observation(self, text: str) -> dict[str, Any]:
        return {
            "reasoning_of_observation": f"C_t of {self.place(text).text};",
            "observation_meets_criteria": self.done and self.at_goal(text),
        }

    def stop_actions(self, text: str) -> dict[str, Any]:
        return {"reasoning_of_actions": "as listed", "necessary_actions_executed": False}

    def stop_reflection(self, text: str) -> dict[str, Any]:
        return {
            "reasoning_of_reflection": "nothing new",
            "reflection_suggests_further_actions": False,
        }

    # Controller, Verifier, Extractor ---------------------------------------------------------
    def completeness(self, text: str) -> dict[str, Any]:
        done = self.complete.pop(0) if self.complete else self.at_goal(text)
        return {
            "observation_analysis": f"{self.place(text).text}",
            "task_completeness": "there" if done else "not there",
            "complete_flag": done,
        }

    def sub_reflection(self, text: str) -> dict[str, Any]:
        return {"fail_reason": "lost", "task_reflection": "R_sub of the attempt;"}

    def execution_reflection(self, text: str) -> dict[str, Any]:
        return {"execution_reflection": f"a wall at {self.place(text).text};"}

    def extract(self, text: str) -> dict[str, Any]:
        return {"reasoning_of_answer": "it stands there", "stop_flag": True, "answer": "42"}


@dataclass
class Searched:
    """A finished search on a grid, by the paper's roles."""

    cast: Cast
    result: SearchResult
    world: GridWorld

    @property
    def stepped(self) -> list[str]:
        lines = [line for line in self.world.log if line.startswith("step")]
        return [line.rpartition(" ")[2] for line in lines]


def searched(model: GridModel, *, subtask: Subtask | None = None, **changes: Any) -> Searched:
    """Search the grid with the published searcher."""
    world, made = GridWorld(model.grid), cast(model, task=TASK)
    result = search_with(made, world, world.root(), subtask=subtask, **changes)
    return Searched(made, result, world)


def search_with(
    made: Cast, worlds: Worlds, root: Path, *, subtask: Subtask | None = None, **changes: Any
) -> SearchResult:
    """Search any world with the published searcher."""
    found: SearchResult = run(
        search(
            worlds,
            SearchRoles(
                policy=VerifiedPolicy(made.roles.explorer, made.roles.verifier),
                appraiser=made.roles.appraiser,
                reflector=made.roles.explorer,
            ),
            Setting(
                goal=TASK.goal,
                subtask=subtask or Subtask(goal=TASK.goal, expectation="the goal"),
                seed=(1,),
            ),
            root=root,
            config=override(paper(), **changes),
            budget=Budget(),
        )
    )
    return found


@dataclass
class Ledger:
    """A committer that executes nothing."""

    committed: tuple[Action, ...] = ()
    calls: list[Sequence[Action]] = field(default_factory=list)

    async def commit(self, actions: Sequence[Action]) -> Observation:
        self.calls.append(actions)
        self.committed += tuple(actions)
        return GridWorld().root().root


@dataclass
class Played:
    cast: Cast
    agent: Agent
    result: AgentResult


def played(model: GridModel, **changes: Any) -> Played:
    """Play a whole task with the published search and plan."""
    world, made = GridWorld(model.grid), cast(model, task=TASK)
    agent = Agent(
        task=TASK,
        roles=made.roles,
        config=AgentConfig(search=paper(), plan=planning.override(planning.paper(), **changes)),
        budget=Budget(),
        seed=(0,),
        on_event=lambda name, data: None,
    )
    return Played(made, agent, run(agent.run(world.root().root, world, Ledger())))
