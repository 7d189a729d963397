"""Local search: a pure, asynchronous Monte Carlo tree search over any world.

Imports numpy, networkx and WebPilot's vocabulary, nothing that knows a browser, a model or a
reward. Everything it needs from outside is a protocol in :mod:`mcts.protocols`.
"""

from __future__ import annotations

__all__: list[str] = []
