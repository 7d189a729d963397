"""Sites with servers behind them: tasks, windows on them, searching and committing there."""

from __future__ import annotations

__all__: list[str] = []
