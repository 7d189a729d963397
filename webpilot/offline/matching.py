"""How well two names agree: case, punctuation and plural folded, few and general synonyms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

__all__ = ["SYNONYMS", "fold", "similarity", "stem", "words"]

CACHED = 1 << 14
"""Names kept at hand: the same few hundred are compared at every node of a search."""

STOPS = """
a an the of to in on at for and or into from with by is are that this
"""
STOP_WORDS = frozenset(STOPS.split())

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "big large huge enormous giant",
        "small little tiny mini",
        "remove delete trash discard bin erase",
        "close dismiss exit x",
        "cancel dismiss abort",
        "search find lookup magnifier",
        "reply respond answer",
        "forward share resend",
        "like favorite favourite heart star",
        "ok okay confirm accept agree yes",
        "submit send done finish",
        "next forward continue",
        "previous back prev",
        "login signin",
        "username user login",
        "picture image photo",
        "begin start",
        "mail email",
        "more menu options ellipsis",
        "edit modify change pencil",
        "add new create plus",
        "save store",
        "happy glad joyful cheerful",
        "sad unhappy",
        "fast quick rapid speedy",
    )
)
"""Groups of words that mean the same on most pages."""


CROSSES = re.compile(r"[\u00d7\u2715\u2716\u2717]")
"""Signs that buttons which close something carry; people call them x."""


@lru_cache(maxsize=CACHED)
def fold(text: str) -> str:
    """Return the text in lower case, punctuation and white space folded to single blanks."""
    plain = CROSSES.sub("x", text.lower())
    return " ".join(re.findall(r"[^\W_]+(?:[.'@-][^\W_]+)*", plain))


def stem(word: str) -> str:
    """Return the word without a plural ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):
        return word[:-1]
    return word


@lru_cache(maxsize=CACHED)
def words(text: str) -> tuple[str, ...]:
    """Return the stemmed content words in order."""
    return tuple(stem(word) for word in fold(text).split() if word not in STOP_WORDS)


@lru_cache(maxsize=CACHED)
def similarity(wanted: str, found: str) -> float:
    """Return in [0, 1] how well ``found`` answers to ``wanted``; 1 only for the same name."""
    left, right = fold(wanted), fold(found)
    if not left or not right:
        return 1.0 if wanted.strip() and wanted.strip() == found.strip() else 0.0
    if wanted.strip() == found.strip():
        return 1.0
    if left == right:
        return 0.98
    ours, theirs = words(wanted), words(found)
    if ours and ours == theirs:
        return 0.95
    if not ours or not theirs:
        return 0.0
    shared = sum(max((_kin(word, other) for other in theirs), default=0.0) for word in ours)
    recall, precision = shared / len(ours), min(1.0, shared / len(theirs))
    lexical = 0.9 * recall * (0.6 + 0.4 * precision)
    return max(lexical, 0.8 * _spelling(left, right))


def best(wanted: str, names: Iterable[str]) -> tuple[int, float]:
    """Return position and similarity of the best name, or ``(-1, 0.0)`` for no names."""
    scored = [(similarity(wanted, name), -position) for position, name in enumerate(names)]
    if not scored:
        return (-1, 0.0)
    top, position = max(scored)
    return (-position, top)


def _kin(word: str, other: str) -> float:
    """Return how close two words are: equal, synonyms or nothing."""
    if word == other:
        return 1.0
    return 0.8 if any(word in group and other in group for group in SYNONYMS) else 0.0


def _spelling(left: str, right: str) -> float:
    """Return the likeness of two spellings where it is high enough to be a variant, else 0."""
    if abs(len(left) - len(right)) > 3 or min(len(left), len(right)) < 4:
        return 0.0
    ratio = SequenceMatcher(None, left, right).ratio()
    return ratio if ratio >= 0.85 else 0.0
