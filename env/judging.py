"""What a judge of a site's task is shown, and what it says. The search imports nothing from here.

A task may be judged in several ways at once. Each judge sees the committed episode alone: its page,
its answer, its requests, and the applications' own data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webpilot.responses import TypedResponse
from webpilot.verdict import Opinion

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["Ending", "Judge", "Opinion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a committed episode ended."""

    page: Page
    """The tab in front, as Playwright knows it; used in the browser's thread alone."""
    answer: str
    """What the agent said when it stopped; ``N/A`` for an infeasible task, else perhaps empty."""
    response: TypedResponse
    """The same as WebArena-Verified's response."""
    har: Path | None
    """The requests of the committed path; ``None`` where none were recorded."""
    sites: Mapping[str, str]
    """Addresses of the sites by WebArena's names, without a slash at the end."""


Judge = Callable[[Mapping[str, Any], Ending], Opinion]
"""Judges an ending by a task's definition, in WebArena's schema with its addresses filled in.

Called in the browser's thread, once an episode.

Raises:
    EnvironmentDown: the site or the judge is gone: no verdict, never the agent's failure.
"""
