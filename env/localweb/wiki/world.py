"""The country the encyclopedia is about: invented, and the same each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from env.localweb.wiki.articles import Article
from env.localweb.wiki.land import Land
from env.localweb.wiki.life import animal, bridges, element, festival, lighthouses, people
from env.localweb.wiki.places import country, lake, mountain, provinces, rivers, towns

__all__ = ["world"]


def world() -> Sequence[Article]:
    """Return every article but the lists, kind after kind."""
    text = (Path(__file__).parent / "vocabulary.json").read_text(encoding="utf-8")
    land = Land(json.loads(text))
    settled = towns(land)
    found = [country(land, settled), *provinces(land, settled), *settled, *rivers(land)]
    found += [lake(land, name) for name in land.words["lakes"]]
    found += [mountain(land, name) for name in land.words["mountains"]]
    known = people(land)
    found += [*known, *lighthouses(land), *bridges(land, known)]
    found += [animal(land, *entry) for entry in land.words["animals"]]
    found += [element(land, *entry) for entry in land.words["elements"]]
    found += [festival(land, *entry) for entry in land.words["festivals"]]
    return found
