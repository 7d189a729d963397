"""What an episode's calls took that is measured, not charged: time, caches, turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webpilot.llm.fairness import quantile

__all__ = ["Measure"]


@dataclass(slots=True, kw_only=True)
class Measure:
    """Adds up the events of one episode's calls."""

    seconds: float = 0.0
    """Waiting for a model, or a tape."""
    calls_cached: int = 0
    """Calls that a tape answered."""
    tokens_cached: int = 0
    """Prompt and completion tokens of these."""
    usd_paid: float = 0.0
    waits: list[float] = field(default_factory=list)
    """Seconds that each call to an endpoint waited for its turn, all its attempts together."""
    served: float = 0.0
    """Weighted tokens that the episode got while calls waited, its own or others'."""
    fair: float = 0.0
    """What it would have got, had all episodes with calls then been served alike."""
    prompt_bytes: int = 0
    shared_bytes: int = 0
    """Those of ``prompt_bytes`` with which a prompt begins as an earlier one did."""
    tokens_in_cached: int = 0
    """Prompt tokens that the endpoint had cached, by its own report."""

    def add(self, event: str, data: Mapping[str, Any]) -> None:
        """Take note of an event; those that are no model calls count for nothing."""
        if event != "model call":
            return
        self.seconds += data["seconds"]
        self.usd_paid += data["usd_paid"]
        self.prompt_bytes += data["prompt_bytes"]
        self.shared_bytes += data["shared_bytes"]
        if data["taped"]:
            self.calls_cached += data["attempts"]
            self.tokens_cached += data["tokens_in"] + data["tokens_out"]
            return
        self.waits.append(data["waited"])
        self.served += data["served"]
        self.fair += data["fair"]
        self.tokens_in_cached += data.get("reported_cached", 0)

    def serving(self) -> dict[str, float]:
        """Return how the calls were served, by name; empty where none was made."""
        if not self.prompt_bytes:
            return {}
        return {
            "wait_p50_s": round(quantile(self.waits, 0.5), 3),
            "wait_p99_s": round(quantile(self.waits, 0.99), 3),
            "served_tokens": round(self.served, 3),
            "fair_tokens": round(self.fair, 3),
            "shared_prefix": round(self.shared_bytes / self.prompt_bytes, 6),
            "cached_tokens": self.tokens_in_cached,
        }
