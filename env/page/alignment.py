"""How far two observations agree, and which bids name the same elements in both."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mcts.protocols import Level
from webpilot.observation import Observation

__all__ = ["Alignment", "align"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How a restored page compares with the page wanted there."""

    level: Level
    bids: dict[str, str]
    """Bids of the found page, each with the wanted page's bid of the same element."""


def align(wanted: Observation, found: Observation) -> Alignment:
    """Return the level of agreement (decision 6) and the bids of common elements."""
    if wanted.fingerprint.exact == found.fingerprint.exact:
        level = Level.EXACT
    elif wanted.fingerprint.interactive == found.fingerprint.interactive:
        level = Level.EQUIVALENT
    else:
        level = Level.DRIFTED
    return Alignment(level=level, bids=_bids(wanted, found))


def _bids(wanted: Observation, found: Observation) -> dict[str, str]:
    if _marks(wanted) == _marks(found):
        return {bid: bid for bid, _ in _marks(found)}
    bids: dict[str, str] = {}
    given: set[str] = set()
    for old, new in (*_paired(_elements(wanted), _elements(found)), *_cues(wanted, found)):
        if new not in bids and old not in given:
            bids[new] = old
            given.add(old)
    return bids


def _marks(seen: Observation) -> list[tuple[str, Hashable]]:
    return [*_elements(seen), *((cue.bid, (cue.tag, cue.text)) for cue in seen.cues if cue.bid)]


def _elements(seen: Observation) -> list[tuple[str, Hashable]]:
    return [(element.bid, (element.role, element.name)) for element in seen.elements]


def _cues(wanted: Observation, found: Observation) -> Iterator[tuple[str, str]]:
    """Yield pairs of elements that can be seen though the accessibility tree leaves them out."""
    sides = (
        [(cue.bid, (cue.tag, cue.text, cue.words)) for cue in seen.cues if cue.bid]
        for seen in (wanted, found)
    )
    yield from _paired(*sides)


def _paired(
    wanted: Sequence[tuple[str, Hashable]], found: Sequence[tuple[str, Hashable]]
) -> Iterator[tuple[str, str]]:
    before, after = [key for _, key in wanted], [key for _, key in found]
    if before == after:
        yield from ((old, new) for (old, _), (new, _) in zip(wanted, found, strict=True))
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            yield wanted[block.a + offset][0], found[block.b + offset][0]
