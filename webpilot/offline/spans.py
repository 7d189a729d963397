"""Where a stretch of text lies on the page, so that it can be selected with the mouse.

The page does not tell where a character is drawn. Its place is estimated from the widths of
characters in a common font, and corrected by what earlier gestures turned out to select.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webpilot.offline.actions import double_click_at, mouse_down, mouse_up
from webpilot.offline.matching import fold
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.types import Action

__all__ = ["Ruler", "holder_of", "next_gesture", "selected_text"]

NARROW, WIDE = frozenset("iljtfrI.,'|!:;()[] "), frozenset("mwMW@%")
NARROW_EM, WIDE_EM, CAPITAL_EM, PLAIN_EM = 0.28, 0.84, 0.68, 0.55
"""Widths of characters in a proportional sans-serif font, as shares of its size."""
LINE = 1.15
"""Height of a line as a share of the font size."""
SMALLEST, LARGEST = 9.0, 14.0
"""Font sizes to start from, in CSS pixels."""
SHRINK = 0.75
"""What an estimate is multiplied by after a gesture beside the text."""


def selected_text(view: PageView) -> str:
    """Return everything that is selected, in document order."""
    return " ".join(n.selection.strip() for n in view.nodes if n.selection.strip())


def holder_of(view: PageView, text: str) -> Node | None:
    """Return the innermost drawn node whose text holds the stretch."""
    wanted = fold(text)
    inside = [n for n in view.visible if wanted and wanted in fold(n.content or n.value)]
    return min(inside, key=lambda n: (len(n.content or n.value), -n.order), default=None)


def next_gesture(view: PageView, node: Node, text: str, memory: Memory) -> Action:
    """Return the next mouse action of selecting ``text`` inside ``node``.

    A whole text is dragged over from corner to corner, a word double-clicked, any other part
    dragged over from its first character to its last.
    """
    own = node.content or node.value
    x, y, width, height = node.box or (0.0, 0.0, 0.0, 0.0)
    if fold(own) == fold(text):
        start, end = (x + 1, y + 3), (x + width - 1, y + height - 3)
    else:
        first = max(0, own.lower().find(text.lower()))
        ruler = _ruler(view, node, own, memory)
        if " " not in text.strip():
            return double_click_at(view, *ruler.point(first + len(text) / 2))
        start, end = ruler.point(first), ruler.point(first + len(text))
    last = memory.last
    if last is not None and last.action.kind == "mouse_down":
        return mouse_up(view, *end)
    return mouse_down(view, *start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """The drawn text of one node, character by character."""

    text: str
    left: float
    top: float
    width: float
    height: float
    unit: float
    """CSS pixels of one em."""

    @property
    def lines(self) -> tuple[int, ...]:
        """Positions of the first characters of the lines, as words wrap at the width."""
        if self.height < 2 * LINE * self.unit * 1.3:
            return (0,)
        starts, begin, position = [0], 0, 0
        for word in self.text.split(" "):
            end = position + len(word)
            if ems(self.text[begin:end]) * self.unit > self.width and position > begin:
                starts.append(position)
                begin = position
            position = end + 1
        return tuple(starts)

    def point(self, position: float) -> tuple[float, float]:
        """Return where a character begins, in CSS pixels, in the middle of its line."""
        lines = self.lines
        line = max(i for i, start in enumerate(lines) if start <= position)
        before = self.text[lines[line] : int(position)]
        part = self.text[int(position) : int(position) + 1]
        across = ems(before) + (position - int(position)) * ems(part)
        tall = self.height / len(lines)
        return self.left + across * self.unit, self.top + (line + 0.5) * tall

    def unit_from(self, across: float, down: float, position: float) -> float | None:
        """Return the em that puts a character at a point of the page, or ``None``."""
        lines = self.lines
        line = min(len(lines) - 1, max(0, int((down - self.top) / self.height * len(lines))))
        width = ems(self.text[lines[line] : int(position)])
        return (across - self.left) / width if width > 0 and across > self.left else None


def _ruler(view: PageView, node: Node, own: str, memory: Memory) -> Ruler:
    """Return the ruler of a node, set right by what earlier gestures in it selected."""
    x, y, width, height = node.box or (0.0, 0.0, 0.0, 0.0)
    unit = min(LARGEST, max(SMALLEST, height / LINE))
    ruler = Ruler(text=own, left=x, top=y, width=width, height=height, unit=unit)
    for step in memory.steps:
        if step.action.kind not in ("mouse_dblclick", "mouse_up"):
            continue
        got = selected_text(step.after)
        at = own.find(got) if got else -1
        across, down = _point(step.action.args, view.scale)
        better: float | None = ruler.unit * SHRINK
        if at >= 0:
            whole = step.action.kind == "mouse_up"
            better = ruler.unit_from(across, down, at + len(got) * (1.0 if whole else 0.5))
        if better is not None:
            ruler = Ruler(text=own, left=x, top=y, width=width, height=height, unit=better)
    return ruler


def _point(args: Sequence[object], scale: float) -> tuple[float, float]:
    """Return a mouse action's point in CSS pixels."""
    return float(str(args[0])) / scale, float(str(args[1])) / scale


def ems(text: str) -> float:
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
