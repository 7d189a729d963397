"""Side-by-side benchmarks: others' work and ours in one run, on the same pages."""

from __future__ import annotations

__all__: list[str] = []
