"""Colours: a colour field or swatch to set, shades to pick out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webpilot.offline.actions import click, fill, mouse_click
from webpilot.offline.clauses import Clause, Piece, Reading, quoted
from webpilot.offline.figures import Figure, figures
from webpilot.offline.geometry import center
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.palette import (
    COLOR_HEX,
    color_distance,
    colors_in,
    hex_of,
    is_named,
    is_shade_of,
)
from webpilot.offline.pointer import clicks
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Colors", "PickColor", "Shades"]

PICKER = re.compile(
    r"\bcolou?r[- ]?(?:picker|wheel|field|box|input|chooser)\b|\bpalette\b", re.IGNORECASE
)
SET = re.compile(
    r"\b(?:select|choose|pick|set|change|use|enter|make)\b.*\bcolou?r\b|\bcolou?r\b.*\bto\b",
    re.IGNORECASE,
)
SHADES = re.compile(
    r"\b(?:all|every|each)\b.*?\b(?:shades?|tones?|tints?|hues?)\s+of\s+(?P<color>\w+)"
    r"|\b(?:all|every|each)\s+(?:the\s+|of the\s+)?(?P<named>\w+)\s+(?:colou?rs?|shades?|tones?|"
    r"swatch(?:es)?|tiles?|boxes|cells)\b",
    re.IGNORECASE,
)
CLICK = re.compile(
    r"^(?:please\s+)?(?:click|press|tap|select|choose|pick)(?:\s+on)?\s+(?:the\s+)?"
    r"(?P<color>\w+)\s+(?:colou?r(?:ed)?(?:\s+(?:box|square|swatch|tile|button))?|swatch|tile)[.!]?$",
    re.IGNORECASE,
)
TEXT = re.compile(r"\b(?:texts?|fonts?|words?|highlight\w*|lines?|cells?)\b", re.IGNORECASE)
MIDDLE = "#808080"
"""The colour nearest to all others on average, for a colour the goal only shows."""
HINTS = frozenset({"color", "colour", "jscolor", "colorpicker", "picker", "hex", "swatch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PickColor(Clause):
    """A colour must be set in a field or chosen among swatches."""

    color: str | None
    """``#rrggbb``; ``None`` where the goal shows it without naming it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shades(Clause):
    """Everything of a colour's shades must be clicked, or one thing of the colour."""

    color: str
    every: bool


class Colors:
    """Writes colours into colour fields and clicks what has a colour."""

    name = "colors"
    clause_types: tuple[type[Clause], ...] = (PickColor, Shades)

    def read(self, piece: Piece) -> Reading | None:
        """Return the colour to set or the shades to click."""
        shades = SHADES.search(piece.text)
        word = (shades.group("color") or shades.group("named")).lower() if shades else ""
        if word in COLOR_HEX:
            clause: Clause = Shades(text=piece.text, color=word, every=True)
            return Reading(clauses=(clause,), confidence=0.9)
        single = CLICK.match(piece.text)
        if single is not None and single.group("color").lower() in COLOR_HEX:
            clause = Shades(text=piece.text, color=single.group("color").lower(), every=False)
            return Reading(clauses=(clause,), confidence=0.86)
        named = colors_in(piece.text)
        of_text = bool(quoted(piece.text)) or TEXT.search(piece.text) is not None
        if PICKER.search(piece.text) or (SET.search(piece.text) and named and not of_text):
            color = hex_of(named[-1]) if named else None
            clause = PickColor(text=piece.text, color=color)
            return Reading(clauses=(clause,), confidence=0.9)
        return None

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return how near the set colour is, or the share of the shades that were clicked."""
        if isinstance(clause, Shades):
            wanted = of_color(memory.views(view)[0], clause)
            done = sum(1 for figure in wanted if _hit(figure, memory))
            if not wanted:
                return 0.0
            return done / len(wanted) if clause.every else float(done > 0)
        assert isinstance(clause, PickColor)
        color = clause.color or MIDDLE
        shown = [hex_of("#" + n.value.strip().lstrip("#")) for n in _fields(view)]
        if any(value == color for value in shown):
            return 1.0
        if any(_is_color(s.target, color) for s in memory.steps if s.action.kind == "click"):
            return 1.0
        near = min((color_distance(value, color) for value in shown if value), default=1.0)
        return 0.6 * (1.0 - near)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield entries of the colour, clicks on swatches, or clicks on the shades."""
        if isinstance(clause, Shades):
            wanted = of_color(memory.views(view)[0], clause)
            left = [figure for figure in wanted if not _hit(figure, memory)]
            for rank, figure in enumerate(left):
                node = figure.node
                at = mouse_click(view, *center(figure.box))
                act = click(view, node) if node.marked and node.shape is None else at
                score = 0.88 if rank == 0 else 0.25
                yield Proposal(action=act, score=score, reason=f"a shade of {clause.color}")
            return
        assert isinstance(clause, PickColor)
        color = clause.color or MIDDLE
        for node in _fields(view):
            native = node.attributes.get("type") == "color"
            bare = not native and node.value.strip() and not node.value.strip().startswith("#")
            text = color.lstrip("#") if bare else color
            yield Proposal(action=fill(node, text), score=0.9, reason=f"writes {color}")
        for figure in _swatches(view):
            if figure.color is not None and color_distance(figure.color, color) < 0.1:
                score = 0.8 - color_distance(figure.color, color)
                act = click(view, figure.node)
                yield Proposal(action=act, score=score, reason=f"a swatch of {figure.color}")


def _fields(view: PageView) -> tuple[Node, ...]:
    """Return the fields that hold a colour: native ones, told ones, those that show one."""
    told = []
    for node in view.visible:
        if node.attributes.get("type") == "color":
            told.append(node)
        elif node.editable:
            shows = hex_of("#" + node.value.strip().lstrip("#")) is not None
            if shows or node.words & HINTS or "color" in node.label.lower():
                told.append(node)
    return tuple(told)


def _swatches(view: PageView) -> tuple[Figure, ...]:
    return tuple(f for f in figures(view) if f.node.clickable or f.node.words & HINTS)


def _is_color(node: Node | None, color: str) -> bool:
    shown = node.background if node is not None else None
    return shown is not None and color_distance(shown, color) < 0.1


def _hit(figure: Figure, memory: Memory) -> bool:
    x, y, width, height = figure.box
    by_point = any(x <= p[0] <= x + width and y <= p[1] <= y + height for p, _ in clicks(memory))
    return by_point or bool(memory.clicked(figure.node.bid))


def of_color(view: PageView, clause: Shades) -> tuple[Figure, ...]:
    """Return the coloured figures the clause means, in document order."""
    drawn = [figure for figure in figures(view) if figure.color is not None]
    if not clause.every:
        exact = [figure for figure in drawn if is_named(figure.color or "", clause.color)]
        if exact:
            return tuple(exact)
    return tuple(figure for figure in drawn if is_shade_of(figure.color or "", clause.color))
