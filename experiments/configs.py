"""Configuration: what Hydra composes, and the plain dataclasses it becomes.

The presets of :mod:`webpilot.presets` are the defaults; the files in ``conf/`` are diffs on them.
Nothing below this room sees a Hydra object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from env.miniwob import MiniwobTask, load, tasks
from mcts.config import SearchConfig
from mcts.searchers import TABLES, override
from planner.progress import PlanLimits
from webpilot.agent import AgentConfig
from webpilot.budget import Limits
from webpilot.errors import ConfigError
from webpilot.presets import POLICIES, PRESETS, SEARCHERS, named

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
    policy: str
    agent: AgentConfig
    episodes: tuple[tuple[MiniwobTask, int], ...]
    """Task and seed of every episode, in the order they are played."""
    episode_limits: Limits
    run_limits: Limits
    settle: str
    """``virtual:MS``, ``real:MS`` or ``none``."""
    screenshots: bool
    referee: float
    """Share of episodes in [0, 1] that BrowserGym's own environment judges again."""
    seed: int
    """Seed of the run's own random numbers."""
    run: RunSettings
    text: str
    """The configuration as YAML: what ``config.yaml`` holds."""


def register() -> None:
    """Return ``None`` after giving Hydra the presets' defaults as configuration nodes."""
    store = ConfigStore.instance()
    for name, searcher in SEARCHERS.items():
        store.store(group="searcher", name=name, node={"name": name, **_plain(searcher)})
    for name, preset in PRESETS.items():
        store.store(group="planner", name=name, node=asdict(preset.plan))
        store.store(group="budget/episode", name=name, node=asdict(preset.limits))
    for name in POLICIES:
        store.store(group="policy", name=name, node={"name": name})
    store.store(group="budget/run", name="unlimited", node=asdict(Limits()))
    store.store(group="executor", name="inline", node={"name": "inline"})


def build(composed: DictConfig) -> Settings:
    """Return the checked settings of a composed configuration.

    Raises:
        ConfigError: a value is of the wrong kind or names nothing; one line, with the mend.
    """
    plain: dict[str, Any] = OmegaConf.to_container(composed, resolve=True)  # type: ignore[assignment]
    run = _dataclass(RunSettings, "run", plain["run"])
    return Settings(
        preset=plain["preset"]["name"],
        searcher=plain["searcher"]["name"],
        policy=plain["policy"]["name"],
        agent=AgentConfig(
            search=_searcher(plain["searcher"]),
            plan=_dataclass(PlanLimits, "planner", plain["planner"]),
        ),
        episodes=_episodes(plain),
        episode_limits=_dataclass(Limits, "budget.episode", plain["budget"]["episode"]),
        run_limits=_dataclass(Limits, "budget.run", plain["budget"]["run"]),
        settle=plain["env"]["settle"],
        screenshots=plain["env"]["screenshots"],
        referee=float(plain["env"]["referee"]),
        seed=int(plain["run_seed"]),
        run=run,
        text=OmegaConf.to_yaml(composed, resolve=True),
    )


def _plain(config: SearchConfig) -> dict[str, Any]:
    """Return a searcher's settings with its functions by name."""
    found: dict[str, Any] = {}
    for each in fields(config):
        value = getattr(config, each.name)
        if each.name in TABLES:
            value = next(name for name, fn in TABLES[each.name].items() if fn is value)
        found[each.name] = [list(pair) for pair in value] if isinstance(value, tuple) else value
    return found


def _searcher(node: Mapping[str, Any]) -> SearchConfig:
    changes = {key: value for key, value in node.items() if key != "name"}
    changes["calibration"] = tuple((float(a), float(b)) for a, b in node["calibration"])
    searcher = named("searcher", node["name"], SEARCHERS)
    for key, value in changes.items():
        default = getattr(searcher, key, None)
        if key not in TABLES and not _same_kind(value, default):
            raise ConfigError(f"searcher.{key}={value!r} is not a number like {default!r}")
    return override(searcher, **changes)


def _same_kind(value: object, default: object) -> bool:
    if value is None or default is None or isinstance(default, tuple):
        return True
    return isinstance(value, int | float) and not isinstance(value, bool)


def _dataclass(kind: type[Any], where: str, node: Mapping[str, Any]) -> Any:
    """Return ``kind`` filled from ``node``; numbers must be numbers and not negative."""
    for key, value in node.items():
        if where.startswith(("budget", "planner")) and value is not None:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or value < 0:
                raise ConfigError(f"{where}.{key}={value!r} must be a number from 0 on, or null")
    try:
        return kind(**node)
    except TypeError as error:
        raise ConfigError(f"{where}: {error}; --cfg job prints every key") from error


def _episodes(plain: Mapping[str, Any]) -> tuple[tuple[MiniwobTask, int], ...]:
    """Return every (task, seed), seed by seed so that a cut run has seen every task."""
    chosen = plain["task"]
    if chosen is None:
        found = tasks(plain["split"])
    else:
        found = tuple(load(name) for name in ([chosen] if isinstance(chosen, str) else chosen))
    return tuple((task, seed) for seed in _seeds(plain) for task in found)


def _seeds(plain: Mapping[str, Any]) -> tuple[int, ...]:
    if plain["seed"] is not None:
        wanted = [plain["seed"]]
    else:
        seeds = plain["seeds"]
        wanted = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    if not wanted or not all(isinstance(seed, int) and 0 <= seed < 2**32 for seed in wanted):
        raise ConfigError(
            f"seeds={plain['seeds']!r} seed={plain['seed']!r}: give whole numbers from 0 on, "
            "e.g. seed=3, seeds=2 or seeds=[0,1]"
        )
    return tuple(wanted)
