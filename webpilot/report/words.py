"""The words that reports use for verdicts and failures, and the texts that stand beside numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from webpilot.records.rows import EpisodeRow

__all__ = [
    "BROWSERGYM_METRIC",
    "CAVEAT",
    "FLOORS",
    "FLOOR_SHARES",
    "LOCAL_CAVEAT",
    "SITE_METRIC",
    "STRICT_METRIC",
    "caveats",
    "is_miniwob",
    "metrics_of",
    "model_cost",
    "policy_label",
    "side_effects_told",
    "verdict_of",
    "why_failed",
]

STRICT_METRIC = "strict (raw reward >= 1)"
BROWSERGYM_METRIC = "BrowserGym's metric (reward > 0)"

SITE_METRIC = "solved (every judge content)"

FLOOR_SHARES = {"random": 0.131, "scripted": 0.224}
"""Published success rates of two agents without a model on BrowserGym's MiniWoB++."""

FLOORS = "Published floors on MiniWoB++ by BrowserGym's metric: random 13.1 %, scripted 22.4 %."

CAVEAT = (
    "Not the published protocol: search replays the same seed at will before it commits; "
    "the published agents had one live episode."
)
"""Stands beside every MiniWoB++ number (decision 21)."""


LOCAL_CAVEAT = (
    "Third-party applications on this machine with tasks and data of our own: no WebArena number, "
    "and not an independent benchmark."
)
"""Stands beside every number of the local suite."""


class Metric(NamedTuple):
    """One success rate of a summary."""

    key: str
    """Of the summary's block."""
    name: str
    column: str
    """Its name above a table's column."""


def metrics_of(summary: Mapping[str, Any]) -> tuple[Metric, ...]:
    """Return the metrics that a summary's episodes have, the strictest first."""
    graded = summary["graded"]["episodes"]
    if summary["success"]["total"] and not summary["strict"]["total"] and not graded:
        return (Metric("success", SITE_METRIC, "solved"),)
    return (
        Metric("strict", STRICT_METRIC, "strict"),
        Metric("success", BROWSERGYM_METRIC, "BrowserGym's metric"),
    )


def caveats(summary: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what must stand beside a summary's numbers."""
    if is_miniwob(summary):
        return (CAVEAT, FLOORS)
    local = any(name.startswith("localweb.") for name in summary["by"]["task"])
    return (LOCAL_CAVEAT,) if local else ()


def is_miniwob(summary: Mapping[str, Any]) -> bool:
    """Return whether every task of a summary is one of MiniWoB++."""
    tasks = summary["by"]["task"]
    return bool(tasks) and all(name.startswith("miniwob.") for name in tasks)


def policy_label(policy: str, label: str | None = None) -> str:
    """Return what a report calls the policy."""
    if label:
        return label
    return "offline policy, no language model" if policy == "offline" else "language model policy"


def model_cost(spent: Mapping[str, Any]) -> str:
    """Return what models cost: calls, tokens, and dollars where a price was known.

    Args:
        spent: ``llm_calls, tokens_in, tokens_out, usd`` of a row or a summary.
    """
    if not spent["llm_calls"]:
        return "0 model calls, $0.00"
    dollars = f"${spent['usd']:.2f}" if spent["usd"] else "dollars not counted"
    return (
        f"{spent['llm_calls']} model calls, {spent['tokens_in']:,} tokens in, "
        f"{spent['tokens_out']:,} out, {dollars}"
    )


def side_effects_told(counts: Mapping[str, int]) -> str:
    """Return what search and commit did to the sites, from ``side_effects`` of a summary."""
    parts = [
        f"{counts[kind]} {what}"
        for kind, what in (
            ("search", "where the search wrote"),
            ("held_back", "where the search was held back"),
            ("commit", "where the commit wrote"),
        )
        if counts[kind]
    ]
    return f"of the episodes {', '.join(parts)}"


def verdict_of(row: EpisodeRow) -> str:
    """Return ``solved``, ``partly`` (by BrowserGym's metric only), ``failed`` or ``spoiled``."""
    if row.is_infrastructure:
        return "spoiled"
    if not row.success:
        return "failed"
    return "partly" if row.strict_success is False else "solved"


def why_failed(row: EpisodeRow) -> str:
    """Return one line on why the episode is not solved, or the empty string if it is."""
    verdict = verdict_of(row)
    if verdict == "solved":
        return ""
    against = [judge for judge, score in row.judges.items() if score < 1]
    reward = "" if row.reward_raw is None else f" (raw reward {row.reward_raw:g})"
    if row.judges:
        reward = f" (not content: {', '.join(against)})"
    if verdict == "spoiled":
        return f"not counted, {row.error_kind}: {row.error or 'the world failed'}"
    if verdict == "partly":
        return f"solved by BrowserGym's metric only{reward}"
    if row.error is not None:
        return row.error
    if row.commit_drift_step is not None:
        step = row.commit_drift_step + 1
        return f"the element of committed step {step} was not found on the judged page"
    if row.stop_reason == "exhausted" and row.explored_steps == 0:
        return f"no action was ever tried: the policy proposed none{reward}"
    return _WHY.get(row.stop_reason, row.stop_reason).format(row=row) + reward


_WHY = {
    "done": "the search held the task for done, the benchmark did not",
    "infeasible": "given up as infeasible",
    "exhausted": "nothing left to try; the best path did not solve it",
    "budget": "the budget ran out after {row.explored_steps} explored steps",
    "limit": "cut at the limit of {row.committed_steps} actions",
    "drift": "no path could be reached again as it was seen",
    "agent_error": "the agent failed",
    "interrupted": "interrupted",
}
