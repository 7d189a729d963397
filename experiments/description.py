"""What a run tells of itself beside its rows: how it was set up, and how its tasks are grouped."""

from __future__ import annotations

from dataclasses import asdict

from env.benchmarks import Suite
from experiments.ceiling import prices
from experiments.configs import Settings
from webpilot.provenance import commit
from webpilot.roles import Cast

__all__ = ["about_run", "clusters", "groupings"]


def about_run(settings: Settings, cast: Cast, suite: Suite, command: str) -> dict[str, object]:
    """Return what ``summary.json`` repeats under ``run`` and the report opens with."""
    return {
        "command": command,
        "label": cast.label,
        "reads_cues": cast.reads_cues,
        "preset": settings.preset,
        "searcher": settings.searcher,
        "budget": {
            key: value
            for key, value in asdict(settings.episode_limits).items()
            if value is not None
        },
        "benchmark": settings.benchmark,
        "backend": settings.playing.backend,
        "explore": settings.playing.explore,
        "settle": settings.playing.settle,
        **prices(settings.policy),
        "versions": {**suite.versions(), "git": commit() or "unknown"},
    }


def groupings(settings: Settings) -> dict[str, dict[str, str]]:
    """Return the further tables of the summary: for each, its label of each task."""
    tables: dict[str, dict[str, str]] = {}
    for task, _ in settings.episodes:
        for table, label in task.groups.items():
            tables.setdefault(table, {})[task.id] = label
    return tables


def clusters(settings: Settings) -> dict[str, str]:
    """Return what tasks share, where a benchmark has tasks of one template."""
    return {task.id: task.cluster for task, _ in settings.episodes if task.cluster != task.id}
