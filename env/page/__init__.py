"""What a page shows: marks, accessibility text, cues, fingerprints; whether two pages agree."""

from __future__ import annotations

__all__: list[str] = []
