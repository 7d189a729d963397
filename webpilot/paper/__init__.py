"""The published method's local roles: Explorer, Appraiser, Verifier, one call a question."""

from __future__ import annotations

__all__: list[str] = []
