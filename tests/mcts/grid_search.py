"""One way to search a grid for all tests here; as a script it writes the golden trees anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mcts.config import SearchConfig
from mcts.gridroles import GridAppraiser, GridPolicy, GridReflector
from mcts.gridworld import Grid, GridWorld
from mcts.protocols import Appraiser, Policy, Reflector
from mcts.search import SearchResult, SearchRoles, Setting, search
from mcts.searchers import greedy, override, paper, webpilot
from webpilot.budget import Budget, Limits
from webpilot.plan import Subtask
from webpilot.types import Path as PagePath
from webpilot.types import Reflection

GOLDEN = Path(__file__).parents[1] / "golden"

CONFIGS = {
    "paper": override(paper(), max_depth=7, rollouts=24),
    "webpilot": override(webpilot(), max_depth=14, rollouts=40),
    "greedy": override(greedy(), max_depth=20),
}


@dataclass
class Run:
    """A finished search and everything around it."""

    result: SearchResult
    world: GridWorld
    budget: Budget
    events: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    @property
    def tree(self):
        return self.result.tree

    @property
    def stepped(self) -> list[str]:
        return [line.removeprefix("step ") for line in self.world.log if line.startswith("step")]

    @property
    def restored(self) -> list[str]:
        return [line.removeprefix("restore ") for line in self.world.log if "restore" in line]

    def named(self, event: str) -> list[Mapping[str, object]]:
        return [data for name, data in self.events if name == event]

    def child(self, *titles: str):
        """Return the node reached from the root through pages of these titles."""
        node = self.tree.root
        for title in titles:
            node = next(c for c in self.tree.children(node) if c.observation.title == title)
        return node


def run(
    config: SearchConfig,
    *,
    world: GridWorld | None = None,
    policy: Policy | None = None,
    appraiser: Appraiser | None = None,
    reflector: Reflector | None = None,
    limits: Limits | None = None,
    root: PagePath | None = None,
    remaining_actions: int | None = None,
    lesson: Reflection | None = None,
    noise: float = 0.0,
    seed: int = 1,
) -> Run:
    world = world or GridWorld()
    budget = Budget(limits)
    events: list[tuple[str, Mapping[str, object]]] = []
    roles = SearchRoles(
        policy=policy or GridPolicy(world.grid, noise=noise),
        appraiser=appraiser or GridAppraiser(world.grid, noise=noise),
        reflector=reflector or GridReflector(world.grid),
    )
    result = asyncio.run(
        search(
            world,
            roles,
            Setting(
                goal="reach the goal",
                subtask=Subtask(goal="reach the goal"),
                seed=(seed,),
                remaining_actions=remaining_actions,
                strategic_reflection=lesson,
            ),
            root=root or world.root(),
            config=config,
            budget=budget,
            on_event=lambda name, data: events.append((name, data)),
        )
    )
    return Run(result, world, budget, events)


def grid(text: str) -> Grid:
    return Grid(text.strip().replace(" ", ""))


def golden_text(name: str) -> str:
    done = run(CONFIGS[name], noise=1.5, seed=7)
    data = {"best": done.result.best, "stop_reason": done.result.stop_reason, **done.tree.to_dict()}
    return json.dumps(data, indent=1) + "\n"


if __name__ == "__main__":
    for each in CONFIGS:
        (GOLDEN / f"mcts_{each}.json").write_text(golden_text(each), encoding="utf-8")
