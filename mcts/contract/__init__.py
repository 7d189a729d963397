"""The promises of a world and of a searcher, as checks that anyone can run on her own.

A check stops at the first broken promise and names it. What it raises for other reasons (a lost
browser, input that cannot show anything) is no broken promise. :mod:`webpilot.contract` does the
same for the six roles.
"""

from __future__ import annotations

from mcts.contract.promises import ContractBroken, Promise
from mcts.contract.searchers import check_searcher
from mcts.contract.worlds import check_world

__all__ = ["ContractBroken", "Promise", "check_searcher", "check_world"]
