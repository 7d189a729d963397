"""How the search is kept from harm on sites that keep what is written to them."""

from __future__ import annotations

__all__ = ["COMMIT_ONCE", "EXPLORING", "READONLY", "REPLICA", "UNSAFE"]

REPLICA = "replica-search"
"""The search has servers of its own, put back as it goes back; the path is committed on others."""
READONLY = "readonly-search"
"""The search's window may only read; each subtask is committed when its path is found."""
COMMIT_ONCE = "commit-once"
"""As before, and every committed step has a key in a journal: it is sent once at most."""
UNSAFE = "unsafe-search"
"""The search may write where it is judged. Then the servers are reset before the path is committed,
or the result is marked contaminated."""

EXPLORING = (REPLICA, READONLY, COMMIT_ONCE, UNSAFE)
