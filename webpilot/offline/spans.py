"""Where a stretch of text lies on the page, so that it can be selected with the mouse."""

from __future__ import annotations

from webpilot.offline.actions import mouse_down, mouse_up, press
from webpilot.offline.matching import fold
from webpilot.offline.memory import Memory
from webpilot.offline.page import Box, Node, PageView
from webpilot.types import Action

__all__ = ["holder_of", "next_gesture", "selected_text"]

NARROW, WIDE = frozenset("iljtfrI.,'|!:;()[] "), frozenset("mwMW@%")
NARROW_EM, WIDE_EM, CAPITAL_EM, PLAIN_EM = 0.28, 0.84, 0.68, 0.55
"""Widths of characters in a proportional sans-serif font, as shares of its size."""
LINE = 1.15
"""Height of a line as a share of the font size."""


def selected_text(view: PageView) -> str:
    """Return everything that is selected, in document order."""
    return " ".join(n.selection.strip() for n in view.nodes if n.selection.strip())


def holder_of(view: PageView, text: str) -> Node | None:
    """Return the innermost drawn node whose text holds the stretch."""
    wanted = fold(text)
    inside = [n for n in view.visible if wanted and wanted in fold(n.content or n.value)]
    return min(inside, key=lambda n: (len(n.content or n.value), -n.order), default=None)


def next_gesture(view: PageView, node: Node, text: str, memory: Memory) -> Action:
    """Return the next mouse action of dragging over ``text`` inside ``node``.

    A whole text is dragged from corner to corner. For a part the place is estimated from the
    widths of characters, scaled by what earlier drags turned out to select.
    """
    own = node.content or node.value
    if fold(own) == fold(text) and node.box is not None:
        x, y, width, height = node.box
        start, end = (x + 1, y + 3), (x + width - 1, y + height - 3)
    else:
        start, end = _part(view, node, text, memory)
    last = memory.last
    if last is not None and last.action.kind == "mouse_down":
        return mouse_up(view, *end)
    return mouse_down(view, *start)


def select_all() -> Action:
    """Return the key that selects everything in the focused field."""
    return press("Control+a")


def _part(
    view: PageView, node: Node, text: str, memory: Memory
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return start and end of a part of a one-line text in CSS pixels."""
    own = node.content or node.value
    first = max(0, own.lower().find(text.lower()))
    box: Box = node.box or (0.0, 0.0, 0.0, 0.0)
    x, y, _, height = box
    size = min(height, 40.0) / LINE
    unit = size * _scale(view, node, memory, size)
    left = x + unit * _ems(own[:first])
    right = x + unit * _ems(own[: first + len(text)])
    middle = y + min(height, size * LINE) / 2
    return (left + 0.5, middle), (right + 0.5, middle)


def _scale(view: PageView, node: Node, memory: Memory, size: float) -> float:
    """Return the true font width over the estimated one, as the last drag in the node shows."""
    own = node.content or node.value
    scale = 1.0
    for before, after in zip(memory.steps, memory.steps[1:], strict=False):
        if before.action.kind != "mouse_down" or after.action.kind != "mouse_up":
            continue
        got = selected_text(after.after)
        begin = own.find(got) if got else -1
        ems = _ems(own[: begin + len(got)])
        reach = float(str(after.action.args[0])) / view.scale - (node.box or (0, 0, 0, 0))[0]
        if begin >= 0 and ems > 0 and size > 0:
            scale = reach / (ems * size)
    return scale


def _ems(text: str) -> float:
    """Return the width of a text in font sizes."""
    width = 0.0
    for char in text:
        if char in NARROW:
            width += NARROW_EM
        elif char in WIDE:
            width += WIDE_EM
        else:
            width += CAPITAL_EM if char.isupper() else PLAIN_EM
    return width
