"""Verbs of deeds: which make something new, which set a state, what controls call them."""

from __future__ import annotations

__all__ = ["BUYING", "MAKING", "STATES_OF", "control_verbs"]

MAKING_WORDS = """
create post write add open start make submit file report publish register raise leave compose
rate review reply comment log ask
"""
MAKING = frozenset(MAKING_WORDS.split())
"""Verbs that make something new."""
STATES_OF = {
    "approve": "Approved",
    "reject": "Rejected",
    "close": "Closed",
    "reopen": "Open",
    "resolve": "Resolved",
    "cancel": "Cancelled",
    "publish": "Published",
    "complete": "Complete",
    "fix": "Fixed",
    "ship": "Shipped",
}
"""What stands in a list of states once the deed is done."""
BUYING = frozenset(["buy", "order", "purchase", "checkout", "place"])
"""Verbs for a purchase."""


def control_verbs(verb: str) -> tuple[str, ...]:
    """Return the words by which a site names the way to the deed."""
    if verb in (
        "create",
        "post",
        "start",
        "make",
        "open",
        "file",
        "report",
        "publish",
        "register",
        "compose",
        "submit",
        "raise",
        "log",
    ):
        return ("new", "create", "add", "post", "submit", "start", "write", verb)
    if verb in ("write", "leave", "rate", "review"):
        return ("write", "add", "leave", "rate", "review")
    if verb in ("reply", "comment", "respond", "answer"):
        return ("reply", "comment", "respond", "answer")
    if verb in STATES_OF:
        return ("edit", "change", "update", "modify", verb)
    if verb in (
        "change",
        "set",
        "update",
        "edit",
        "modify",
        "rename",
        "mark",
        "correct",
        "increase",
        "reduce",
        "move",
        "assign",
        "close",
        "reopen",
        "retitle",
        "replace",
        "append",
        "insert",
        "disable",
        "enable",
        "turn",
        "switch",
        "lower",
        "make",
        "raise",
    ):
        return ("edit", "change", "update", "modify", verb)
    if verb in ("add", "append"):
        return ("add", "new", "create", "append", "edit")
    return (verb,)
