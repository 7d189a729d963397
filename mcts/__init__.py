"""Local optimisation: a pure, deterministic tree search over a world that can go back.

The core imports nothing but the standard library, numpy, networkx and the vocabulary. Start at
:func:`mcts.search.search`; :mod:`mcts.searchers` holds what can be swapped; :mod:`mcts.gridworld`
is a world to try it on.
"""

from __future__ import annotations

__all__ = [
    "backup",
    "choose",
    "config",
    "contract",
    "evaluate",
    "expand",
    "frame",
    "gridroles",
    "gridworld",
    "node",
    "protocols",
    "record",
    "scale",
    "scripted",
    "search",
    "searchers",
    "select",
    "tree",
]
