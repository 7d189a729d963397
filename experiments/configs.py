"""Configuration: what Hydra composes, and the plain dataclasses it becomes.

The presets of :mod:`webpilot.presets` are the defaults; the files in ``conf/`` are diffs on them.
Nothing below this room sees a Hydra object.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from env.benchmarks import BACKENDS, BENCHMARKS, Playable, Playing
from env.clock import parse_clock
from env.pool import PoolLimits
from env.sites.exploring import EXPLORING
from experiments.selection import episodes_of
from mcts.config import SearchConfig
from mcts.searchers import TABLES, override
from planner import config as planning
from planner.config import PlanConfig
from webpilot.agent import AgentConfig
from webpilot.budget import Limits
from webpilot.errors import ConfigError
from webpilot.llm.settings import ModelSettings
from webpilot.naming import named
from webpilot.overriding import by_name
from webpilot.policies import POLICIES, PolicySettings
from webpilot.presets import PLANNERS, PRESETS, SEARCHERS

__all__ = ["RunSettings", "Settings", "build", "register"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Where a run is kept and how it is carried out; no part of its identity."""

    name: str | None = None
    """Folder under ``root``; ``None`` is filled in by :mod:`experiments.run`."""
    root: str = "runs"
    fresh: bool = False
    """Remove the folder first."""
    retry_errors: bool = False
    """Play episodes again that the world, not the agent, spoiled."""
    max_infrastructure_share: float = 0.0
    """Share of episodes in [0, 1] that the world may spoil before the exit code says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run, composed and checked."""

    preset: str
    searcher: str
    policy: PolicySettings
    agent: AgentConfig
    benchmark: str
    """Key of :data:`env.benchmarks.BENCHMARKS`."""
    episodes: tuple[tuple[Playable, int], ...]
    """Task and seed of every episode, in the order they are played."""
    episode_limits: Limits
    run_limits: Limits
    playing: Playing
    """How the benchmark is played: clock, live pages, environment, exploration."""
    screenshots: bool
    referee: float
    """Share of episodes in [0, 1] that BrowserGym's own environment judges again."""
    seed: int
    """Seed of the run's own random numbers."""
    run: RunSettings
    text: str
    """The configuration as YAML: what ``config.yaml`` holds."""


KEYS = (
    *("preset", "searcher", "planner", "policy", "llm"),
    *("benchmark", "env", "budget", "executor"),
    *("task", "split", "seeds", "seed", "run_seed", "run"),
)
"""The top level of a composed configuration."""


def register() -> None:
    """Return ``None`` after giving Hydra the presets' defaults as configuration nodes."""
    store = ConfigStore.instance()
    for name, searcher in SEARCHERS.items():
        store.store(group="searcher", name=name, node={"name": name, **by_name(searcher, TABLES)})
    for name, preset in PRESETS.items():
        planner = {"name": preset.planner, **by_name(preset.agent.plan, planning.TABLES)}
        store.store(group="planner", name=name, node=planner)
        for policy in POLICIES:
            limits = asdict(preset.bounds(policy))
            store.store(group="budget/episode", name=f"{name}_{policy}", node=limits)
    store.store(group="budget/run", name="unlimited", node=asdict(Limits()))
    store.store(group="executor", name="inline", node={"name": "inline"})


def build(composed: DictConfig) -> Settings:
    """Return the checked settings of a composed configuration.

    Raises:
        ConfigError: a value is of the wrong kind or names nothing; one line, with the mend.
    """
    plain: dict[str, Any] = OmegaConf.to_container(composed, resolve=True)  # type: ignore[assignment]
    _known("", plain, KEYS)
    _known(
        "benchmark.", plain["benchmark"], ("name", "explore", "accept_dirty", "sites", "templates")
    )
    _known("env.", plain["env"], ("backend", "settle", "screenshots", "referee", "pool"))
    policy = _policy(plain["policy"], plain["llm"])
    limits = [Limits.of(plain["budget"][whose]) for whose in ("episode", "run")]
    policy.check(*limits)
    return Settings(
        preset=named("preset", plain["preset"]["name"], PRESETS).name,
        searcher=plain["searcher"]["name"],
        policy=policy,
        agent=AgentConfig(search=_searcher(plain["searcher"]), plan=_planner(plain["planner"])),
        benchmark=_choice("benchmark.name", plain["benchmark"]["name"], tuple(BENCHMARKS)),
        episodes=episodes_of(plain),
        episode_limits=limits[0],
        run_limits=limits[1],
        playing=Playing(
            settle=parse_clock(plain["env"]["settle"]).name,
            limits=_pool(plain["env"]["pool"]),
            backend=_choice("env.backend", plain["env"]["backend"], tuple(BACKENDS)),
            accept_dirty=_switch("benchmark.accept_dirty", plain["benchmark"]["accept_dirty"]),
            explore=_choice("benchmark.explore", plain["benchmark"]["explore"], EXPLORING),
        ),
        screenshots=_switch("env.screenshots", plain["env"]["screenshots"]),
        referee=_number("env.referee", plain["env"]["referee"], most=1.0),
        seed=_number("run_seed", plain["run_seed"], whole=True),
        run=_run(plain["run"]),
        text=OmegaConf.to_yaml(composed, resolve=True),
    )


def _known(where: str, node: Mapping[str, Any], names: Sequence[str]) -> None:
    for key in node:
        if key not in names:
            raise ConfigError(f"there is no setting {where}{key}; there are {', '.join(names)}")


def _number(where: str, value: Any, *, whole: bool = False, most: float = math.inf) -> Any:
    """Return ``value`` if it is a number from 0 to ``most``."""
    fits = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not fits or not 0 <= value <= most:
        kind = "a whole number" if whole else "a number"
        bound = "on" if math.isinf(most) else f"to {most:g}"
        raise ConfigError(f"{where}={value!r} must be {kind} from 0 {bound}")
    return value


def _switch(where: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{where}={value!r} must be true or false")
    return value


def _choice(key: str, value: object, known: Sequence[str]) -> str:
    if value not in known:
        raise ConfigError(f"{key}={value!r} is unknown: use one of {', '.join(known)}")
    return str(value)


def _pool(node: Mapping[str, Any]) -> PoolLimits:
    _known("env.pool.", node, ("pages", "memory_mb"))
    pages = _number("env.pool.pages", node["pages"], whole=True)
    if not pages:
        raise ConfigError("env.pool.pages=0 leaves nothing to search on: use 1 or more")
    return PoolLimits(pages=pages, memory_mb=_number("env.pool.memory_mb", node["memory_mb"]))


def _run(node: Mapping[str, Any]) -> RunSettings:
    _known("run.", node, [item.name for item in fields(RunSettings)])
    name = node["name"]
    if name is not None and (str(name) in ("", ".", "..") or "/" in str(name)):
        raise ConfigError(f"run.name={name!r} must be the name of one folder under run.root")
    return RunSettings(
        name=None if name is None else str(name),
        root=str(node["root"]),
        fresh=_switch("run.fresh", node["fresh"]),
        retry_errors=_switch("run.retry_errors", node["retry_errors"]),
        max_infrastructure_share=_number(
            "run.max_infrastructure_share", node["max_infrastructure_share"], most=1.0
        ),
    )


def _policy(node: Mapping[str, Any], llm: Mapping[str, Any]) -> PolicySettings:
    _known("policy.", node, ("name", "prompts", "hints", "samples"))
    return PolicySettings(
        name=str(node["name"]),
        prompts=str(node["prompts"]),
        hints=None if node["hints"] is None else str(node["hints"]),
        samples=node["samples"],
        model=ModelSettings.of(llm),
    )


def _planner(node: Mapping[str, Any]) -> PlanConfig:
    planner = named("planner", node["name"], PLANNERS)
    changes = {key: value for key, value in node.items() if key != "name"}
    for key, value in changes.items():
        if key not in planning.TABLES:
            changes[key] = _number(f"planner.{key}", value, whole=True)
    return planning.override(planner, **changes)


def _searcher(node: Mapping[str, Any]) -> SearchConfig:
    searcher = named("searcher", node["name"], SEARCHERS)
    changes = {key: value for key, value in node.items() if key != "name"}
    for key, value in changes.items():
        default = getattr(searcher, key, None)
        if key == "calibration":
            changes[key] = _calibration(value)
        elif key not in TABLES and not (key == "rollouts" and value is None):
            whole = key == "rollouts" or isinstance(default, int)
            changes[key] = _number(f"searcher.{key}", value, whole=whole)
    return override(searcher, **changes)


def _calibration(value: Any) -> tuple[tuple[float, float], ...]:
    try:
        return tuple((float(points), float(share)) for points, share in value)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"searcher.calibration={value!r} must be pairs like [[0, 0], [10, 1]]"
        ) from error
