"""The published method's global roles: Planner, Controller, Extractor, one call a question."""

from __future__ import annotations

__all__: list[str] = []
