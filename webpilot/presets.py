"""Presets: the whole method under one name. ``conf/`` is a diff on them.

``paper`` is the published method as far as public sources show it, ``webpilot`` goes beyond it,
``greedy`` is ``webpilot`` without search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mcts.config import SearchConfig
from mcts.searchers import greedy, paper, webpilot
from planner.progress import PlanLimits
from webpilot.agent import AgentConfig
from webpilot.budget import Limits
from webpilot.errors import ConfigError
from webpilot.offline import offline_roles
from webpilot.roles import Roles

T = TypeVar("T")

__all__ = ["POLICIES", "PRESETS", "SEARCHERS", "Preset", "named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A method: how it searches, how it plans, and what an episode may spend by default."""

    name: str
    searcher: str
    """Key of :data:`SEARCHERS`."""
    plan: PlanLimits = PlanLimits()
    limits: Limits = Limits()

    @property
    def agent(self) -> AgentConfig:
        """What the agent is built from."""
        return AgentConfig(search=SEARCHERS[self.searcher], plan=self.plan)


EPISODE = Limits(rollouts=24, explored_steps=60, committed_steps=10, seconds=120)
"""Default bounds of one MiniWoB++ episode; the ten committed steps are BrowserGym's."""

SEARCHERS: Mapping[str, SearchConfig] = {
    "paper": paper(),
    "webpilot": webpilot(),
    "greedy": greedy(),
}

PRESETS: Mapping[str, Preset] = {
    "paper": Preset(
        name="paper",
        searcher="paper",
        limits=Limits(rollouts=30, explored_steps=60, committed_steps=10, seconds=240),
    ),
    "webpilot": Preset(name="webpilot", searcher="webpilot", limits=EPISODE),
    "greedy": Preset(name="greedy", searcher="greedy", limits=EPISODE),
}

POLICIES: Mapping[str, Callable[[], Roles]] = {"offline": offline_roles}
"""The six roles by policy name."""


def named(kind: str, name: str, table: Mapping[str, T]) -> T:
    """Return ``table[name]``.

    Raises:
        ConfigError: there is no such name; the message lists what there is.
    """
    if name not in table:
        raise ConfigError(f"{kind}={name} is not known; choose one of {', '.join(table)}")
    return table[name]
