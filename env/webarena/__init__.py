"""Official WebArena up to the browser: its tasks, their order, its instance, its evaluators.

Import from its modules (``from env.webarena.catalogue import tasks``), never the bare name.
"""

from __future__ import annotations

__all__: list[str] = []
