"""Fields with suggestions: type a part, then take the entry that fits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, fill, wait
from webpilot.offline.clauses import QUOTED, Clause, Piece, Reading
from webpilot.offline.fields import fields_for
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.suggestions import suggestions
from webpilot.offline.targets import Target

__all__ = ["Complete", "Completing"]

PART = {
    "start": re.compile(r"(?:start(?:s|ing)?|begin(?:s|ning)?)\s+with\s*$", re.IGNORECASE),
    "end": re.compile(r"end(?:s|ing)?\s+(?:with|in)\s*$", re.IGNORECASE),
    "middle": re.compile(r"contain(?:s|ing)?\s*$", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete(Clause):
    """A field must hold an entry of its suggestion list with these parts."""

    start: str = ""
    end: str = ""
    middle: str = ""

    def admits(self, text: str) -> bool:
        """Return whether a text has the parts."""
        low = text.strip().lower()
        return (
            bool(low)
            and low.startswith(self.start.lower())
            and low.endswith(self.end.lower())
            and self.middle.lower() in low
        )


class Completing:
    """Types the known beginning and takes the suggestion that fits."""

    name = "completing"
    clause_types: tuple[type[Clause], ...] = (Complete,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the parts an entry must have."""
        parts: dict[str, str] = {}
        for match in QUOTED.finditer(piece.text):
            lead = piece.text[: match.start()]
            value = next(group for group in match.groups() if group is not None)
            for part, pattern in PART.items():
                if pattern.search(lead):
                    parts[part] = value
        if not parts:
            return None
        return Reading(clauses=(Complete(text=piece.text, **parts),), confidence=0.84)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where a field holds a fitting text and no suggestion is pending."""
        assert isinstance(clause, Complete)
        fits = any(clause.admits(field.value) for field in view.editable)
        if fits and not any(clause.admits(n.label) for n in suggestions(view)):
            return 1.0
        typed = any(field.value and field.value in clause.start for field in view.editable)
        return 0.6 if fits else 0.4 * typed

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the fitting suggestion, else typing what is known of the entry."""
        assert isinstance(clause, Complete)
        for node in suggestions(view):
            if clause.admits(node.label):
                reason = f"'{node.label}' has the parts asked for"
                yield Proposal(action=click(view, node), score=0.95, reason=reason)
        known = clause.start or clause.middle or clause.end
        fields = [field for _, field in fields_for(view, Target(name=""))]
        fields.sort(key=lambda field: (field.role == "spinbutton", not _suggesting(field)))
        for mark, field in zip((0.9, 0.6), fields, strict=False):
            if field.value != known:
                reason = f"typing '{known}' shows what can be chosen"
                yield Proposal(action=fill(field, known), score=mark, reason=reason)
            elif not suggestions(view):
                yield Proposal(action=wait(), score=0.5, reason="suggestions may take a moment")
                if len(known) > 1:
                    reason = "typing less may show more suggestions"
                    yield Proposal(action=fill(field, known[:-1]), score=0.3, reason=reason)


def _suggesting(field: Node) -> bool:
    """Return whether the field says that it will suggest something."""
    listed = "hasPopup" in field.states or "autocomplete" in field.states
    return field.role in ("combobox", "searchbox") or "autocomplete" in field.words or listed
