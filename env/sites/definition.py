"""A task on sites, as WebArena's schema describes one, and what an agent may know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webpilot.actions import WEBARENA
from webpilot.types import Task

__all__ = ["ACTION_LIMIT", "ANSWER_FORMAT", "SiteTask"]

ACTION_LIMIT = 30
"""``max_steps`` of BrowserGym's WebArena benchmark."""
SPOKEN = frozenset({"send_msg_to_user", "report_infeasible"})
"""Primitives that are stops here (decision 5), not actions."""
ANSWER_FORMAT = (
    "If the task asks for information, the shortest text that answers it, in the page's own words. "
    "If it cannot be done here, N/A."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTask:
    """One task; an instance of its template."""

    id: str
    """Benchmark and number, e.g. ``localweb.1003``."""
    benchmark: str
    number: int
    sites: tuple[str, ...]
    """By WebArena's names, e.g. ``shopping``."""
    template: int
    """Number of the intent's template: tasks of one template count as a cluster."""
    split: str
    kind: str
    """``retrieve``, ``navigate``, ``mutate``, ``infeasible`` or ``cross``."""
    start_urls: tuple[str, ...]
    """With placeholders (``__SHOPPING__``); each has a tab of its own, the last one in front."""
    intent: str
    judges: tuple[str, ...]
    """Names of the judges, all of which must be content."""
    action_limit: int = ACTION_LIMIT
    answer_format: str = ANSWER_FORMAT
    """How an answer must be worded."""
    raw: Mapping[str, Any] = field(repr=False, compare=False)
    """The whole definition; what is right is in it, so no agent ever sees it."""

    @property
    def site(self) -> str:
        """The sites in one word."""
        return "+".join(self.sites)

    @property
    def groups(self) -> Mapping[str, str]:
        """Its sites, kind of work and template, for a summary."""
        return {"site": self.site, "kind": self.kind, "template": str(self.template)}

    @property
    def cluster(self) -> str:
        """What the tasks of its template share: they are no independent evidence."""
        return f"{self.benchmark}.template-{self.template}"

    def told(self, *, seed: int, start_url: str) -> Task:
        """Return what the agent may know."""
        return Task(
            id=self.id,
            seed=seed,
            goal=self.intent,
            benchmark=self.benchmark,
            site=self.site,
            start_url=start_url,
            action_kinds=tuple(kind for kind in WEBARENA if kind not in SPOKEN),
            action_limit=self.action_limit,
            answer_format=self.answer_format,
            answer_optional=True,
        )
