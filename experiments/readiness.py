"""Whether a run can begin: its endpoints are there, unless nobody will be asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

from experiments.configs import Settings
from webpilot.records.reading import load_run

__all__ = ["endpoints_checked"]


def endpoints_checked(settings: Settings, path: Path) -> tuple[str, ...]:
    """Return notes on the endpoints of a run; none where every episode was played before.

    Args:
        settings: of the run.
        path: its folder, which need not be there.

    Raises:
        ConfigError: an endpoint does not answer, or does not list the model of a role.
    """
    if not settings.run.fresh and _played_before(settings, path):
        return ()
    return asyncio.run(settings.policy.check_endpoints())


def _played_before(settings: Settings, path: Path) -> bool:
    """Return whether every episode has a row already, so that no model will be asked."""
    if settings.run.retry_errors or not (path / "results.jsonl").is_file():
        return False
    rows = load_run(path).rows
    there = {row.key for row in rows if row.stop_reason != "interrupted"}
    return there >= {(task.id, seed) for task, seed in settings.episodes}
