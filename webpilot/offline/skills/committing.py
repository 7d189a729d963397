"""Controls that close a form or a dialog: Submit, OK, Search and the like."""

from __future__ import annotations

import re
from collections.abc import Iterable

from webpilot.offline.actions import click, press
from webpilot.offline.clauses import Clause, Commit, Piece, Reading, quoted
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.targets import cued

__all__ = ["Committing", "commit_controls"]

NAMES = ("submit", "ok", "done", "search", "login", "sign in", "send", "save", "confirm", "apply")
COMMAND = re.compile(
    r"(?:click|press|hit|push|tap)\s+(?:on\s+)?(?:the\s+)?[\"']?"
    r"(submit|ok|okay|done|search|log ?in|sign in|send|save|confirm|apply|continue)[\"']?"
    r"(?:\s+button)?(?:\s+(?:when|once|after|to|if)\b.*)?[.!]?$",
    re.IGNORECASE,
)
BARE = re.compile(
    r"^(?:and\s+)?(submit|log ?in|sign in|save|confirm)"
    r"(?:\s+(?:the|it|your|when|once|after)\b.*)?[.!]?$",
    re.IGNORECASE,
)


class Committing:
    """Presses the control that closes the form, once everything else holds."""

    name = "committing"
    clause_types: tuple[type[Clause], ...] = (Commit,)

    def read(self, piece: Piece) -> Reading | None:
        """Return a commit for words like ``press Submit`` or ``then click "OK"``."""
        if piece.whole:
            return None
        match = COMMAND.search(piece.text) or BARE.match(piece.text)
        if match is None or piece.text[: match.start()].strip(" ,").lower() not in PREFIXES:
            return None
        strings = quoted(match.group())
        name = strings[0] if strings else match.group(1)
        return Reading(clauses=(Commit(text=piece.text, name=name),), confidence=0.9)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once a control of that name was pressed."""
        assert isinstance(clause, Commit)
        if clause.implied and not commit_controls(view):
            return 1.0
        for step in memory.steps:
            answers = _answers(step.before, clause) if step.action.kind == "click" else []
            if step.target is not None and answers and answers[0][1].bid == step.target.bid:
                return 1.0
            if step.action == press("Enter") and step.changed and not _answers(step.before, clause):
                return 1.0
        return 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on the controls that answer to the commit's name."""
        assert isinstance(clause, Commit)
        for mark, node in _answers(view, clause):
            if mark > 0.3:
                reason = f"'{node.label}' closes the task"
                yield Proposal(action=click(view, node), score=mark, reason=reason, closing=True)
        field = view.node(view.focused)
        if field is not None and field.editable and field.tag == "input":
            reason = "Enter sends what stands in the focused field"
            yield Proposal(action=press("Enter"), score=0.4, reason=reason, closing=True)


PREFIXES = frozenset({"", "and", "then", "and then", "when done", "finally", "after that"})


def _answers(view: PageView, clause: Commit) -> list[tuple[float, Node]]:
    """Return the controls that answer to the commit; any closing one where none has its name."""
    named = [(_mark(clause, node), node) for node in view.clickable if not node.editable]
    good = sorted((pair for pair in named if pair[0] >= 0.6), key=lambda pair: -pair[0])
    return good or [(0.5, node) for node in commit_controls(view)]


def _mark(clause: Commit, node: Node) -> float:
    """Return how well a node answers to the commit."""
    names = NAMES if clause.implied else (clause.name,)
    named = max(max(similarity(name, node.label), 0.8 * cued(name, node)) for name in names)
    return named if node.role in ("button", "link", "img", "image") else 0.8 * named


def commit_controls(view: PageView) -> tuple[Node, ...]:
    """Return the drawn controls that usually close a form."""
    return tuple(
        node
        for node in view.clickable
        if node.role in ("button", "link", "")
        and (
            node.attributes.get("type") == "submit"
            or max(similarity(name, node.label) for name in NAMES) >= 0.9
        )
    )
