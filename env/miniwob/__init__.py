"""MiniWoB++: its pages served and played, its own verdict, and BrowserGym's beside it."""

from __future__ import annotations

__all__: list[str] = []
