"""A page cut down to what a prompt has room for: what can be acted on stays longest."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["CLICKABLE", "pruned"]

CLICKABLE = "Also clickable, without a line of its own above:"
"""Heads the lines at a page's end that take clicks, whatever their role."""

WIDEST = 240
"""Characters that stay of a line, once something has to go."""
ACTED_ON = re.compile(
    r"\s*\[\w+\] (button|checkbox|combobox|link|listbox|menuitem\w*|option|radio|searchbox|slider"
    r"|spinbutton|switch|tab|textbox|treeitem)\b"
)
"""The line of an element that takes actions, by its role."""


def pruned(text: str, room: int) -> str:
    """Return ``text`` in at most ``room`` bytes, as whole lines in their order.

    First long lines are shortened. If that is not enough, one half of the room goes to lines of
    elements that take actions and the rest to all others, from the top of the page; a last line
    says how many are left out. With less room than that line takes, the line is all that is left.
    """
    if _size(text) <= room:
        return text
    lines = [_short(line) for line in text.splitlines()]
    whole = "\n".join(lines)
    if _size(whole) <= room:
        return whole
    note = f"(shortened: {{}} of {len(lines)} lines are left out)"
    left = room - _size(note.format(len(lines)))
    listed = lines.index(CLICKABLE) if CLICKABLE in lines else len(lines)
    acted_on = [at for at, line in enumerate(lines) if at >= listed or ACTED_ON.match(line)]
    kept = _filled(lines, acted_on, left // 2)
    others = sorted(set(range(len(lines))) - set(acted_on))
    for further in (others, [at for at in acted_on if at not in kept]):
        kept |= _filled(lines, further, left - sum(_size(lines[at]) + 1 for at in kept))
    shown = [lines[at] for at in sorted(kept)]
    return "\n".join([*shown, note.format(len(lines) - len(kept))])


def _filled(lines: list[str], places: Iterable[int], room: int) -> set[int]:
    """Return those of ``places``, from the first on, whose lines fit together."""
    kept: set[int] = set()
    for at in places:
        room -= _size(lines[at]) + 1
        if room < 0:
            break
        kept.add(at)
    return kept


def _short(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
