"""How an action runs: finding the element again, aiming, pointer and keyboard."""

from __future__ import annotations

__all__: list[str] = []
