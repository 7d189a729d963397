"""Guards below the model: what a page or a model may do at most, whatever it tries."""

from __future__ import annotations

__all__: list[str] = []
