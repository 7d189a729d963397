"""Going back to a state: the cheapest way that verifiably gets there.

Import from its modules (``from env.restore.ladder import Ladder``), never the bare name.
"""

from __future__ import annotations

__all__: list[str] = []
