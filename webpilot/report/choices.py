"""What a search chose between, in words: the move that led to a node, and why a node lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webpilot.records.trees import AttemptRecord

__all__ = ["move_told", "why_lost"]


def move_told(data: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the move that led to a node in words, and whether it is a stop."""
    move = data["move"]
    if move is None:
        return "start", False
    if "raw" in move:
        return str(move["raw"]), False
    told = move.get("text") if move["kind"] == "answer" else None
    return f"stop: {move['kind']}" + (f" {told!r}" if told else ""), True


def why_lost(
    data: Mapping[str, Any], attempt: AttemptRecord, by_id: Mapping[int, Mapping[str, Any]]
) -> str:
    """Return why a node is not on the chosen path: its own fault, or a rival's strength.

    Args:
        data: the node, as ``tree.json`` has it.
        attempt: the tree it stands in.
        by_id: all nodes of that tree.
    """
    if data["status"] == "drifted":
        return "going back here gave another page, so it was excluded"
    if data["status"] == "dead":
        error = data.get("error")
        return f"the action failed: {error}" if error else "the action failed and changed nothing"
    rival = _rival(data, attempt, by_id)
    if rival is None:
        return "the search went no further along here"
    if rival["id"] == data["parent"]:
        return "the path stops before it: " + _compared(data, rival)
    return _compared(data, rival)


def _rival(
    data: Mapping[str, Any], attempt: AttemptRecord, by_id: Mapping[int, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the chosen node where the path parts from this node's branch, or its end."""
    node: Mapping[str, Any] | None = data
    while node is not None and node["id"] not in attempt.chosen:
        node = by_id.get(node["parent"])
    if node is None:
        return None
    index = attempt.chosen.index(node["id"])
    return by_id[attempt.chosen[min(index + 1, len(attempt.chosen) - 1)]]


def _done(data: Mapping[str, Any]) -> bool:
    return bool(data["accepted"] or (data["completion"] or {}).get("done"))


def _compared(data: Mapping[str, Any], rival: Mapping[str, Any]) -> str:
    name = f"#{rival['id']} {move_told(rival)[0]}"
    own, other = data["value"], rival["value"]
    if own is None:
        return f"never scored; {name} was chosen" if rival["move"] else "never scored"
    if other is None:
        return f"value {own:.2f}; {name} was chosen unscored"
    if own < other:
        return f"value {own:.2f}, less than {other:.2f} of {name}"
    if _done(rival) and not _done(data):
        return f"value {own:.2f}, but only {name} was judged done"
    if _done(rival):
        return f"value {own:.2f}, no more than {other:.2f} of {name}, which was found first"
    return f"value {own:.2f}, but {name} ({other:.2f}) leads to the node that was chosen"
