"""The site roles, greedy, on small sites of ours: where they went and how they stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from mcts.protocols import HistoryStep, NodeContext
from tests.env.opened import Opened
from webpilot.observation import Observation
from webpilot.offline.sites import site_roles
from webpilot.plan import Subtask
from webpilot.roles import Roles
from webpilot.types import Action, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRun:
    """One greedy run."""

    actions: tuple[Action, ...]
    outcome: Outcome | None
    """How the policy stopped; ``None`` where it did not."""
    observation: Observation
    """The last page."""
    address: str

    @property
    def page(self) -> str:
        """File name of the last page, without what a form sent."""
        return self.address.rsplit("/", 1)[-1].split("?", 1)[0].split("#", 1)[0]

    @property
    def sent(self) -> str:
        """What the last form sent."""
        return self.address.partition("?")[2]


def visit(page: Opened, name: str, goal: str, *, limit: int = 14) -> SiteRun:
    """Follow the first proposal from a page on until the policy stops, or ``limit``."""
    roles: Roles = site_roles()
    root = page.open(name, width=1000, height=800)
    history: list[HistoryStep] = []
    addresses = [name]
    outcome: Outcome | None = None
    while len(history) <= limit:
        proposed = asyncio.run(roles.explorer.propose(at(goal, root, history, limit), 3))
        if not proposed:
            break
        move = proposed[0].move
        if not isinstance(move, Action):
            outcome = move
            break
        if move.kind == "go_back":  # a window's action; here there is only the page
            addresses.pop()
            error, seen = "", page.open(addresses[-1], width=1000, height=800)
        else:
            error = page.do(move)
            seen = page.look()
            here = page.js("location.pathname + location.search").lstrip("/")
            addresses += [here] if here != addresses[-1] else []
        history.append(HistoryStep(action=move, observation=seen))
        assert not error, f"{move.raw}: {error}"
    return SiteRun(
        actions=tuple(step.action for step in history),
        outcome=outcome,
        observation=history[-1].observation if history else root,
        address=page.js("location.href"),
    )


def at(goal: str, root: Observation, history: list[HistoryStep], limit: int) -> NodeContext:
    """Return the context of the node that the history leads to."""
    return NodeContext(
        goal=goal,
        subtask=Subtask(goal=goal),
        observation=history[-1].observation if history else root,
        root=root,
        history=tuple(history),
        remaining_actions=limit - len(history),
    )
