"""The offline policy: six roles without a language model.

One idea: a goal is read into clauses, each clause is a predicate over the observed page, and the
same predicates drive the proposals, the stop test and the self-reward.
"""

from __future__ import annotations

__all__: list[str] = []
