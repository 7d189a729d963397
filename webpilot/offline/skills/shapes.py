"""Figures named by shape, colour, size or the character they show, and points of a grid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from webpilot.offline.actions import click, mouse_click
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.descriptions import Description, described
from webpilot.offline.figures import Figure, figures, matching
from webpilot.offline.geometry import LinearScale, Point, distance, fitted_scale, holds
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView
from webpilot.offline.palette import color_words
from webpilot.offline.pointer import clicks
from webpilot.offline.skills.protocol import Proposal

__all__ = ["ClickFigure", "GridPoint", "NameFigure", "SelectFigures", "Shapes"]

CLICK = re.compile(
    r"^(?:please\s+)?(?:find\s+and\s+)?(?:click|press|tap|select|choose|pick|hit|find)"
    r"(?:\s+on)?\s+(?P<all>all\s+|every\s+|each\s+)?(?P<what>.+?)[.!]?$",
    re.IGNORECASE,
)
NAMING = re.compile(
    r"(?:button|option|word|label|name|answer|choice)\b.*\b(?:describes?|names?|match(?:es)?|fits?|"
    r"identif\w+|colou?r of)\b|\bidentify\b.*\b(?:shape|figure)|"
    r"what (?:is|kind of)\b.*\b(?:shape|figure)\b",
    re.IGNORECASE,
)
PICTURE = re.compile(
    r"\b(?:shape|figure|image|picture|drawing|object|symbol|below|shown)\b", re.IGNORECASE
)
POINT = re.compile(
    r"\b(?:point|coordinates?|position|location)?\s*\(\s*(?P<x>-?\d+(?:\.\d+)?)\s*,\s*"
    r"(?P<y>-?\d+(?:\.\d+)?)\s*\)",
    re.IGNORECASE,
)
NAMES: dict[str, tuple[str, ...]] = {
    "circle": ("circle", "round", "ball"),
    "ellipse": ("ellipse", "oval", "circle"),
    "rectangle": ("rectangle", "box", "square"),
    "square": ("square", "rectangle", "box"),
    "triangle": ("triangle",),
    "polygon-5": ("pentagon", "polygon"),
    "polygon-6": ("hexagon", "polygon"),
    "polygon-7": ("heptagon", "polygon"),
    "polygon-8": ("octagon", "polygon"),
    "line": ("line",),
    "letter": ("letter", "character", "text"),
    "digit": ("digit", "number", "numeral"),
    "text": ("word", "text"),
}
"""What each kind of figure is called, the narrowest name first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickFigure(Clause):
    """A figure, or every figure of a description, must be clicked."""

    event: ClassVar[bool] = True

    description: Description
    every: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectFigures(ClickFigure):
    """Every figure of a description must be chosen; a form may have to be closed after it."""

    event: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFigure(Clause):
    """The control that names the drawn figure must be clicked."""

    event: ClassVar[bool] = True

    by_color: bool = False
    """Its colour is asked for, not its shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPoint(Clause):
    """A point of a coordinate grid must be clicked."""

    event: ClassVar[bool] = True

    x: float
    y: float


class Shapes:
    """Finds drawn figures and clicks them where they are drawn."""

    name = "shapes"
    clause_types: tuple[type[Clause], ...] = (
        ClickFigure,
        SelectFigures,
        NameFigure,
        GridPoint,
    )

    def read(self, piece: Piece) -> Reading | None:
        """Return which figure to click, name, or which grid point to hit."""
        named = NAMING.search(piece.text) and PICTURE.search(piece.text)
        if named and '"' not in piece.text:
            by_color = re.search(r"\bcolou?r\b", piece.lower) is not None
            clause: Clause = NameFigure(text=piece.text, by_color=by_color)
            return Reading(clauses=(clause,), confidence=0.9)
        match = CLICK.match(piece.text)
        if match is None:
            return None
        spot = POINT.search(piece.text)
        if spot is not None:
            x, y = float(spot.group("x")), float(spot.group("y"))
            return Reading(clauses=(GridPoint(text=piece.text, x=x, y=y),), confidence=0.9)
        wanted = described(match.group("what"))
        every = match.group("all") is not None
        if wanted is None or wanted == Description():
            return None
        told = re.search(r"\b(?:letter|digit|number)\s+\S+$", match.group("what"), re.IGNORECASE)
        plain = wanted.color is None and wanted.size is None
        vague = wanted.kind in ("rectangle", "letter", "digit", "character", "any")
        sure = 0.88 if told else 0.65 if plain and wanted.text else 0.8
        if plain and vague and not wanted.text and "rectangle" not in piece.lower:
            sure = 0.5
        kind = SelectFigures if every else ClickFigure
        clause = kind(text=piece.text, description=wanted, every=every)
        return Reading(clauses=(clause,), confidence=sure)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the clicks that were made."""
        if isinstance(clause, NameFigure):
            pressed = (s.target for s in memory.steps if s.action.kind == "click" and s.target)
            first = memory.views(view)[0]
            offered = (
                name
                for name in called(first, clause)
                if any(_called(node, (name,)) for node in first.clickable)
            )
            names = tuple(offered)[:1]
            return max((1.0 for node in pressed if _called(node, names)), default=0.0)
        if isinstance(clause, GridPoint):
            spot = grid_point(memory.views(view)[0], clause.x, clause.y)
            done = spot is not None and any(distance(p, spot) < 3 for p, _ in clicks(memory))
            return 1.0 if done else 0.0
        assert isinstance(clause, ClickFigure)
        wanted = _wanted(memory.views(view)[0], clause)
        done_count = sum(1 for figure in wanted if _hit(figure, memory))
        if not wanted:
            return 0.0
        return done_count / len(wanted) if clause.every else float(done_count > 0)

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield clicks on figures that fit, on the name that fits, or on the grid point."""
        if isinstance(clause, NameFigure):
            for rank, name in enumerate(called(view, clause)):
                for node in view.clickable:
                    if node.shape is None and _called(node, (name,)):
                        score = 0.9 / (1 + rank)
                        yield Proposal(
                            action=click(view, node), score=score, reason=f"it is a {name}"
                        )
            return
        if isinstance(clause, GridPoint):
            spot = grid_point(view, clause.x, clause.y)
            if spot is not None:
                reason = f"({clause.x:g}, {clause.y:g}) lies there"
                yield Proposal(action=mouse_click(view, *spot), score=0.9, reason=reason)
            return
        assert isinstance(clause, ClickFigure)
        fitting = [f for f in _wanted(memory.views(view)[0], clause) if not _hit(f, memory)]
        for rank, figure in enumerate(fitting):
            reason = f"fits '{clause.text}'"
            score = 0.25 if clause.every and rank else 0.9
            if figure.node.shape is None:
                yield Proposal(action=click(view, figure.node), score=score, reason=reason)
            else:
                spot = bare_point(figure, figures(view))
                yield Proposal(action=mouse_click(view, *spot), score=score, reason=reason)
        if not fitting and clause.description.text is not None:
            for node in view.clickable:
                if node.label == clause.description.text:
                    yield Proposal(
                        action=click(view, node), score=0.7, reason=f"shows {node.label}"
                    )


def _wanted(view: PageView, clause: ClickFigure) -> tuple[Figure, ...]:
    return matching(figures(view), clause.description)


def _hit(figure: Figure, memory: Memory) -> bool:
    """Return whether the figure was clicked, by coordinates or by its bid."""
    return bool(memory.clicked(figure.node.bid)) or any(
        holds(figure.box, spot, -1.0) for spot, _ in clicks(memory)
    )


def _called(node: Node, names: Sequence[str]) -> bool:
    return any(name in node.label.lower().split() for name in names)


def called(view: PageView, clause: NameFigure) -> tuple[str, ...]:
    """Return what the most prominent figure is called, best first; empty where none is drawn."""
    drawn = figures(view, html=clause.by_color)
    if not drawn:
        return ()
    figure = max(drawn, key=lambda one: one.box[2] * one.box[3])
    if clause.by_color:
        return color_words(figure.color) if figure.color is not None else ()
    return NAMES.get(figure.kind, (figure.kind,))


def bare_point(figure: Figure, drawn: Sequence[Figure]) -> Point:
    """Return a point of the figure that no figure drawn later covers, its middle if it is bare."""
    later = [one for one in drawn if one.node.order > figure.node.order]
    x, y, width, height = figure.box
    offsets = (0.0, -0.25, 0.25)
    for down in offsets:
        for across in offsets:
            spot = (figure.middle[0] + across * width, figure.middle[1] + down * height)
            if holds((x, y, width, height), spot) and not any(
                holds(one.box, spot) for one in later
            ):
                return spot
    return figure.middle


def grid_point(view: PageView, x: float, y: float) -> Point | None:
    """Return where a coordinate lies on a drawn grid, or ``None`` where no grid is found.

    The axes are read from their numbers; without numbers, from two crossing axes and the spacing
    of the points drawn on the grid.
    """
    marks = [(node.center, float(node.text)) for node in view.texts if _number(node.text)]
    columns = _axis([(spot[0], value, spot[1]) for spot, value in marks])
    rows = _axis([(spot[1], value, spot[0]) for spot, value in marks])
    if columns is not None and rows is not None:
        return (columns.position(x), rows.position(y))
    return _point_grid(figures(view, html=False), x, y)


def _number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text.strip()) is not None


def _axis(marks: Sequence[tuple[float, float, float]]) -> LinearScale | None:
    """Return the scale of the longest row of (position, value, level) marks on one level."""
    best: list[tuple[float, float]] = []
    for _, _, level in marks:
        row = [(position, value) for position, value, other in marks if abs(other - level) < 4]
        if len(row) > len(best):
            best = row
    return fitted_scale(best) if len(best) >= 2 else None


def _point_grid(drawn: Sequence[Figure], x: float, y: float) -> Point | None:
    dots = [figure.middle for figure in drawn if figure.kind == "circle"]
    across = sorted({round(spot[0], 1) for spot in dots})
    down = sorted({round(spot[1], 1) for spot in dots})
    if len(across) < 2 or len(down) < 2:
        return None
    unit_x = min(b - a for a, b in zip(across, across[1:], strict=False))
    unit_y = min(b - a for a, b in zip(down, down[1:], strict=False))
    lines = [figure for figure in drawn if figure.kind == "line"]
    upright = [f for f in lines if f.box[3] > 4 * max(f.box[2], 1)]
    level = [f for f in lines if f.box[2] > 4 * max(f.box[3], 1)]
    axis_x = _main(upright, 0) if upright else across[len(across) // 2]
    axis_y = _main(level, 1) if level else down[len(down) // 2]
    return (axis_x + x * unit_x, axis_y - y * unit_y)


def _main(lines: Sequence[Figure], side: int) -> float:
    """Return the position of the middle one of parallel lines."""
    spots = sorted(figure.middle[side] for figure in lines)
    return spots[len(spots) // 2]
