"""Links and buttons that lead to the form for a deed."""

from __future__ import annotations

from collections.abc import Iterator

from webpilot.offline.sites.errand import Errand
from webpilot.offline.sites.moves import Move, click
from webpilot.offline.sites.page import Item, SitePage
from webpilot.offline.sites.pressing import in_context
from webpilot.offline.sites.relevance import concerns
from webpilot.offline.sites.trail import Trail
from webpilot.offline.sites.verbs import MAKING, control_verbs
from webpilot.offline.sites.wording import akin, content, same_deed, terms

__all__ = ["opening"]


def opening(errand: Errand, page: SitePage, trail: Trail) -> Iterator[Move]:
    """Yield links and buttons that open the form for the deed."""
    slots = [slot.name for slot in errand.slots if slot.name]
    for item in page.links:
        words = content(item.label)
        if not words or len(words) > 6 or _sends(page, item):
            continue
        if item.states.get("expanded", "false") not in ("false", "False"):
            continue
        if not any(
            same_deed(other, word) for word in words for other in control_verbs(errand.verb)
        ):
            continue
        nouns = [noun for noun in errand.objects if noun not in control_verbs(errand.verb)]
        made = nouns[:1] if errand.verb in MAKING and errand.thing else nouns
        other = any(akin(n, w) >= 0.75 for n in nouns if n not in made for w in words)
        nouns = made
        met = max((akin(noun, word) for noun in nouns for word in words), default=0.0)
        named = max(
            (akin(part, word) for name in slots for part in terms(name) for word in words),
            default=0.0,
        )
        score = 0.5 + 0.3 * max(met, named)
        unknown = [w for w in words if not _known(w, errand, slots)]
        score -= 0.12 * len(unknown)
        anew = {"new", "create"} & set(words)
        if errand.thing and anew and not any("title" in terms(name) for name in slots):
            score *= 0.4  # another one would need a title
        if other and met < 0.7:
            score *= 0.4  # it makes another of what the goal only names
        if errand.thing:
            score *= 0.4 + 0.6 * in_context(errand, page, item)
        elif errand.place and errand.verb in MAKING:
            score *= 0.75 + 0.25 * (concerns(page, errand) >= 0.6)
        if trail.followed(page, item):
            score *= 0.25
        if score >= 0.2:
            yield Move(
                action=click(item),
                score=min(0.9, score),
                reason=f"'{item.label}' may open the form",
            )


def _sends(page: SitePage, item: Item) -> bool:
    """Return whether an item sends a form instead of opening one."""
    typed = item.attributes.get("type") == "submit" or item.tag == "input"
    return item.role == "button" and (
        typed or any(above.tag == "form" for above in page.above(item))
    )


def _known(word: str, errand: Errand, slots: list[str]) -> bool:
    wanted = [
        *control_verbs(errand.verb),
        *errand.objects,
        *(part for name in slots for part in terms(name)),
    ]
    wanted += [*terms(errand.thing), "new", "details", "detail", "form", "full"]
    return any(akin(word, other) >= 0.7 for other in wanted)
