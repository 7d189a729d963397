"""Global decisions: which subtask is next, whether one is done, how the plan is mended."""

from __future__ import annotations

__all__: list[str] = []
