"""Builders of result rows."""

from __future__ import annotations

from typing import Any

from webpilot.records.rows import EpisodeRow


def row(**changes: Any) -> EpisodeRow:
    """Return a solved episode's row with some fields changed."""
    fields: dict[str, Any] = {
        "task": "miniwob.click-test",
        "split": "train",
        "seed": 0,
        "preset": "webpilot",
        "searcher": "webpilot",
        "policy": "offline",
        "success": True,
        "reward": 1.0,
        "reward_raw": 1.0,
        "strict_success": True,
        "stop_reason": "done",
    }
    return EpisodeRow(**(fields | changes))


def failed(**changes: Any) -> EpisodeRow:
    """Return the row of an episode that the benchmark judged false."""
    fields = {"success": False, "strict_success": False, "reward": 0.0, "reward_raw": -1.0}
    return row(**(fields | changes))


def spoiled(**changes: Any) -> EpisodeRow:
    """Return the row of an episode that a dead browser ended."""
    fields = {
        "success": None,
        "strict_success": None,
        "reward": None,
        "reward_raw": None,
        "error_kind": "browser",
        "error": "the page died",
        "stop_reason": "infrastructure",
    }
    return row(**(fields | changes))
