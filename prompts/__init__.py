"""What a language model is shown, and how page text is kept apart from instructions."""

from __future__ import annotations

__all__: list[str] = []
