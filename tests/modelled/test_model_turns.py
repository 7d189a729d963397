"""What waits for its turn, and in which order, changes nothing that a search finds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from asked import SALT, asked
from grid_model import GridModel

from mcts.gridworld import GridWorld
from mcts.search import SearchRoles, Setting, search
from mcts.searchers import override, webpilot
from prompts.asking import Asker
from webpilot.adapters import VerifiedPolicy
from webpilot.budget import Budget
from webpilot.cast import webpilot_roles
from webpilot.llm.limiter import Limiter
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.protocol import LLM, ModelReply, ModelRequest
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.scheduling import SCHEDULERS
from webpilot.plan import Subtask
from webpilot.types import Task

TASK = Task(id="grid.maze", seed=0, goal="reach the goal", action_kinds=("click",))
CONFIG = override(webpilot(), max_depth=14, rollouts=40)


class Hesitant:
    """A scripted model whose answers take different numbers of turns of the loop."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self._chance = random.Random(0)

    async def complete(self, request: ModelRequest) -> ModelReply:
        for _ in range(self._chance.randrange(5)):
            await asyncio.sleep(0)
        return await self._llm.complete(request)

    async def aclose(self) -> None:
        await self._llm.aclose()


async def searched(llm: LLM) -> Mapping[str, object]:
    roles = webpilot_roles(Asker(llm=llm, model="scripted", salt=SALT), TASK)
    world = GridWorld()
    found = await search(
        world,
        SearchRoles(
            policy=VerifiedPolicy(roles.explorer, roles.verifier),
            appraiser=roles.appraiser,
            reflector=roles.explorer,
        ),
        Setting(goal=TASK.goal, subtask=Subtask(goal=TASK.goal), seed=(1,)),
        root=world.root(),
        config=CONFIG,
        budget=Budget(None),
    )
    return found.tree.to_dict()


def noisy(seed: int) -> GridModel:
    return GridModel(GridWorld().grid, noise=1.5, seed=seed)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("places", [1, 3])
def test_trees_are_the_same_with_and_without_a_scheduler_and_beside_other_episodes(
    scheduler: str, places: int
) -> None:
    async def together() -> list[Mapping[str, object]]:
        limiter = Limiter(places, SCHEDULERS[scheduler]())
        rng = random.Random(0)

        async def one(seed: int) -> Mapping[str, object]:
            llm = RetryingLLM(Hesitant(noisy(seed).llm), retries=0, limiter=limiter, rng=rng)
            return await searched(
                MeteredLLM(llm, Budget(), lambda *_: None, account=f"episode {seed}")
            )

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(seed)) for seed in range(4)]
        return [task.result() for task in tasks]

    alone = [asyncio.run(searched(noisy(seed).llm)) for seed in range(4)]
    assert asyncio.run(together()) == alone
    assert len({str(tree) for tree in alone}) > 1


def test_what_is_asked_of_a_trial_step_is_speculative_and_nothing_else_is() -> None:
    model = noisy(2)
    asyncio.run(searched(model.llm))
    told = SimpleNamespace(trial=0, real=0)
    for request in asked(model.llm, "assess"):
        trial = "a trial that can be left out" in request.messages[-1].content
        assert request.speculative == trial
        told.trial, told.real = told.trial + trial, told.real + (not trial)
    assert told.trial > 0
    assert told.real > 0
    assert not any(request.speculative for request in asked(model.llm, "propose"))
