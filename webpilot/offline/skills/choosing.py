"""Check boxes, radio buttons, list entries and drop-down lists: what must be chosen is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, press, type_text
from webpilot.offline.clauses import Clause, Piece, Reading, quoted
from webpilot.offline.looking import ways_to_look
from webpilot.offline.memory import Memory
from webpilot.offline.options import Option, options
from webpilot.offline.page import PageView
from webpilot.offline.skills.protocol import Proposal
from webpilot.offline.thesaurus import kinship

__all__ = ["Choose", "Choosing"]

COMMAND = re.compile(
    r"^(?:please\s+)?(?P<verb>select|choose|pick|check|tick|uncheck|untick|deselect|mark|toggle"
    r"|turn on|switch on|enable|activate|turn off|switch off|disable|deactivate)"
    r"\s+(?P<rest>.+?)[.]?$",
    re.IGNORECASE,
)
SIMILAR = re.compile(
    r"\b(?:similar|synonyms?|same meaning|close|related)\b.*?\bto\s+", re.IGNORECASE
)
PLACE = re.compile(
    r"\s+(?:from|in|on|with|using|of)\s+(?:the|a|an)\s+.*$|\s+as\s+(?:the|your|a)\s+.*$",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"^(?:the\s+)?(?:(?:following|these)\s+)?(?:options?|items?|values?|words?|boxes|checkbox(?:es)?"
    r"|radio(?:\s+buttons?)?|entr(?:y|ies))?\s*(?:labell?ed|named|with|for|:)?\s*(?:the\s+)?",
    re.IGNORECASE,
)
EVERY = re.compile(
    r"^(?:all|every)(?:\s+(?:of\s+)?the)?\s+(?:check\s?)?(?:boxes|box|options?|items?|\w*checkbox\w*)\b",
    re.IGNORECASE,
)
OFF = frozenset(
    {"uncheck", "untick", "deselect", "turn off", "switch off", "disable", "deactivate"}
)
TAIL = re.compile(r"\s+(?:check\s?box|box|option|radio button|item|entry)$", re.IGNORECASE)
MATCH = 0.6
"""Score from which an option answers to a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Clause):
    """These options must be chosen and no others of their kind."""

    names: tuple[str, ...]
    similar: bool = False
    """The names are to be met in meaning, not in words."""
    off: bool = False
    """They must not be chosen."""
    every: bool = False
    """All there are are meant."""


class Choosing:
    """Sets check boxes, radio buttons and lists."""

    name = "choosing"
    clause_types: tuple[type[Clause], ...] = (Choose,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the choice of the listed names."""
        match = COMMAND.match(piece.text)
        if match is None or piece.whole:
            return None
        rest, similar = match.group("rest"), False
        alike = SIMILAR.search(rest)
        if alike:
            rest, similar = rest[alike.end() :], True
        strings = quoted(rest)
        off = match.group("verb").lower() in OFF
        every = not strings and bool(EVERY.match(rest))
        names = () if every else strings or _names(rest)
        clause = Choose(text=piece.text, names=names, similar=similar, off=off, every=every)
        return Reading(clauses=(clause,), confidence=0.62)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 where exactly the meant options are chosen, less for each that differs."""
        assert isinstance(clause, Choose)
        found = options(view, memory)
        meant = _meant(clause, found)
        last = memory.last
        if last is not None and any(last.action == type_text(o.name) for o in meant):
            return 0.6
        if len(meant) < len(clause.names):
            return 0.3 * len(meant) / max(1, len(clause.names))
        wrong = sum(o.chosen == clause.off for o in meant)
        wrong += len(_surplus(clause, found, meant))
        return max(0.0, 1.0 - wrong / max(1, len(meant)))

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on options that are not yet as asked; ways to look for missing ones."""
        assert isinstance(clause, Choose)
        found = options(view, memory)
        meant = _meant(clause, found)
        for option in meant:
            typed = memory.last is not None and memory.last.action == type_text(option.name)
            if option.chosen == clause.off or typed:
                yield from _set(view, option, memory)
        for option in _surplus(clause, found, meant):
            if option.many:
                reason = f"'{option.name}' was not asked for"
                yield Proposal(action=click(view, option.node), score=0.6, reason=reason)
        if len(meant) < len(clause.names):
            yield from ways_to_look(view, memory)


def _names(text: str) -> tuple[str, ...]:
    """Return the names of an unquoted list; none for ``nothing``."""
    bare = LEAD.sub("", PLACE.sub("", text.strip(" .")), count=1)
    if bare.lower() in ("nothing", "none", "no boxes"):
        return ()
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", bare)
    return tuple(TAIL.sub("", part.strip()) for part in parts if part.strip())


def _meant(clause: Choose, found: tuple[Option, ...]) -> tuple[Option, ...]:
    """Return the options that the clause names, each at most once."""
    if clause.every:
        return tuple(option for option in found if option.many)
    meant: list[Option] = []
    for name in clause.names:
        rated = [
            (kinship(name, o.name) if clause.similar else o.answers(name), o.chosen, -place, o)
            for place, o in enumerate(found)
            if o not in meant
        ]
        best = max(rated, key=lambda rating: rating[:3], default=None)
        if best is not None and best[0] >= (0.3 if clause.similar else MATCH):
            meant.append(best[3])
    return tuple(meant)


def _surplus(
    clause: Choose, found: tuple[Option, ...], meant: tuple[Option, ...]
) -> tuple[Option, ...]:
    """Return the chosen check boxes that nobody asked for; radio groups settle themselves."""
    if clause.off:
        return ()
    many = not meant or meant[0].many
    return tuple(o for o in found if many and o.many and o.chosen and o not in meant)


def _set(view: PageView, option: Option, memory: Memory) -> Iterable[Proposal]:
    """Yield the next action that chooses an option; drop-down lists take three."""
    if option.holder is None:
        reason = f"'{option.name}' is asked for"
        keep = option.many and option.node.role == "option"
        yield Proposal(action=click(view, option.node, keep=keep), score=0.92, reason=reason)
        return
    last = memory.last
    reason = f"'{option.name}' in the list '{option.holder.label}'"
    if last is not None and last.action == type_text(option.name):
        yield Proposal(action=press("Enter"), score=0.92, reason=f"takes {reason}")
    elif last is not None and last.target is not None and last.target.bid == option.holder.bid:
        yield Proposal(action=type_text(option.name), score=0.92, reason=f"finds {reason}")
    else:
        yield Proposal(action=click(view, option.holder), score=0.92, reason=f"opens {reason}")
