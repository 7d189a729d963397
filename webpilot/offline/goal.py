"""Splits a goal into pieces and has each read by the skill that understands it best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from webpilot.offline.clauses import QUOTED, Clause, Commit, Piece, Reading
from webpilot.offline.skills.interrupting import Unobstructed
from webpilot.offline.skills.protocol import Skill

__all__ = ["parse", "pieces"]

UNDERSTOOD = 0.5
"""Confidence from which a piece counts as understood: a sentence is cut where all parts are."""

VERBS = (
    "click press hit push tap select choose pick check uncheck tick enter type write fill input "
    "submit drag move drop find open expand collapse close scroll set adjust highlight copy paste "
    "draw create delete remove navigate go use book reply forward like search turn switch enable "
    "disable hover double-click right-click star archive share mark give make change copy"
)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
VERB = f"(?:{'|'.join(VERBS.split())})"
CLAUSE = re.compile(
    rf",?\s+(?:and\s+then|then|and)\s+(?={VERB}\b)"
    rf"|,\s+(?={VERB}\s+(?:on|off|the|an?|it|your)\b|{VERB}\s+(?:[\"'_]|(?-i:[A-Z])))|;\s*",
    re.IGNORECASE,
)
HINT = re.compile(
    r"^(?:please\s+)?(?:find|look|locate|navigate|browse|switch between|use the mouse|read"
    r"|scroll through)\b.*$|^(?:what|who|when|where|which)\b.*\?$"
    r"|^(?:in|on|inside|within|under|using|from|for)\s(?:\S+\s?){1,7}$|^(?:and\s+)?then[.,]?$",
    re.IGNORECASE,
)
"""Words that only say how to get there; finding and looking is in every skill's nature."""

CUTS = (SENTENCE, CLAUSE)
"""Where a goal is cut, coarse before fine."""


def parse(goal: str, skills: Sequence[Skill]) -> tuple[Clause, ...]:
    """Return the goal's clauses in the order in which they are asked for.

    Every goal implies that no dialog lies in the way, and one that ends with a state implies the
    control that closes the form, if the page has one.
    """
    clauses = _stated(goal, skills)
    if not clauses:
        clauses = _read(Piece(text=goal.strip(), goal=goal), skills, hints=False).clauses
    if not clauses:
        return ()
    implied: tuple[Clause, ...] = (Unobstructed(text="no dialog in the way"),)
    if not clauses[-1].event:
        clauses = (*clauses, Commit(text="close the form", name="submit", implied=True))
    return implied + clauses


def _stated(goal: str, skills: Sequence[Skill]) -> tuple[Clause, ...]:
    """Return what the goal says in so many words."""
    reading = _understand(Piece(text=goal.strip(), goal=goal, whole=True), skills, CUTS)
    return tuple(dict.fromkeys(reading.clauses))


def _understand(
    piece: Piece, skills: Sequence[Skill], cuts: tuple[re.Pattern[str], ...]
) -> Reading:
    """Return a piece's reading: part by part where each part is understood, else at one go."""
    if not cuts:
        return _read(replace(piece, whole=False), skills)
    parts = pieces(piece.text, cuts[0])
    if len(parts) == 1:
        return _understand(replace(piece, text=parts[0]), skills, cuts[1:])
    known = []
    lead = piece.lead
    for part in parts:
        known.append(_understand(Piece(text=part, goal=piece.goal, lead=lead), skills, cuts[1:]))
        lead = part if not known[-1].clauses else ""
    weakest = min(reading.confidence for reading in known)
    if weakest < UNDERSTOOD:
        whole = _read(piece, skills)
        if whole.confidence >= UNDERSTOOD:
            return whole
    clauses = tuple(clause for reading in known for clause in reading.clauses)
    return Reading(clauses=clauses, confidence=weakest)


def _read(piece: Piece, skills: Sequence[Skill], *, hints: bool = True) -> Reading:
    """Return the surest reading of a piece; the earlier skill wins a tie."""
    if hints and HINT.match(piece.text) and not piece.whole:
        return Reading(clauses=(), confidence=UNDERSTOOD)
    readings = [reading for skill in skills if (reading := skill.read(piece)) is not None]
    nothing = Reading(clauses=(), confidence=0.0)
    return max(readings, key=lambda reading: reading.confidence, default=nothing)


def pieces(text: str, boundary: re.Pattern[str]) -> tuple[str, ...]:
    """Return the text cut at ``boundary``, never inside a quotation."""
    masked = QUOTED.sub(lambda match: "_" * len(match.group()), text)
    cuts = [0]
    for match in boundary.finditer(masked):
        cuts += [match.start(), match.end()]
    cuts.append(len(text))
    found = [text[cuts[i] : cuts[i + 1]].strip() for i in range(0, len(cuts), 2)]
    return tuple(piece for piece in found if piece)
