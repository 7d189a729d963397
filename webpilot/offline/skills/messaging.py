"""Messages, posts and the like: what is done to the entry of one person, in words of any app."""

from __future__ import annotations

import re

from webpilot.offline.clauses import Clause, Commit, Piece, Reading, quoted
from webpilot.offline.memory import Memory
from webpilot.offline.page import PageView
from webpilot.offline.skills.clicking import pressing
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.skills.typing import Enter
from webpilot.offline.targets import WITHIN, Target
from webpilot.offline.values import Origin, Source

__all__ = ["Messaging"]

PERSON = r"(?P<who>\"[^\"]+\"|@?[A-Z@][\w.@-]*(?:\s+[A-Z][\w-]*)?)"
DEEDS = (
    "delete|remove|trash|archive|star|flag|like|favou?rite|share|retweet|follow|unfollow|block"
    "|mute|report|bookmark|pin|unlike|reply|respond|answer|forward|resend|save|hide"
)
DEED = re.compile(rf"\b(?P<deed>{DEEDS})\b", re.IGNORECASE)
IMPORTANT = re.compile(r"\bmark\b.*\b(?P<how>important|starred|favorite|read|unread|spam)\b", re.I)
THING = re.compile(
    r"\b(?:e-?mails?|messages?|mails?|posts?|tweets?|threads?|comments?|conversation|they|them|it)\b",
    re.IGNORECASE,
)
SAYING = re.compile(
    r"\b(?:with(?: the)?(?: text| message| words)?|saying|that says|text|message)\b\s*:?\s*"
    r"(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\".]+?)[.]?$)",
    re.IGNORECASE,
)
RECIPIENT = re.compile(rf"\bto\s+{PERSON}")
ANSWERS = frozenset({"reply", "respond", "answer"})
PASSES = frozenset({"forward", "resend"})


class Messaging:
    """Reads deeds on messages into presses, texts and sending; other skills carry them out."""

    name = "messaging"
    clause_types: tuple[type[Clause], ...] = ()

    def read(self, piece: Piece) -> Reading | None:
        """Return the clauses of one deed on one person's entry."""
        deed = DEED.search(piece.text) or IMPORTANT.search(piece.text)
        if deed is None or not THING.search(f"{piece.lead} {piece.text}") or piece.whole:
            return None
        if re.search(r"\b(?:click|press|tap)\b", piece.lower):
            return None
        verb = deed.groupdict().get("deed") or deed.groupdict()["how"]
        who = _owner(piece, verb)
        text = piece.text
        target = Target(name=verb.lower(), within=who, text=text)
        clauses: list[Clause] = [pressing(text, target)]
        if verb.lower() in ANSWERS:
            saying = SAYING.search(text) or SAYING.search(piece.goal)
            words = (saying.group("quoted") or saying.group("bare") or "") if saying else ""
            words = words or next((s for s in quoted(text) if s != who), "")
            if words:
                clauses += [
                    _enter(text, words, "", "textarea"),
                    Commit(text="send it", name="send"),
                ]
        elif verb.lower() in PASSES:
            to = RECIPIENT.search(text)
            if to:
                name = to.group("who").strip('".')
                clauses += [_enter(text, name, "to", ""), Commit(text="send it", name="send")]
        return Reading(clauses=tuple(clauses), confidence=0.74)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 0: it has no clauses of its own."""
        return 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> tuple[Proposal, ...]:
        """Return nothing: it has no clauses of its own."""
        return ()


def _enter(text: str, words: str, field: str, kind: str) -> Enter:
    """Return the entering of a literal."""
    source = Source(origin=Origin.LITERAL, text=words)
    return Enter(text=text, source=source, field=Target(name=field, kind=kind))


def _owner(piece: Piece, verb: str) -> str:
    """Return whose entry it is, from the piece or the words that lead to it."""
    for stretch in (piece.text, piece.lead):
        within = WITHIN.search(stretch)
        if within:
            return within.group(1).strip('"')
    named = re.search(rf"(?i:\b{verb}(?:\s+to)?)\s+(?:the\s+)?{PERSON}", piece.text)
    if named:
        return named.group("who").strip('"')
    owned = re.search(rf"{PERSON}'s\b", piece.text)
    return owned.group("who").strip('"') if owned else ""
