"""Splits a goal into pieces and has each read by the skill that understands it best."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webpilot.offline.clauses import QUOTED, Clause, Commit, Piece, Reading
from webpilot.offline.skills.interrupting import Unobstructed
from webpilot.offline.skills.protocol import Skill

__all__ = ["parse", "pieces"]

SURE = 0.85
"""Confidence from which one reading of a longer piece is kept unsplit."""

VERBS = (
    "click press hit push tap select choose pick check uncheck tick enter type write fill input "
    "submit drag move drop find open expand collapse close scroll set adjust highlight copy paste "
    "draw create delete remove navigate go use book reply forward like search"
)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
VERB = f"(?:{'|'.join(VERBS.split())})"
CLAUSE = re.compile(
    rf",?\s+(?:and\s+then|then|and)\s+(?={VERB}\b)"
    rf"|,\s+(?={VERB}\s+(?:on|the|an?|it|your)\b|{VERB}\s+[\"'_])|;\s*",
    re.IGNORECASE,
)
HINT = re.compile(
    r"^(?:please\s+)?(?:find|look|search|navigate|browse|switch|scroll|use the mouse)\b[^\"]*$"
    r"|^(?:and\s+)?then[.,]?$",
    re.IGNORECASE,
)
"""Words that only say how to get there; finding and looking is in every skill's nature."""


def parse(goal: str, skills: Sequence[Skill]) -> tuple[Clause, ...]:
    """Return the goal's clauses in the order in which they are asked for.

    Every goal implies that no dialog lies in the way, and one that ends with a state implies the
    control that closes the form, if the page has one.
    """
    clauses = _stated(goal, skills)
    if not clauses:
        return ()
    implied: tuple[Clause, ...] = (Unobstructed(text="no dialog in the way"),)
    if not clauses[-1].event:
        clauses = (*clauses, Commit(text="close the form", name="submit", implied=True))
    return implied + clauses


def _stated(goal: str, skills: Sequence[Skill]) -> tuple[Clause, ...]:
    """Return what the goal says in so many words."""
    folded = " ".join(goal.split())
    whole = _read(Piece(text=folded, goal=goal, whole=True), skills)
    if whole is not None and whole.confidence >= SURE:
        return whole.clauses
    clauses: list[Clause] = []
    for sentence in pieces(goal, SENTENCE):
        clauses += _sentence(sentence, goal, skills)
    if not clauses and whole is not None:
        return whole.clauses
    return tuple(dict.fromkeys(clauses))


def _sentence(sentence: str, goal: str, skills: Sequence[Skill]) -> tuple[Clause, ...]:
    """Return a sentence's clauses: read at one go, or part by part where that is surer."""
    whole = _read(Piece(text=sentence, goal=goal), skills)
    parts = pieces(sentence, CLAUSE)
    if len(parts) == 1 or (whole is not None and whole.confidence >= SURE):
        return whole.clauses if whole is not None else ()
    readings = [_read(Piece(text=part, goal=goal), skills) for part in parts]
    known = [reading for reading in readings if reading is not None]
    if len(known) < len(readings) and whole is not None:
        rest = min((reading.confidence for reading in known), default=0.0)
        if whole.confidence >= rest:
            return whole.clauses
    return tuple(clause for reading in known for clause in reading.clauses)


def _read(piece: Piece, skills: Sequence[Skill]) -> Reading | None:
    """Return the surest reading of a piece; the earlier skill wins a tie."""
    if HINT.match(piece.text) and not piece.whole:
        return Reading(clauses=(), confidence=0.5)
    readings = [reading for skill in skills if (reading := skill.read(piece)) is not None]
    return max(readings, key=lambda reading: reading.confidence, default=None)


def pieces(text: str, boundary: re.Pattern[str]) -> tuple[str, ...]:
    """Return the text cut at ``boundary``, never inside a quotation."""
    masked = QUOTED.sub(lambda match: "_" * len(match.group()), text)
    cuts = [0]
    for match in boundary.finditer(masked):
        cuts += [match.start(), match.end()]
    cuts.append(len(text))
    found = [text[cuts[i] : cuts[i + 1]].strip() for i in range(0, len(cuts), 2)]
    return tuple(piece for piece in found if piece)
