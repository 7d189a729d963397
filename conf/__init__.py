"""Configuration as data: each YAML file is a difference to the defaults of a dataclass."""

from __future__ import annotations

__all__: list[str] = []
