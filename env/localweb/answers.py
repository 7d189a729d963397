"""Whether what an agent said is the right answer, where the right one is known as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from webpilot.errors import ConfigError

__all__ = ["answers"]

NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
CENT = 0.005
"""Two numbers are the same if they are nearer than half a cent."""
EDGES = " \t\n\"'`.,;:!?()[]"
JOINTS = re.compile(r"(?:[\s,;.\n&*\-]|\band\b|\d+[.)])*")
"""What may stand between the items of a list."""


def answers(given: Sequence[object], right: Sequence[object], *, form: str) -> bool:
    """Return whether an answer is right.

    Args:
        given: the items the agent returned.
        right: the values the data holds.
        form: ``text``: one of ``right``, apart from case, blanks and punctuation around it;
            ``number``: an item with one number in it, equal to one of ``right``; ``list``: all of
            ``right`` and nothing else, in any order, as items or within one text.

    Raises:
        ConfigError: there is no such form.
    """
    forms: Mapping[str, Callable[[Sequence[object], Sequence[object]], bool]] = {
        "text": same_text,
        "number": same_number,
        "list": same_list,
    }
    if form not in forms:
        raise ConfigError(f"an answer's form is {form!r}; it must be one of {sorted(forms)}")
    return forms[form](given, right)


def same_text(given: Sequence[object], right: Sequence[object]) -> bool:
    """Return whether one of the values was said, and nothing else."""
    return len(given) == 1 and plain(given[0]) in {plain(one) for one in right}


def same_number(given: Sequence[object], right: Sequence[object]) -> bool:
    """Return whether one of the numbers was said, and no other."""
    if len(given) != 1:
        return False
    found = NUMBER.findall(str(given[0]))
    if len(found) != 1:
        return False
    number = float(found[0].replace(",", ""))
    return any(abs(number - float(str(one))) < CENT for one in right)


def same_list(given: Sequence[object], right: Sequence[object]) -> bool:
    """Return whether exactly these values were said, in any order."""
    wanted = sorted(plain(one) for one in right)
    if sorted(plain(one) for one in given) == wanted:
        return True
    if len(given) != 1:
        return False
    rest = plain(given[0])
    # The longest first: a name may be part of another one.
    for one in sorted(wanted, key=len, reverse=True):
        if one not in rest:
            return False
        rest = rest.replace(one, "\n", 1)
    return JOINTS.fullmatch(rest) is not None


def plain(value: object) -> str:
    """Return a value as text without case, and without blanks and punctuation around it."""
    return " ".join(str(value).split()).strip(EDGES).casefold()
