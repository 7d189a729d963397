"""How often greedy and search solve a maze with a model that errs at a set rate.

    python -m experiments.bench.noise --json noise.json
    python -m experiments.bench.noise --rates 0 0.2 0.4 --seeds 200 --erring explorer

The model is an oracle (:class:`webpilot.llm.oracle.NoisyOracleLLM`) behind the prompts of preset
``webpilot``; the maze is :data:`mcts.gridworld.MAZE`, nine steps long. An episode is solved where
the committed path ends on the goal and nobody gave the task up. Both methods may explore as many
steps. Intervals are Wilson's, 95 %; errors are the same for both methods only as far as they ask
the same questions.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from experiments.bench.tables import save, table
from mcts.gridworld import Grid, GridWorld
from mcts.searchers import override
from webpilot.agent import Agent, AgentConfig, AgentResult
from webpilot.budget import Budget, Limits
from webpilot.cast import LLMCast
from webpilot.grid_solution import GridSolution
from webpilot.llm.oracle import NoisyOracleLLM
from webpilot.llm.role_settings import ROLES
from webpilot.llm.settings import ModelSettings
from webpilot.observation import Observation
from webpilot.presets import PRESETS
from webpilot.records.statistics import wilson
from webpilot.roles import Cast, Stage
from webpilot.types import Action, Infeasible, Task

__all__ = ["Tried", "main", "tried", "walked"]

RATES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
METHODS = ("greedy", "webpilot")
ERRING: Mapping[str, tuple[str, ...]] = {
    "explorer": ("explorer",),
    "local": ("explorer", "appraiser"),
    "all": ROLES,
}
"""Which roles err, by the name of the choice."""
EXPLORED = 60
"""Steps that an episode may explore, with either method."""
DEPTH = 20
"""Steps a path may have: some twice as many as the shortest one."""
MAZE_TASK = Task(id="grid.maze", seed=0, goal="walk to the goal", action_kinds=("click",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One episode."""

    method: str
    erring: str
    rate: float
    seed: int
    solved: bool
    explored: int
    calls: int
    erred: int
    """Answers that were wrong."""
    stop_reason: str


class Walker:
    """A :class:`~webpilot.committing.Committer` that walks the grid."""

    def __init__(self, grid: Grid) -> None:
        self.committed: tuple[Action, ...] = ()
        self.place = grid.start
        self._grid = grid

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Walk; a wall stops nobody, it only stands there."""
        for action in actions:
            self.place = self._grid.move(self.place, str(action.args[0])) or self.place
        self.committed += tuple(actions)
        return self._grid.page(self.place)


async def walked(
    cast: Cast, stage: Stage, world: GridWorld, method: str, seed: int
) -> tuple[AgentResult, bool]:
    """Return how a preset's agent ended in a maze, and whether what it committed is the way.

    Args:
        cast: who plays.
        stage: its budget bounds the episode.
        world: the maze.
        method: key of :data:`webpilot.presets.PRESETS`.
        seed: of the agent's own random numbers.
    """
    preset = PRESETS[method]
    search = override(preset.agent.search, max_depth=DEPTH, rollouts=None)
    agent = Agent(
        task=stage.task,
        roles=cast.roles(stage),
        config=AgentConfig(search=search, plan=preset.agent.plan),
        budget=stage.budget,
        seed=(seed,),
        on_event=stage.on_event,
    )
    walker = Walker(world.grid)
    result = await agent.run(world.root().root, world, walker)
    arrived = world.grid.distance(walker.place) == 0
    return result, arrived and not isinstance(result.outcome, Infeasible)


async def tried(method: str, erring: str, rate: float, seed: int) -> Tried:
    """Return one episode of a preset with a model whose roles err at a rate."""
    world, budget = GridWorld(), Budget(Limits(explored_steps=EXPLORED))
    rates = dict.fromkeys(ERRING[erring], rate)
    llm = NoisyOracleLLM(GridSolution(world.grid), rates=rates, seed=seed)
    cast = LLMCast(llm=llm, settings=ModelSettings(model="oracle"), style="webpilot", salt=b"noise")
    stage = Stage(task=MAZE_TASK, budget=budget, on_event=lambda name, data: None)
    result, solved = await walked(cast, stage, world, method, seed)
    return Tried(
        method=method,
        erring=erring,
        rate=rate,
        seed=seed,
        solved=solved,
        explored=int(budget.spent("explored_steps")),
        calls=llm.answered.total(),
        erred=llm.erred.total(),
        stop_reason=result.stop_reason,
    )


async def _all(erring: Sequence[str], rates: Sequence[float], seeds: int) -> list[Tried]:
    return [
        await tried(method, who, rate, seed)
        for who in erring
        for rate in rates
        for method in METHODS
        for seed in range(seeds)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments.bench.noise")
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--erring", choices=ERRING, nargs="+", default=list(ERRING))
    parser.add_argument("--json", type=Path)
    told = parser.parse_args(arguments)
    rows = asyncio.run(_all(told.erring, told.rates, told.seeds))
    print(table(HEAD, [_line(group) for group in _groups(rows)]))
    save(
        told.json, {"groups": [_summed(group) for group in _groups(rows)]}, list(map(asdict, rows))
    )
    return 0


HEAD = ("erring", "rate", "method", "solved", "95 %", "explored", "calls", "wrong", "ended by")


def _groups(rows: Sequence[Tried]) -> list[list[Tried]]:
    groups: dict[tuple[str, float, str], list[Tried]] = {}
    for row in rows:
        groups.setdefault((row.erring, row.rate, row.method), []).append(row)
    return list(groups.values())


def _summed(group: Sequence[Tried]) -> dict[str, object]:
    """Return what the episodes of one cell of the table came to."""
    solved, count = sum(each.solved for each in group), len(group)
    calls = sum(each.calls for each in group)
    return {
        "erring": group[0].erring,
        "rate": group[0].rate,
        "method": group[0].method,
        "episodes": count,
        "solved": solved,
        "interval": list(wilson(solved, count)),
        "explored": sum(each.explored for each in group) / count,
        "calls": calls / count,
        "wrong": sum(each.erred for each in group) / calls,
        "ended_by": dict(Counter(each.stop_reason for each in group)),
    }


def _line(group: Sequence[Tried]) -> tuple[object, ...]:
    told = _summed(group)
    low, high = wilson(sum(each.solved for each in group), len(group))
    ends = Counter(each.stop_reason for each in group).most_common()
    return (
        *(group[0].erring, f"{group[0].rate:g}", group[0].method),
        f"{told['solved']}/{len(group)}",
        f"{low:.2f}-{high:.2f}",
        *(told["explored"], told["calls"], told["wrong"]),
        ", ".join(f"{name} {count}" for name, count in ends),
    )


if __name__ == "__main__":
    sys.exit(main())
