"""The offline policy, greedy, on a page of ours: what it did and what the page made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mcts.protocols import HistoryStep, NodeContext
from tests.env.opened import Opened, opened
from webpilot.observation import Observation
from webpilot.offline.assessment import Judge
from webpilot.offline.explorer import OfflineExplorer
from webpilot.offline.skills import SKILLS
from webpilot.plan import Subtask
from webpilot.types import Action

SCALE = 1.5
"""As on MiniWoB++: coordinates of actions are CSS pixels times this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One greedy run."""

    actions: tuple[Action, ...]
    stopped: bool
    """The policy said that all it was asked for holds."""
    result: str
    """What the page wrote down."""

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(action.kind for action in self.actions)


@dataclass
class Runner:
    page: Opened

    def run(self, name: str, goal: str, *, limit: int = 10, until: str = "") -> Run:
        """Follow the first proposal until the policy stops, ``until`` holds, or ``limit``."""
        explorer = OfflineExplorer(Judge(SKILLS))
        seen = replace(self.page.open(name), scale=SCALE)
        root, history, stopped = seen, list[HistoryStep](), False
        while len(history) < limit:
            context = _context(goal, root, seen, history, limit)
            proposed = asyncio.run(explorer.propose(context, 3))
            if not proposed or not isinstance(proposed[0].move, Action):
                stopped = bool(proposed)
                break
            action = proposed[0].move
            error = self.page.do(action, scale=SCALE)
            seen = replace(self.page.look(), scale=SCALE, last_error=error)
            history.append(HistoryStep(action=action, observation=seen))
            if until and self.page.js(until):
                break
        actions = tuple(step.action for step in history)
        result = self.page.js("document.body.dataset.result ?? ''")
        return Run(actions=actions, stopped=stopped, result=result)


def _context(
    goal: str, root: Observation, seen: Observation, history: list[HistoryStep], limit: int
) -> NodeContext:
    return NodeContext(
        goal=goal,
        subtask=Subtask(goal=goal),
        observation=seen,
        root=root,
        history=tuple(history),
        remaining_actions=limit - len(history),
    )


@contextmanager
def runner() -> Iterator[Runner]:
    with opened() as page:
        yield Runner(page)
