"""Presets: the whole method under one name. ``conf/`` is a diff on them.

``paper`` is the published method as far as public sources show it, ``webpilot`` goes beyond it,
``greedy`` is ``webpilot`` without search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mcts.config import SearchConfig
from mcts.searchers import greedy, paper, webpilot
from planner import config as planning
from planner.config import PlanConfig
from webpilot.agent import AgentConfig
from webpilot.budget import Limits

__all__ = ["PLANNERS", "PRESETS", "SEARCHERS", "Preset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A method: how it searches, how it plans, and what an episode may spend by default."""

    name: str
    searcher: str
    """Key of :data:`SEARCHERS`."""
    planner: str
    """Key of :data:`PLANNERS`."""
    prompts: str
    """How a language model is asked: key of :data:`webpilot.cast.STYLES`."""
    limits: Limits
    """What an episode may spend without a language model."""
    llm_limits: Limits
    """What an episode may spend with one."""

    def bounds(self, policy: str) -> Limits:
        """Return what an episode may spend when ``policy`` plays."""
        return self.limits if policy == "offline" else self.llm_limits

    @property
    def agent(self) -> AgentConfig:
        """What the agent is built from."""
        return AgentConfig(search=SEARCHERS[self.searcher], plan=PLANNERS[self.planner])


EPISODE = Limits(rollouts=24, explored_steps=60, committed_steps=10, seconds=120)
"""Default bounds of one MiniWoB++ episode; the ten committed steps are BrowserGym's."""

LLM_EPISODE = replace(EPISODE, llm_calls=120, tokens_in=1_000_000, tokens_out=120_000, seconds=1800)
"""With a language model: some three calls a step, a few around them, and time to wait."""

SEARCHERS: Mapping[str, SearchConfig] = {
    "paper": paper(),
    "webpilot": webpilot(),
    "greedy": greedy(),
}

PLANNERS: Mapping[str, PlanConfig] = {
    "paper": planning.paper(),
    "webpilot": planning.webpilot(),
}

PRESETS: Mapping[str, Preset] = {
    "paper": Preset(
        name="paper",
        searcher="paper",
        planner="paper",
        prompts="paper",
        limits=replace(EPISODE, rollouts=30, seconds=240),
        llm_limits=replace(LLM_EPISODE, rollouts=30, llm_calls=400, tokens_in=3_000_000),
    ),
    "webpilot": Preset(
        name="webpilot",
        searcher="webpilot",
        planner="webpilot",
        prompts="webpilot",
        limits=EPISODE,
        llm_limits=LLM_EPISODE,
    ),
    "greedy": Preset(
        name="greedy",
        searcher="greedy",
        planner="webpilot",
        prompts="webpilot",
        limits=EPISODE,
        llm_limits=LLM_EPISODE,
    ),
}
