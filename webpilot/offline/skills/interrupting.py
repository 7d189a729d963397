"""Dialogs and overlays that come unasked and lie over what the goal needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Interrupting", "Unobstructed"]

OVERLAY_ROLES = frozenset({"dialog", "alertdialog"})
OVERLAY_WORDS = frozenset({"popup", "modal", "dialog", "overlay", "lightbox", "interstitial"})
DISMISS = ("cancel", "close", "no thanks", "dismiss", "not now", "x", "×", "ok", "got it", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unobstructed(Clause):
    """No dialog that came unasked lies over the page. Implied by every goal."""


class Interrupting:
    """Dismisses what pops up unasked."""

    name = "interrupting"
    clause_types: tuple[type[Clause], ...] = (Unobstructed,)

    def read(self, piece: Piece) -> Reading | None:
        """Return ``None``: no words ask for it."""
        return None

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 0 while an unasked overlay with a way out is open."""
        return 0.0 if _ways_out(view, memory) else 1.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on the overlay's ways out."""
        for mark, node in _ways_out(view, memory):
            reason = f"'{node.label}' dismisses what lies over the page"
            yield Proposal(action=click(view, node), score=mark, reason=reason)


def _ways_out(view: PageView, memory: Memory) -> list[tuple[float, Node]]:
    """Return the controls that close an overlay which no click of ours on a control opened."""
    last = memory.last
    if last is None:
        return []
    before = {node.bid for node in last.before.visible}
    asked = last.target is not None and last.target.role in ("button", "link", "menuitem")
    found = []
    for node in view.clickable:
        holder = next((a for a in view.ancestors(node) if _overlay(a)), None)
        if holder is None or (asked and holder.bid not in before):
            continue
        if not any(n.bid in before for n in view.visible if n.bid != holder.bid):
            continue
        mark = max(similarity(name, node.label) for name in DISMISS)
        if mark >= 0.9:
            rank = [similarity(name, node.label) for name in DISMISS].index(mark)
            found.append((0.97 - rank / 100, node))
    return sorted(found, key=lambda pair: -pair[0])


def _overlay(node: Node) -> bool:
    """Return whether the node is a dialog or calls itself one."""
    return node.role in OVERLAY_ROLES or bool(node.words & OVERLAY_WORDS)
