"""Text fields: forms, logins, passwords, values read off the page or worked out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, fill
from webpilot.offline.clauses import QUOTED, Clause, Piece, Reading
from webpilot.offline.fields import GENERIC, fields_for, holds
from webpilot.offline.matching import fold, words
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.suggestions import suggestions
from webpilot.offline.targets import Target, ordinal, read_target
from webpilot.offline.values import Case, Origin, Source, resolve

__all__ = ["Enter", "Typing"]

VERB = re.compile(
    r"\b(?:enter|type|write|put|input|insert|fill(?:\s+(?:in|out))?|set|paste|provide|use"
    r"|search\s+for|look\s+up|log\s?in|sign\s(?:in|up)|register|subscribe)\b",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"^\s*,?\s*(?:(?:in(?:to|side)?|as|for|to|at)\b)\s+"
    r"(.*?)(?=\s+and\s+(?:press|click|hit|the)\b|\s+and\s+\"|\s*,\s*\"|[.;]|$)",
    re.IGNORECASE,
)
LOOKED_UP = re.compile(
    r"\b(?:value|content|text|entry)s?\s+(?:of|for|in|from|under)\s+(?:the\s+)?(.+?)\s+(?:in(?:to)?|as)\s+(?:the\s+)?(.*)$",
    re.IGNORECASE,
)
OF_ITEM = re.compile(
    r"^(?:and\s+)?(?:enter|type|write|put|input)\s+the\s+(\w[\w ]*?\s+(?:of|for)\s+.+?)"
    r"\s+(?:in(?:to)?)\s+(?:the\s+)?(.*)$",
    re.IGNORECASE,
)
EACH = re.compile(r"\bvalues?\b.*\b(?:each|corresponding|every|all)\b", re.IGNORECASE)
SHOWN = re.compile(
    r"\b(?:text|word|letters|code|characters|string)\b.*\b(?:below|above|shown|displayed|see)\b",
    re.I,
)
COPY = re.compile(r"\bcopy\b.*?\b(?:text|content|value)?\b.*\bpaste\b", re.IGNORECASE)
WORD = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|last)\s+word\b", re.IGNORECASE
)
SUM = re.compile(
    r"\b(?:solve|answer|result|calculate|compute|math|equation|expression|solution)\b", re.I
)
FIELD_LEAD = re.compile(r"^\s*(?:in(?:to)?|to|as|for)\s+(?:the\s+)?[\w ]*$", re.IGNORECASE)
PAIRED = re.compile(r"\band\b|,|;", re.IGNORECASE)
QUESTION = re.compile(
    r"^(?:what(?:'s| is| are)|who is|when is|find(?: out)?|look up|read)\s+(?:the\s+)?(.+?)[?.]?$",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?:it|that|this|them|answer|result|value)\b", re.IGNORECASE)
EVERY_FIELD = re.compile(
    r"\b(?:both|all|each|every)\b[\w\s]*\b(?:field|box|input|textbox|area)e?s?\b", re.IGNORECASE
)
CASES = (
    (re.compile(r"\b(?:upper\s?-?case|capital letters|all caps|capitals)\b", re.I), Case.UPPER),
    (re.compile(r"\b(?:lower\s?-?case|small letters)\b", re.I), Case.LOWER),
    (re.compile(r"\b(?:reverse[ds]?|backwards?)\b", re.IGNORECASE), Case.REVERSED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter(Clause):
    """A field must hold a text."""

    source: Source
    field: Target
    everywhere: bool = False
    """Every field of the form must hold it (each its own, where it is looked up)."""


class Typing:
    """Fills fields and checks what they hold."""

    name = "typing"
    clause_types: tuple[type[Clause], ...] = (Enter,)

    def read(self, piece: Piece) -> Reading | None:
        """Return what must stand in which field."""
        found = _read_copy(piece) or _read_derived(piece) or _read_quoted(piece)
        if found or piece.whole:
            return found
        return _read_bare(piece)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the meant fields that hold their text."""
        assert isinstance(clause, Enter)
        due = _due(view, clause)
        if not due:
            return 0.0
        kept = sum(holds(field, text) and not _offered(view, text) for field, text, _ in due)
        return kept / len(due)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield fills of the fields that do not hold their text yet."""
        assert isinstance(clause, Enter)
        for field, text, mark in _due(view, clause):
            for option in _offered(view, text):
                reason = f"takes the suggestion '{option.label}'"
                yield Proposal(action=click(view, option), score=0.9, reason=reason)
            if not holds(field, text):
                reason = f"'{text}' belongs into '{field.label or field.bid}'"
                yield Proposal(action=fill(field, text), score=mark, reason=reason)
        if clause.everywhere:
            return
        for mark, field in fields_for(view, clause.field)[1:3]:
            other = resolve(clause.source, view, field)
            if other is not None and not holds(field, other):
                reason = f"'{other}' may belong into '{field.label or field.bid}'"
                yield Proposal(action=fill(field, other), score=0.5 * mark, reason=reason)


def _due(view: PageView, clause: Enter) -> list[tuple[Node, str, float]]:
    """Return the meant fields with the text each must hold and how sure that is."""
    answers = fields_for(view, clause.field)
    if clause.source.origin is Origin.FIELD and clause.field.number is None:
        answers = [(mark, field) for mark, field in answers if field.tag == "input"] or answers
        answers = sorted(answers, key=lambda pair: bool(pair[1].value))
    chosen = [(0.9, field) for _, field in answers] if clause.everywhere else answers[:1]
    texts = [(mark, field, resolve(clause.source, view, field)) for mark, field in chosen]
    return [(field, text, mark) for mark, field, text in texts if text is not None]


def _offered(view: PageView, text: str) -> tuple[Node, ...]:
    """Return suggestions in sight that read exactly as the text."""
    return tuple(node for node in suggestions(view) if fold(node.label) == fold(text))[:1]


def _case(text: str) -> Case:
    """Return the case that the words ask for."""
    return next((case for pattern, case in CASES if pattern.search(text)), Case.SAME)


def _read_copy(piece: Piece) -> Reading | None:
    """Return the reading of ``copy ... and paste it into ...``."""
    if not COPY.search(piece.text):
        return None
    origin, place = re.split(r"\bpaste\b", piece.text, maxsplit=1, flags=re.IGNORECASE)
    source = Source(origin=Origin.FIELD, field=read_target(origin), case=_case(place))
    clause = Enter(text=piece.text, source=source, field=Target(name=""))
    return Reading(clauses=(clause,), confidence=0.8)


def _read_derived(piece: Piece) -> Reading | None:
    """Return the reading of a value that the page must give: looked up, shown or worked out."""
    if piece.whole or QUOTED.search(piece.text):
        return None
    text = piece.text
    looked = LOOKED_UP.search(text) or OF_ITEM.match(text)
    everywhere, field = False, ""
    word = WORD.search(f"{piece.lead} {text}")
    if word and VERB.search(text):
        source = Source(origin=Origin.WORD, number=ordinal(word.group()), case=_case(text))
    elif EACH.search(text) and VERB.search(text):
        source, everywhere = Source(origin=Origin.LABEL), True
    elif looked and VERB.search(text):
        source, field = Source(origin=Origin.LABEL, text=looked.group(1)), looked.group(2)
    elif SHOWN.search(text) and VERB.search(text):
        source = Source(origin=Origin.SHOWN, case=_case(text))
    elif (asked := _asked(piece)) is not None:
        source = Source(origin=Origin.LABEL, text=asked, case=_case(text))
        place = re.search(r"\b(?:in|into)\s+(?:the\s+)?(.+)$", text, re.IGNORECASE)
        field = place.group(1) if place else ""
    elif SUM.search(text) and (
        VERB.search(text) or re.search(r"\bsolve\b|\bwhat is\b", text.lower())
    ):
        source = Source(origin=Origin.SUM)
        place = re.search(r"\b(?:in|into)\s+(?:the\s+)?(.+)$", text, re.IGNORECASE)
        field = place.group(1) if place else ""
    else:
        return None
    target = read_target(field)
    clause = Enter(text=text, source=source, field=target, everywhere=everywhere)
    return Reading(clauses=(clause,), confidence=0.75)


def _asked(piece: Piece) -> str | None:
    """Return what the words before the piece ask for, where the piece only says ``it``."""
    question = QUESTION.search(piece.lead)
    if question is None or not VERB.search(piece.text) or not PRONOUN.search(piece.text):
        return None
    return question.group(1)


def _read_quoted(piece: Piece) -> Reading | None:
    """Return the reading of quoted texts with the fields named before or after them."""
    verb = VERB.search(QUOTED.sub(lambda m: "_" * len(m.group()), piece.text))
    strings = list(QUOTED.finditer(piece.text))
    if verb is None or not strings or piece.whole:
        return None
    clauses: list[Enter] = []
    start = verb.end()
    for position, match in enumerate(strings):
        if match.start() < verb.end():
            continue
        before = piece.text[start : match.start()]
        following = strings[position + 1].start() if position + 1 < len(strings) else None
        after = piece.text[match.end() : following]
        start = match.end()
        if clauses and FIELD_LEAD.search(before) and not PAIRED.search(before):
            continue
        before = PAIRED.split(before)[-1] if clauses else before
        place = PLACE.match(piece.text[match.end() :])
        named = _named(before) or (place.group(1) if place else "")
        everywhere = bool(EVERY_FIELD.search(after))
        value = next(group for group in match.groups() if group is not None)
        source = Source(origin=Origin.LITERAL, text=value, case=_case(after))
        clauses.append(
            Enter(
                text=f"{before.strip()} {match.group()}".strip(),
                source=source,
                field=read_target(named),
                everywhere=everywhere and len(strings) == 1,
            )
        )
    return Reading(clauses=tuple(clauses), confidence=0.75) if clauses else None


def _named(before: str) -> str:
    """Return the field that the words before a quoted text name, or the empty string."""
    bare = re.sub(r"\b(?:and|with|to|the|as|text|value|word|following|name of|in)\b", " ", before)
    left = [word for word in words(bare) if word not in GENERIC]
    return " ".join(left)


def _read_bare(piece: Piece) -> Reading | None:
    """Return the reading of an unquoted value: ``enter 42 as the age``."""
    match = re.match(
        r"^(?:and\s+)?(?:enter|type|write|put|input)\s+(\S.*?)\s+(?:in(?:to)?|as|for)\s+(?:the\s+)?(.*?)[.]?$",
        piece.text,
        re.IGNORECASE,
    )
    if match is None or re.search(r"\b(?:value|item|text|number|word)\b", match.group(1)):
        return None
    source = Source(origin=Origin.LITERAL, text=match.group(1))
    clause = Enter(text=piece.text, source=source, field=read_target(match.group(2)))
    return Reading(clauses=(clause,), confidence=0.6)
