"""How far a page, a name or a record is about what a goal names."""

from __future__ import annotations

from webpilot.offline.sites.errand import Errand
from webpilot.offline.sites.forms import finds
from webpilot.offline.sites.page import SitePage
from webpilot.offline.sites.structure import pairs
from webpilot.offline.sites.wording import OBJECTS, akin, content, covered, overlap, terms

__all__ = ["concerns", "fits_place", "names_thing", "nouns"]


TITLED = frozenset(["title", "name", "subject", "summary"])


def names_thing(name: str, shown: str) -> float:
    """Return in [0, 1] how surely a name on a page is that of a thing; cut-off names count."""
    if not name or not shown:
        return 0.0
    plain = shown.rstrip()
    if plain.endswith(("...", "\u2026")):
        start = plain.rstrip(".\u2026 ").lower()
        if len(start) > 8 and name.lower().startswith(start):
            return 0.95
    mark = overlap(name, shown)
    share = covered(name, shown)
    if share >= 0.85:
        length = min(1.0, len(content(name)) / max(1, len(content(shown))))
        mark = max(mark, (0.75 + 0.2 * length) * share)
    return mark


def concerns(page: SitePage, errand: Errand) -> float:
    """Return in [0, 1] how surely the page is the one of the errand's thing, or of its place.

    Headings and the last word of a trail of crumbs tell; a form tells by what its fields hold.
    """
    name = errand.thing or errand.person
    if name:
        return _titled(page, name)
    if errand.place:
        return _titled(page, errand.place)
    wanted = nouns(errand)
    if not wanted:
        return 0.3
    heads = [page.text(item) for item in page.headings[:4] if not item.chrome]
    marks = [
        max((akin(word, other) for head in heads for other in terms(head)), default=0.0)
        for word in wanted
    ]
    return max(marks, default=0.0)


def _titled(page: SitePage, name: str) -> float:
    """Return how surely the page's headings, crumbs or fields bear a name."""
    best = 0.0
    for place, item in enumerate(page.headings[:6]):
        shown = page.text(item)
        if item.chrome or {"search", "result", "found", "matching"} & set(terms(shown)):
            continue
        mark = names_thing(name, shown)
        # lower headings are often those of other things on the page
        weight = (
            1.0 if place == 0 or (item.heading or 1) == (page.headings[0].heading or 1) else 0.75
        )
        best = max(best, mark * weight)
    for pair in pairs(page):
        if not pair.item.chrome and terms(pair.key) and terms(pair.key)[-1] in TITLED:
            best = max(best, 0.97 * names_thing(name, pair.value))
    for item in page.items:
        if "breadcrumb" in item.words or item.label.lower() == "breadcrumb":
            parts = page.parts(item)
            headed = page.headings and page.headings[0].heading == 1
            if parts and not headed:  # a page's own heading says better what it is
                best = max(best, 0.95 * names_thing(name, parts[-1]))
    for field in page.fields:
        if not field.chrome and field.value and field.role == "textbox" and not finds(page, field):
            best = max(best, 0.9 * overlap(name, field.value))
    return best


def nouns(errand: Errand) -> tuple[str, ...]:
    """Return the nouns of what is to be looked at, the count's or the question's last."""
    counted = [word for word in terms(errand.counted) if word in OBJECTS]
    own = [word for word in errand.objects if word not in counted]
    return tuple(dict.fromkeys((*counted, *own)))


def fits_place(name: str, shown: str) -> float:
    """Return how surely a name on a page is that of the place."""
    return max(
        overlap(name, shown), 0.8 * covered(name, shown) if covered(name, shown) == 1.0 else 0.0
    )
