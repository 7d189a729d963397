"""The line to the browser: launch, shared pipe, protocol sessions, the thread that owns it all."""

from __future__ import annotations

__all__: list[str] = []
