"""Line charts as SVG, on logarithmic axes, for what grows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["chart"]

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 62, 150, 52, 46
COLOURS = ("#1f5fa8", "#b3541e", "#3a7d44", "#7a3b8f", "#777777")


def chart(
    path: Path,
    *,
    title: str,
    across: str,
    up: str,
    series: Mapping[str, Sequence[tuple[float, float]]],
) -> None:
    """Write a chart; both axes are logarithmic, so straight lines are powers.

    Args:
        path: the file to write.
        title: stands above.
        across: what the horizontal axis counts.
        up: what the vertical axis measures, with its unit.
        series: points by the name of their line, all above 0.
    """
    points = [point for line in series.values() for point in line]
    xs, ys = ([point[axis] for point in points] for axis in (0, 1))
    spans = (_span(xs), _span(ys))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        share = [
            (math.log10(value) - low) / (high - low)
            for value, (low, high) in zip(point, spans, strict=True)
        ]
        inner = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
        return LEFT + share[0] * inner[0], HEIGHT - BOTTOM - share[1] * inner[1]

    parts = [_text(LEFT, 20, title, weight="bold")]
    for power in _powers(spans[0]):
        x, _ = place((10.0**power, 10 ** spans[1][0]))
        parts += [
            _line(x, TOP, x, HEIGHT - BOTTOM),
            _text(x, HEIGHT - 28, _figure(power), "middle"),
        ]
    for power in _powers(spans[1]):
        _, y = place((10 ** spans[0][0], 10.0**power))
        parts += [_line(LEFT, y, WIDTH - RIGHT, y), _text(LEFT - 6, y + 4, _figure(power), "end")]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, "middle"))
    parts.append(_text(6, TOP - 14, up))
    for number, (name, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [place(point) for point in line]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed]
        parts.append(_text(WIDTH - RIGHT + 10, TOP + 14 + 20 * number, name, colour=colour))
    body = "\n".join(parts)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" '
        f'fill="white"/>\n{body}\n</svg>\n',
        encoding="utf-8",
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    """Return the decades between which all values lie, at least one."""
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _powers(span: tuple[float, float]) -> range:
    return range(int(span[0]), int(span[1]) + 1)


def _figure(power: int) -> str:
    return f"{10.0**power:,.0f}" if power >= 0 else f"{10.0**power:g}"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _text(
    x: float,
    y: float,
    text: str,
    anchor: str = "start",
    *,
    colour: str = "#222",
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
