"""A page as a prompt shows it, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from prompts.pruning import CLICKABLE
from webpilot.observation import Element, Observation, OpenTab

__all__ = ["HELD_BACK", "changed_lines", "page_text"]

HELD_BACK = (
    "(The last action would change the site. It is held back until its path is committed; this is "
    "the page without it.)"
)
WIDEST = 200
"""Characters of a changed line, or of a clickable part's name, that are shown."""
MOST = 40
"""Changed lines that are shown."""
COMPARED = 3_000
"""Lines of a page up to which it is compared: comparing takes time with their product."""


def page_text(observation: Observation) -> str:
    """Return the accessibility tree, and below it what looks clickable but has no line in it.

    Above it stand the open tabs where there are several, and whether the last action was held back.
    Pages built of plain boxes with listeners show no id otherwise. All of it: what a prompt has no
    room for is left out where the prompt is made (:mod:`prompts.pruning`).
    """
    extra = [_named(each) for each in observation.elements if ("clickable", "") in each.states]
    heading = ["", CLICKABLE] if extra else []
    above = [HELD_BACK] if observation.held_back else []
    above += [_tab(number, tab) for number, tab in enumerate(observation.tabs)]
    return "\n".join([*above, *observation.text.splitlines(), *heading, *extra])


def changed_lines(before: Observation, after: Observation) -> str:
    """Return the lines that are gone (``-``) and new (``+``), or in a word what happened instead.

    Shorter than a second page, and nobody's opinion.
    """
    if before.url.partition("#")[0] != after.url.partition("#")[0]:
        return f"another address: {before.url} became {after.url}"
    old, new = _lines(before), _lines(after)
    if old == new:
        return "none"
    if max(len(old), len(new)) > COMPARED:
        return "some; the page is too long to compare"
    changed: list[str] = []
    for tag, start, end, first, last in SequenceMatcher(None, old, new, False).get_opcodes():
        if tag != "equal":
            changed += [f"- {line}" for line in old[start:end]]
            changed += [f"+ {line}" for line in new[first:last]]
    shown = [_short(line) for line in changed[:MOST]]
    left = len(changed) - len(shown)
    return "\n".join([*shown, f"… and {left} more"] if left else shown)


def _lines(observation: Observation) -> Sequence[str]:
    # Depth is left out: a line that merely moved inwards is no news.
    return [line.strip() for line in page_text(observation).splitlines()]


def _tab(number: int, tab: OpenTab) -> str:
    front = ", shown below" if tab.active else ""
    return f"tab {number}{front}: '{_short(' '.join(tab.title.split()))}', {tab.url}"


def _named(element: Element) -> str:
    return f"[{element.bid}] {element.role} '{_short(' '.join(element.name.split()))}'"


def _short(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"
