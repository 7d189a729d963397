"""One line of ``results.jsonl``, and when two runs are equal (decision 24)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self, get_type_hints

from webpilot.errors import ConfigError
from webpilot.records.kinds import check_kinds

__all__ = [
    "ERROR_KINDS",
    "INFRASTRUCTURE",
    "ROW_SCHEMA",
    "STOP_REASONS",
    "EpisodeRow",
    "Measured",
    "latest",
    "projection",
]

ROW_SCHEMA = 1
"""Version of the fields below."""

SITE_BENCHMARKS = ("localweb", "webarena", "webarena_verified")
"""Benchmarks on sites with servers, by the beginning of their tasks' names."""

INFRASTRUCTURE = ("browser", "site", "llm", "harness")
"""Kinds of error that say nothing about the agent: outside the success rate's denominator."""

ERROR_KINDS = ("agent", "budget", *INFRASTRUCTURE)

STOP_REASONS = (
    "done",
    "infeasible",
    "exhausted",
    "budget",
    "limit",
    "drift",
    "agent_error",
    "interrupted",
    "infrastructure",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What differs between two equal runs: time, caches, and how pages were restored."""

    seconds: float = 0.0
    """Wall-clock seconds of the episode."""
    seconds_browser: float = 0.0
    seconds_model: float = 0.0
    restores: dict[str, int] = field(default_factory=dict)
    """Number of restorations by tier."""
    restore_ms: dict[str, float] = field(default_factory=dict)
    """Milliseconds by tier, failed tries included."""
    restore_levels: dict[str, dict[str, int]] = field(default_factory=dict)
    """By tier, how often its tries ended exact, equivalent or drifted."""
    replayed_steps: int = 0
    """Browser steps taken only to get back to a state; reported, never charged."""
    drifted: int = 0
    """Restorations whose page was not the one first seen there."""
    llm_calls_cached: int = 0
    """Those of the model calls that a tape answered."""
    tokens_cached: int = 0
    """Prompt and completion tokens of these."""
    usd_paid: float = 0.0
    """US dollars really paid: nothing for what a tape answered, less for what an endpoint had
    cached."""
    serving: dict[str, float] = field(default_factory=dict)
    """How the model's calls were served; empty without any. ``wait_p50_s`` and ``wait_p99_s``:
    quantiles of the seconds that a call waited for its turn. ``served_tokens``: weighted tokens
    got while calls waited; ``fair_tokens``: an equal share of these. ``shared_prefix``: share in
    [0, 1] of the prompts' bytes with which one begins as an earlier one of the episode did.
    ``cached_tokens``: prompt tokens that the endpoint had cached, by its own report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRow:
    """One finished episode, as one line of ``results.jsonl``.

    Raises:
        ValueError: a field is not of its kind, or two fields contradict each other.
    """

    schema: int = ROW_SCHEMA
    task: str
    """The benchmark's name of the task, e.g. ``miniwob.click-checkboxes``."""
    split: str
    """The benchmark's split: ``train`` or ``test``."""
    seed: int
    preset: str
    searcher: str
    policy: str
    """``offline`` (no language model) or ``llm``."""
    model: str | None = None
    success: bool | None
    """The benchmark's verdict on the committed path; ``None`` only where the world failed."""
    reward: float | None = None
    reward_raw: float | None = None
    """The page's reward before the benchmark rounds it (MiniWoB++: in [-1, 1])."""
    strict_success: bool | None = None
    """Raw reward >= 1; ``None`` on graded pages, on WebArena and without a verdict."""
    stop_reason: str
    error_kind: str | None = None
    error: str | None = None
    """One line."""
    answer: str | None = None
    committed_steps: int = 0
    commit_drift_step: int | None = None
    """Index of the committed action whose element was not found again, or ``None``."""
    contaminated: bool = False
    """Whether the committed path met a site that exploring had changed and nobody had reset: such
    a verdict is sent in nowhere."""
    explored_steps: int = 0
    rollouts: int = 0
    llm_calls: int = 0
    """Calls of a model, each further attempt counted, whether it was really asked or a tape."""
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    """US dollars charged to the budget, as if no cache had helped; 0 where no price is known."""
    side_effects: tuple[str, ...] = ()
    """What exploring and committing did to the site beyond reading, one line each."""
    judges: dict[str, float] = field(default_factory=dict)
    """Score in [0, 1] by judge, where a task has several; success needs 1 of each."""
    versions: dict[str, str] = field(default_factory=dict)
    trajectory: tuple[str, ...] = ()
    """The committed actions, as BrowserGym's action strings."""
    measured: Measured = Measured()

    def __post_init__(self) -> None:
        for part in (self, self.measured):
            check_kinds(part, _HINTS[type(part)])
        if self.schema != ROW_SCHEMA:
            raise ValueError(f"schema {self.schema} is not {ROW_SCHEMA}")
        if self.stop_reason not in STOP_REASONS:
            raise ValueError(f"stop_reason {self.stop_reason!r} is none of {STOP_REASONS}")
        if self.error_kind not in (None, *ERROR_KINDS):
            raise ValueError(f"error_kind {self.error_kind!r} is none of {ERROR_KINDS}")
        if (self.success is None) != self.is_infrastructure:
            raise ValueError(
                f"success is {self.success} with error_kind {self.error_kind}: it is null exactly "
                f"where the world failed ({', '.join(INFRASTRUCTURE)})"
            )
        if self.strict_success and not self.success:
            raise ValueError("strict_success without success")

    @property
    def key(self) -> tuple[str, int]:
        """Task and seed: what names an episode within a run."""
        return (self.task, self.seed)

    @property
    def is_infrastructure(self) -> bool:
        """Whether the world failed, not the agent."""
        return self.error_kind in INFRASTRUCTURE

    @property
    def on_sites(self) -> bool:
        """Whether it was played on sites, where judges say yes or no and nothing is strict."""
        return self.task.partition(".")[0] in SITE_BENCHMARKS

    @property
    def is_graded(self) -> bool:
        """Whether a verdict was given on a page without a strict metric (decision 22)."""
        known = self.reward_raw is not None and not self.on_sites
        return known and self.strict_success is None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data in the order of the fields."""
        return asdict(self)

    def to_json(self) -> str:
        """Return one line of JSON, without a line end."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the row of plain data as :meth:`to_dict` gives it.

        Raises:
            ConfigError: a field is missing, unknown or not of its kind.
        """
        known = {item.name for item in fields(cls)}
        if data.keys() != known:
            odd = ", ".join(sorted(known ^ data.keys()))
            raise ConfigError(
                f"a results row has missing or unknown fields ({odd}): it was written by another "
                "version of WebPilot, or edited"
            )
        try:
            values = dict(data)
            values["measured"] = Measured(**data["measured"])
            for name in ("side_effects", "trajectory"):
                values[name] = tuple(data[name])
            return cls(**values)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"a results row is not valid: {error}") from error

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Return the row of one line of ``results.jsonl``.

        Raises:
            ConfigError: the line is not a valid row.
        """
        try:
            data = json.loads(line)
        except ValueError as error:
            raise ConfigError(f"a results row is not JSON: {error}") from error
        if not isinstance(data, dict):
            raise ConfigError("a results row is not a JSON object")
        return cls.from_dict(data)


def latest(rows: Iterable[EpisodeRow]) -> list[EpisodeRow]:
    """Return the last row of every episode, by task and seed: a retried error is superseded."""
    by_key = {row.key: row for row in rows}
    return [by_key[key] for key in sorted(by_key)]


def projection(rows: Iterable[EpisodeRow]) -> list[dict[str, Any]]:
    """Return what two equal runs share: sorted by task and seed, ``measured`` left out."""
    plain = [row.to_dict() for row in latest(rows)]
    for row in plain:
        del row["measured"]
    return plain


_HINTS: dict[type, dict[str, Any]] = {part: get_type_hints(part) for part in (EpisodeRow, Measured)}
"""Annotations by field, resolved once: rows are read by the thousand."""
