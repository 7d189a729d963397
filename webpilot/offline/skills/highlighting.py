"""Selecting text with mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, press
from webpilot.offline.clauses import Clause, Piece, Reading, quoted
from webpilot.offline.matching import fold
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.spans import holder_of, next_gesture, selected_text
from webpilot.offline.targets import ordinal

__all__ = ["Highlight", "Highlighting"]

COMMAND = re.compile(
    r"^(?:please\s+)?(?:select|highlight|mark)\s+(?P<what>.*\b(?:text|paragraph|sentence|word"
    r"|words|line|everything|passage)s?\b.*|.*\"[^\"]+\".*\b(?:in|of)\b.*\b(?:text|paragraph)\b.*)$",
    re.IGNORECASE,
)
PROSE_TAGS = frozenset({"p", "div", "span", "li", "blockquote", "pre", "td", "em", "textarea"})
SHORT = 3
"""Characters up to which a text is no passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight(Clause):
    """A passage must be selected."""

    words: str = ""
    """The words themselves, or the empty string where only the place is named."""
    number: int | None = None
    """Place of the passage among the passages, from 1."""


class Highlighting:
    """Drags over passages and checks what is selected."""

    name = "highlighting"
    clause_types: tuple[type[Clause], ...] = (Highlight,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the passage to select."""
        match = COMMAND.match(piece.text)
        if match is None or piece.whole or re.search(r"\bsimilar|synonym|field\b", piece.lower):
            return None
        strings = quoted(match.group("what"))
        clause = Highlight(
            text=piece.text,
            words=strings[0] if strings else "",
            number=ordinal(match.group("what")),
        )
        return Reading(clauses=(clause,), confidence=0.7)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where exactly the passage is selected, part of it for a part."""
        assert isinstance(clause, Highlight)
        node, words = passage(view, clause.words, clause.number)
        if node is None:
            return 0.0
        chosen, wanted = fold(selected_text(view)), fold(words)
        if chosen == wanted:
            return 1.0
        return 0.5 * len(chosen) / len(wanted) if chosen and chosen in wanted else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the next action that selects the passage."""
        assert isinstance(clause, Highlight)
        node, words = passage(view, clause.words, clause.number)
        if node is not None:
            yield from selecting(view, node, words, memory)


def passage(view: PageView, words: str, number: int | None) -> tuple[Node | None, str]:
    """Return the node that holds the passage, and the passage's words."""
    if words:
        return holder_of(view, words), words
    passages = [
        node
        for node in view.visible
        if (node.tag in PROSE_TAGS and not node.clickable and len(node.text) > SHORT)
        or (node.tag == "textarea" and len(node.value) > SHORT)
    ]
    if not passages:
        return None, ""
    if number is not None and number <= len(passages):
        node = passages[number - 1 if number > 0 else -1]
    else:
        node = max(passages, key=lambda n: len(n.content or n.value))
    return node, node.content or node.value


def selecting(view: PageView, node: Node, words: str, memory: Memory) -> Iterable[Proposal]:
    """Yield the next action on the way to selecting ``words`` in ``node``."""
    field = node.tag == "textarea" or node.editable
    if field and fold(words) == fold(node.content or node.value):
        if view.focused == node.bid:
            reason = "selects all in the focused field"
            yield Proposal(action=press("Control+a"), score=0.93, reason=reason)
        else:
            yield Proposal(action=click(view, node), score=0.93, reason="focuses the text")
        return
    gesture = next_gesture(view, node, words, memory)
    yield Proposal(action=gesture, score=0.9, reason=f"drags over '{words[:40]}'")
