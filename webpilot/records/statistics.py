"""``summary.json``: success rates with intervals, what was spent, and what went wrong."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from webpilot.records.rows import EpisodeRow, latest

__all__ = ["SUMMARY_SCHEMA", "Interval", "cluster_bootstrap", "jain", "summarise", "wilson"]

SUMMARY_SCHEMA = 1
RESAMPLES = 2000
FEWEST_CLUSTERS = 5
"""Of fewer, resampling says nothing."""

_SPENT = ("explored_steps", "committed_steps", "rollouts", "llm_calls", "tokens_in", "tokens_out")
_MEASURED = ("seconds", "seconds_browser", "seconds_model")
_MEASURED_COUNTS = ("replayed_steps", "drifted", "llm_calls_cached", "tokens_cached")


class Interval(NamedTuple):
    """A 95 % confidence interval of a share, both ends in [0, 1]."""

    low: float
    high: float


def wilson(solved: int, total: int) -> Interval:
    """Return Wilson's 95 % score interval of ``solved`` out of ``total``; [0, 1] of nothing."""
    if total == 0:
        return Interval(0.0, 1.0)
    z = 1.959963984540054
    share = solved / total
    scale = 1 + z * z / total
    middle = (share + z * z / (2 * total)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low = 0.0 if solved == 0 else max(0.0, middle - half)
    high = 1.0 if solved == total else min(1.0, middle + half)
    return Interval(low, high)


def cluster_bootstrap(groups: Sequence[Sequence[bool]], *, draws: int = RESAMPLES) -> Interval:
    """Return a 95 % percentile interval of the share of true values, clusters drawn as wholes.

    Args:
        groups: outcomes by cluster, at least one; a cluster's own are not independent.
        draws: resamples with replacement; the random numbers are always the same ones.
    """
    rng = random.Random(0)
    shares = []
    for _ in range(draws):
        drawn = [groups[rng.randrange(len(groups))] for _ in groups]
        shares.append(sum(map(sum, drawn)) / sum(map(len, drawn)))
    shares.sort()
    return Interval(shares[int(0.025 * draws)], shares[min(draws - 1, int(0.975 * draws))])


def jain(shares: Iterable[float]) -> float:
    """Return Jain's index, in [1/n, 1]: 1 where all shares are equal, 1/n where one has all.

    Of nothing, and where nobody has anything, it is 1. Source: Jain, Chiu and Hawe, 1984.
    """
    kept = list(shares)
    squares = sum(each * each for each in kept)
    return 1.0 if squares == 0 else sum(kept) ** 2 / (len(kept) * squares)


def summarise(
    rows: Iterable[EpisodeRow],
    *,
    groupings: Mapping[str, Mapping[str, str]] | None = None,
    clusters: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the plain data of ``summary.json``.

    Episodes that the world spoiled (browser, site, llm, harness) are outside every rate and
    listed apart. On graded pages the strict metric does not exist: their mean raw reward stands
    apart (decision 22). An episode that ended before any verdict is a failure by both metrics.

    Args:
        rows: in any order; of an episode that was run again, the last one counts.
        groupings: further tables beside ``split`` and ``task``: a name such as ``family``, and
            the label of each task in it. Tasks without a label are left out of that table.
        clusters: what tasks share that are no independent evidence (WebArena's templates): their
            success rates get an interval that respects it, ``interval_clusters``.
    """
    clusters = clusters or {}
    episodes = latest(rows)
    tables: dict[str, Mapping[str, str]] = {
        "split": {row.task: row.split for row in episodes},
        **(groupings or {}),
        "task": {row.task: row.task for row in episodes},
    }
    graded_tasks = {row.task for row in episodes if row.is_graded}
    spoiled = [row for row in episodes if row.is_infrastructure]
    return {
        "schema": SUMMARY_SCHEMA,
        **_rates(episodes, graded_tasks, clusters),
        "by": {
            name: _by(episodes, labels, graded_tasks, clusters) for name, labels in tables.items()
        },
        "stop_reasons": _counts(row.stop_reason for row in episodes),
        "errors": _counts(row.error_kind for row in episodes if row.error_kind is not None),
        "infrastructure": [
            {"task": row.task, "seed": row.seed, "kind": row.error_kind, "error": row.error}
            for row in spoiled
        ],
        "spent": {
            **{key: sum(getattr(row, key) for row in episodes) for key in _SPENT},
            "usd": round(sum(row.usd for row in episodes), 6),
        },
        **_side_effects(episodes),
        "measured": _measured(episodes),
    }


def _rates(
    rows: Sequence[EpisodeRow], graded_tasks: Collection[str], clusters: Mapping[str, str]
) -> dict[str, Any]:
    judged = [row for row in rows if not row.is_infrastructure]
    graded = [row for row in judged if row.task in graded_tasks]
    strict = [row for row in judged if row.task not in graded_tasks and not row.on_sites]
    rewards = [row.reward_raw for row in graded if row.reward_raw is not None]
    return {
        "episodes": len(rows),
        "judged": len(judged),
        "strict": _rate(sum(row.strict_success is True for row in strict), len(strict)),
        "success": {
            **_rate(sum(row.success is True for row in judged), len(judged)),
            **_clustered(judged, clusters),
        },
        "graded": {
            "episodes": len(graded),
            "tasks": sorted({row.task for row in graded}),
            "mean_reward_raw": round(sum(rewards) / len(rewards), 6) if rewards else None,
        },
    }


def _rate(solved: int, total: int) -> dict[str, Any]:
    low, high = wilson(solved, total)
    return {
        "solved": solved,
        "total": total,
        "rate": round(solved / total, 6) if total else None,
        "interval": [round(low, 6), round(high, 6)] if total else None,
    }


def _clustered(rows: Sequence[EpisodeRow], clusters: Mapping[str, str]) -> dict[str, Any]:
    groups: dict[str, list[bool]] = {}
    for row in rows:
        groups.setdefault(clusters.get(row.task, row.task), []).append(row.success is True)
    if len(groups) < FEWEST_CLUSTERS or not any(row.task in clusters for row in rows):
        return {}
    low, high = cluster_bootstrap(list(groups.values()))
    return {"clusters": len(groups), "interval_clusters": [round(low, 6), round(high, 6)]}


def _by(
    rows: Sequence[EpisodeRow],
    labels: Mapping[str, str],
    graded_tasks: Collection[str],
    clusters: Mapping[str, str],
) -> dict[str, Any]:
    groups: dict[str, list[EpisodeRow]] = {}
    for row in rows:
        if row.task in labels:
            groups.setdefault(labels[row.task], []).append(row)
    return {label: _rates(groups[label], graded_tasks, clusters) for label in sorted(groups)}


def _side_effects(rows: Sequence[EpisodeRow]) -> dict[str, Any]:
    """Return in how many episodes search and commit sent more than reads, nothing where in none."""
    told = [row.side_effects for row in rows if row.side_effects]
    kinds = [{_kind_of(line) for line in lines} for lines in told]
    counts = {
        kind: sum(kind in each for each in kinds) for kind in ("search", "held_back", "commit")
    }
    return {"side_effects": {"episodes": len(told), **counts}} if told else {}


def _kind_of(line: str) -> str:
    """Return whose side effect a row's line tells, or that it was held back."""
    role, _, what = line.partition(": ")
    return "held_back" if what.startswith("would_mutate ") else role


def _measured(rows: Sequence[EpisodeRow]) -> dict[str, Any]:
    restores: Counter[str] = Counter()
    for row in rows:
        restores.update(row.measured.restores)
    serving = _serving([row.measured.serving for row in rows if row.measured.serving])
    return {
        **{key: round(sum(getattr(row.measured, key) for row in rows), 3) for key in _MEASURED},
        "restores": dict(sorted(restores.items())),
        **{key: sum(getattr(row.measured, key) for row in rows) for key in _MEASURED_COUNTS},
        "usd_paid": round(sum(row.measured.usd_paid for row in rows), 6),
        **({"serving": serving} if serving else {}),
    }


def _serving(episodes: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Return how a model served the episodes: worst waits, and Jain's index of their service.

    The index is over what each got while calls waited, as a share of an equal part of it; ``None``
    where no call ever waited for another's.
    """
    if not episodes:
        return {}
    waited = [each for each in episodes if each["fair_tokens"]]
    shares = [each["served_tokens"] / each["fair_tokens"] for each in waited]
    return {
        "wait_p50_s": max(each["wait_p50_s"] for each in episodes),
        "wait_p99_s": max(each["wait_p99_s"] for each in episodes),
        "jain": round(jain(shares), 6) if shares else None,
        "shared_prefix": round(sum(e["shared_prefix"] for e in episodes) / len(episodes), 6),
        "cached_tokens": int(sum(each["cached_tokens"] for each in episodes)),
    }


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
