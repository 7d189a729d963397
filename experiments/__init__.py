"""Runs and benchmarks: the only room that composes configuration."""

from __future__ import annotations

__all__: list[str] = []
