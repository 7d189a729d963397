"""One episode from Python: ``await wp.solve(...)``, or ``wp.solve_sync(...)`` outside a loop."""

from __future__ import annotations

import asyncio
import html
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from env.benchmarks import BENCHMARKS, Playing, find, suite_of
from mcts.searchers import override
from planner import config as planning
from webpilot.agent import AgentConfig
from webpilot.budget import Limits
from webpilot.course import EpisodePlan
from webpilot.episode import play
from webpilot.errors import ConfigError
from webpilot.llm.protocol import LLM
from webpilot.llm.settings import ModelSettings
from webpilot.naming import named
from webpilot.policies import PolicySettings
from webpilot.presets import PRESETS, SEARCHERS
from webpilot.records.rows import EpisodeRow
from webpilot.records.trees import SearchRecord
from webpilot.roles import Cast

__all__ = ["Result", "solve", "solve_sync"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One judged episode with the trees that led to it."""

    row: EpisodeRow
    """The same fields as a line of ``results.jsonl``."""
    tree: SearchRecord
    label: str
    """Which policy played, e.g. ``offline policy, no language model``."""

    @property
    def success(self) -> bool | None:
        """The benchmark's verdict on the committed path; ``None`` where the world failed."""
        return self.row.success

    @property
    def reward(self) -> float | None:
        """The benchmark's reward, or ``None`` without a verdict."""
        return self.row.reward

    @property
    def answer(self) -> str | None:
        """The answer the agent stopped with, if any."""
        return self.row.answer

    @property
    def trajectory(self) -> tuple[str, ...]:
        """The committed actions as BrowserGym's action strings."""
        return self.row.trajectory

    @property
    def stop_reason(self) -> str:
        """Why the agent stopped: one of :data:`webpilot.records.rows.STOP_REASONS`."""
        return self.row.stop_reason

    @property
    def error(self) -> str | None:
        """One line, or ``None``."""
        return self.row.error

    def _repr_html_(self) -> str:
        verdict = {True: "solved", False: "not solved", None: "no verdict"}[self.success]
        words = html.escape(
            f"{self.row.task}, seed {self.row.seed}: {verdict} in {self.row.committed_steps} "
            f"actions, {self.row.explored_steps} explored ({self.label}; {self.row.searcher})"
        )
        return f"<p>{words}</p>{self.tree._repr_html_()}"


async def solve(
    task: str,
    *,
    seed: int = 0,
    preset: str = "webpilot",
    searcher: str | None = None,
    policy: str | Cast = "offline",
    settle: str | None = None,
    search: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | None = None,
    budget: Mapping[str, Any] | None = None,
    llm: LLM | Mapping[str, Any] | None = None,
    hints: str | None = None,
) -> Result:
    """Return one played and judged episode; the browser is gone when it returns.

    Args:
        task: a task of the benchmark, e.g. ``miniwob.click-checkboxes``.
        seed: seed of the page.
        preset: ``paper``, ``webpilot`` or ``greedy``.
        searcher: takes the place of the preset's searcher.
        policy: who plays: ``offline`` uses no language model, ``llm`` asks one; or a cast of one's
            own (:class:`webpilot.roles.Cast`), closed afterwards.
        settle: the page's time after an action: ``virtual:MS``, ``real:MS``, ``quiet`` or ``none``;
            by default the one that the benchmark is made for.
        search: settings of the searcher to change, e.g. ``{"select": "uct"}``.
        plan: settings of the planner to change, e.g. ``{"adjust": "retry_only"}``.
        budget: limits of the episode to change, e.g. ``{"rollouts": 8}``.
        llm: with ``policy="llm"``, settings of the endpoint (``{"model": "gpt-4o-mini"}``), or a
            model of one's own, such as :class:`webpilot.ScriptedLLM`. The key comes from the
            environment's ``OPENAI_API_KEY``. ``{"roles": {"planner": "gpt-4o"}}`` gives roles
            models of their own.
        hints: a file of site hints, by name or path; off by default.

    Raises:
        ConfigError: bad input; the message names the mend.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ConfigError(f"seed={seed!r} must be a whole number from 0 on")
    method = named("preset", preset, PRESETS)
    name = searcher or method.searcher
    benchmark, found = find(task)
    usual = BENCHMARKS[benchmark]
    cast = _cast(policy, method.prompts, llm, hints) if isinstance(policy, str) else policy
    played_by = policy if isinstance(policy, str) else ("llm" if cast.model else "offline")
    episode = EpisodePlan(
        task=found.id,
        seed=seed,
        split=found.split,
        preset=preset,
        searcher=name,
        policy=played_by,
        cast=cast,
        config=AgentConfig(
            search=override(
                named("searcher", name, SEARCHERS), **{**usual.search, **(search or {})}
            ),
            plan=planning.override(method.agent.plan, **(plan or {})),
        ),
        limits=Limits.of({**asdict(method.bounds(played_by)), **usual.budget, **(budget or {})}),
    )
    playing = Playing(settle=settle or usual.settle)
    suite = suite_of(benchmark, playing, [found])
    try:
        await _check_endpoints(policy, llm)
        played = await play(episode, suite)
    finally:
        await suite.aclose()
        await cast.aclose()
    return Result(row=played.row, tree=played.record, label=cast.label)


async def _check_endpoints(policy: str | Cast, llm: LLM | Mapping[str, Any] | None) -> None:
    """Raise where the endpoint of a role is not there, or does not list its model."""
    if policy == "llm" and (llm is None or isinstance(llm, Mapping)):
        settings = PolicySettings(name=policy, model=ModelSettings.of(llm or {}))
        for note in await settings.check_endpoints():
            log.info(note)


def _cast(name: str, prompts: str, llm: LLM | Mapping[str, Any] | None, hints: str | None) -> Cast:
    """Return who plays."""
    model = ModelSettings.of(llm if isinstance(llm, Mapping) else {})
    settings = PolicySettings(name=name, prompts=prompts, hints=hints, model=model)
    own = None if isinstance(llm, Mapping) else llm
    return settings.cast(salt=secrets.token_bytes(16), llm=own)


def solve_sync(task: str, **settings: Any) -> Result:
    """Return what :func:`solve` returns, for callers without a running event loop.

    Raises:
        ConfigError: a loop is running here (a notebook, say), or other bad input.
    """
    with suppress(RuntimeError):
        asyncio.get_running_loop()
        raise ConfigError("an event loop is running here: write `await wp.solve(...)`")
    return asyncio.run(solve(task, **settings))
