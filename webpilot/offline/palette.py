"""Colour words and what they mean on a page."""

from __future__ import annotations

import colorsys
import re

__all__ = [
    "BASIC_HUES",
    "COLOR_HEX",
    "color_distance",
    "color_name",
    "color_words",
    "colors_in",
    "hex_of",
    "is_named",
    "is_shade_of",
]

COLOR_HEX: dict[str, str] = {
    "aqua": "#00ffff",
    "azure": "#f0ffff",
    "beige": "#f5f5dc",
    "black": "#000000",
    "blue": "#0000ff",
    "brown": "#a52a2a",
    "coral": "#ff7f50",
    "crimson": "#dc143c",
    "cyan": "#00ffff",
    "fuchsia": "#ff00ff",
    "gold": "#ffd700",
    "gray": "#808080",
    "green": "#008000",
    "grey": "#808080",
    "indigo": "#4b0082",
    "ivory": "#fffff0",
    "khaki": "#f0e68c",
    "lavender": "#e6e6fa",
    "lime": "#00ff00",
    "magenta": "#ff00ff",
    "maroon": "#800000",
    "mint": "#98ff98",
    "navy": "#000080",
    "olive": "#808000",
    "orange": "#ffa500",
    "orchid": "#da70d6",
    "peach": "#ffdab9",
    "pink": "#ffc0cb",
    "plum": "#dda0dd",
    "purple": "#800080",
    "red": "#ff0000",
    "salmon": "#fa8072",
    "silver": "#c0c0c0",
    "tan": "#d2b48c",
    "teal": "#008080",
    "tomato": "#ff6347",
    "turquoise": "#40e0d0",
    "violet": "#ee82ee",
    "white": "#ffffff",
    "yellow": "#ffff00",
}
"""CSS values of the colour words people use."""

BASIC_HUES: dict[str, tuple[float, float]] = {
    "red": (340.0, 15.0),
    "orange": (15.0, 45.0),
    "yellow": (45.0, 70.0),
    "green": (70.0, 165.0),
    "cyan": (165.0, 195.0),
    "blue": (195.0, 260.0),
    "purple": (260.0, 295.0),
    "pink": (295.0, 340.0),
}
"""Hue interval of each basic colour, in degrees, start included; red wraps around 0."""

_SYNONYMS = {
    "aqua": "cyan",
    "cyan": "cyan",
    "grey": "gray",
    "magenta": "pink",
    "fuchsia": "pink",
    "violet": "purple",
    "indigo": "purple",
    "navy": "blue",
    "lime": "green",
    "maroon": "red",
    "crimson": "red",
    "gold": "yellow",
    "turquoise": "cyan",
    "teal": "cyan",
    "olive": "green",
    "silver": "gray",
}

_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", re.IGNORECASE)


def hex_of(word: str) -> str | None:
    """Return ``#rrggbb`` of a colour word or of a hexadecimal colour, or ``None``."""
    text = word.strip().lower()
    if _HEX.fullmatch(text):
        return text if len(text) == 7 else "#" + "".join(2 * digit for digit in text[1:])
    return COLOR_HEX.get(text)


def colors_in(text: str) -> tuple[str, ...]:
    """Return the colour words and hexadecimal colours of a text, in order, lower case."""
    found = [(match.start(), match.group().lower()) for match in _HEX.finditer(text)]
    for match in re.finditer(r"[a-z]+", text.lower()):
        if match.group() in COLOR_HEX:
            found.append((match.start(), match.group()))
    return tuple(word for _, word in sorted(found))


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def color_distance(first: str, second: str) -> float:
    """Return how far two ``#rrggbb`` colours are apart, 0 to 1 (mean over the channels)."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return sum(abs(one - other) for one, other in pairs) / (3 * 255)


def _hue(color: str) -> tuple[float, float, float]:
    red, green, blue = (channel / 255 for channel in _channels(color))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return hue * 360, lightness, saturation


def color_name(color: str) -> str:
    """Return the basic colour word (or black, white, gray) that a ``#rrggbb`` colour goes by."""
    hue, lightness, saturation = _hue(color)
    spread = max(_channels(color)) - min(_channels(color))
    if lightness < 0.08:
        return "black"
    if lightness > 0.97:
        return "white"
    if saturation < 0.12 or spread < 14:
        return "gray"
    if 10 <= hue < 45 and lightness < 0.4:
        return "brown"
    for name, (start, end) in BASIC_HUES.items():
        if (start <= hue < end) if start < end else (hue >= start or hue < end):
            return name
    return "red"


def color_words(color: str) -> tuple[str, ...]:
    """Return the words a ``#rrggbb`` colour may go by, the nearest CSS value's first."""
    near = sorted(COLOR_HEX, key=lambda name: (color_distance(color, COLOR_HEX[name]), name))
    close = [name for name in near if color_distance(color, COLOR_HEX[name]) < 0.08]
    return tuple(dict.fromkeys((*close, color_name(color))))


def is_named(color: str, word: str) -> bool:
    """Return whether a ``#rrggbb`` colour is what a colour word says, CSS value or close to it."""
    wanted = hex_of(word)
    if wanted is None:
        return False
    if color == wanted:
        return True
    nearest = min(COLOR_HEX, key=lambda name: (color_distance(color, COLOR_HEX[name]), name))
    return COLOR_HEX[nearest] == wanted and color_distance(color, wanted) < 0.08


def is_shade_of(color: str, word: str) -> bool:
    """Return whether a ``#rrggbb`` colour is a lighter or darker shade of a colour word."""
    if is_named(color, word):
        return True
    base = _SYNONYMS.get(word.lower(), word.lower())
    return color_name(color) == base
