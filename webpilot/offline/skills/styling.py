"""Editors: giving a stretch of text a style with the toolbar."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click
from webpilot.offline.clauses import Clause, Piece, Reading, quoted
from webpilot.offline.matching import fold, similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.palette import COLOR_HEX as NAMED
from webpilot.offline.palette import is_named
from webpilot.offline.skills.highlighting import passage, selecting
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.spans import selected_text

__all__ = ["Style", "Styling"]

STYLES: dict[str, frozenset[str]] = {
    "bold": frozenset({"b", "strong"}),
    "italic": frozenset({"i", "em"}),
    "underline": frozenset({"u", "ins"}),
    "strike": frozenset({"s", "strike", "del"}),
}
"""Tags that show each style."""
STYLE = re.compile(r"\b(bold|italic|underline|strike(?=-?through))", re.IGNORECASE)
COLOR = re.compile(rf"\b({'|'.join(NAMED)})\b", re.IGNORECASE)
VERB = re.compile(
    r"\b(?:give|make|set|change|turn|apply|format|style|bold|underline|italici[sz]e|colou?r)\b",
    re.I,
)
PLAIN = re.compile(
    r"\b(?:the )?(?:text|word|words)\s+(?!(?:in|to|with|the|a|bold|italic|underlined?|of)\b)(\S.*?)"
    r"\s+(?:the|a|an|to|in|into)\s+(?:style|colou?r|font|be|bold|italic|underline)",
    re.IGNORECASE,
)
ABOUT = re.compile(r"\b(?:style|text|word|colou?r|font|everything|sentence)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style(Clause):
    """A stretch of text must have a style."""

    words: str
    """The stretch, or the empty string for the whole text."""
    style: str
    """Key of :data:`STYLES`, or the name of a colour."""


class Styling:
    """Selects the text, then takes the style from the toolbar."""

    name = "styling"
    clause_types: tuple[type[Clause], ...] = (Style,)

    def read(self, piece: Piece) -> Reading | None:
        """Return text and style."""
        bare = re.sub(r"\"[^\"]*\"", " ", piece.text)
        if piece.whole or not VERB.search(bare) or not ABOUT.search(bare):
            return None
        found = STYLE.search(bare) or COLOR.search(bare)
        if found is None:
            return None
        strings = quoted(piece.text)
        plain = PLAIN.search(bare)
        words = strings[0] if strings else plain.group(1) if plain else ""
        clause = Style(text=piece.text, words=words, style=found.group(1).lower())
        return Reading(clauses=(clause,), confidence=0.74)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where the text has the style, half of that where it is selected."""
        assert isinstance(clause, Style)
        node, words = passage(view, clause.words, None)
        if node is None:
            return 0.0
        wanted = fold(words)
        if any(_bears(n, clause.style) and fold(n.content) == wanted for n in _family(view, node)):
            return 1.0
        return 0.4 if fold(selected_text(view)) == wanted else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield selecting the text, then the toolbar's control, and where it opens the choice."""
        assert isinstance(clause, Style)
        node, words = passage(view, clause.words, None)
        if node is None:
            return
        if fold(selected_text(view)) != fold(words):
            yield from selecting(view, node, words, memory)
            return
        wanted = ("color", "colour", "font color") if clause.style in NAMED else (clause.style,)
        for control in view.clickable:
            names = (control.label, *control.words)
            mark = max((similarity(want, name) for want in wanted for name in names), default=0.0)
            exact = max((similarity(clause.style, name) for name in names), default=0.0)
            shaded = clause.style in NAMED and control.background is not None
            shade = 0.9 if shaded and _hued(control.background, clause.style) else 0.0
            best = max(mark * (0.5 if memory.clicked(control.bid) else 1.0), exact, shade)
            if best >= 0.5:
                reason = f"'{control.label or ' '.join(sorted(control.words))}' sets the style"
                yield Proposal(action=click(view, control), score=0.95 * best, reason=reason)


def _family(view: PageView, node: Node) -> tuple[Node, ...]:
    """Return the node, what it holds and what holds it."""
    return (node, *view.descendants(node), *view.ancestors(node))


def _bears(node: Node, style: str) -> bool:
    """Return whether the node shows the style."""
    if style in STYLES:
        return node.tag in STYLES[style]
    return _hued(node.color, style)


def _hued(color: str | None, name: str) -> bool:
    """Return whether a colour goes by the name."""
    return color is not None and is_named(color, name)
