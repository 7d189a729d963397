"""The offline policy playing greedily on one of our pages in a real browser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from mcts.protocols import HistoryStep, NodeContext
from tests.env.opened import Opened
from tests.offline.page_runs import SCALE
from webpilot.offline import offline_roles
from webpilot.plan import Subtask
from webpilot.types import Action


@dataclass
class Game:
    """What was done, and what the roles made of the end."""

    actions: list[str] = field(default_factory=list)
    complete: bool = False
    effectiveness: float = 0.0
    promise: float = 0.0


def greedy(page: Opened, name: str, goal: str, limit: int = 10, until: str = "false") -> Game:
    """Play ``goal`` on the page until the policy stops, the page says ``until``, or the limit."""
    roles, game = offline_roles(), Game()
    root = replace(page.open(name), scale=SCALE)
    history: list[HistoryStep] = []

    def context() -> NodeContext:
        return NodeContext(
            goal=goal,
            subtask=Subtask(goal=goal),
            observation=history[-1].observation if history else root,
            root=root,
            history=tuple(history),
            remaining_actions=limit - len(history),
        )

    for _ in range(limit):
        candidates = asyncio.run(roles.explorer.propose(context(), 3))
        if not candidates or not isinstance(candidates[0].move, Action):
            break
        action = candidates[0].move
        error = page.do(action, scale=SCALE)
        seen = replace(page.look(), scale=SCALE, last_error=error)
        history.append(HistoryStep(action=action, observation=seen))
        game.actions.append(f"{action.raw} [{candidates[0].reason}] {error}")
        if page.js(until):
            break
    game.complete = asyncio.run(roles.appraiser.completed(context())).done
    scores = asyncio.run(roles.appraiser.appraise(context()))
    game.effectiveness = scores.effectiveness or 0.0
    game.promise = scores.future_promise or 0.0
    return game
