"""A purchase: into the basket, then along the checkout to the order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from webpilot.offline.sites.errand import Errand
from webpilot.offline.sites.moves import Move, click
from webpilot.offline.sites.page import Item, SitePage
from webpilot.offline.sites.pressing import pressing
from webpilot.offline.sites.trail import Step, Trail
from webpilot.offline.sites.wording import content

__all__ = ["buying", "ordered"]

TOWARDS_ORDER = (
    r"place (?:the |my )?order|complete (?:the )?order|pay now|confirm order",
    r"preview(?: order)?",
    r"(?:ship|deliver|send) to (?:this|your|the|my)\b.*|use this address",
    r"(?:select|choose|use)(?: this| option| method| address| this method| shipping method)*",
    r"continue(?: to .*)?|proceed(?: to .*)?|next",
    r"checkout|check out",
    r"view basket|view cart|go to basket|basket|cart",
)
"""What leads to an order, nearest to it first."""
THANKS = re.compile(
    r"\b(?:thank you|order (?:has been |was )?(?:placed|confirmed|received)|order number)\b", re.I
)


def ordered(step: Step) -> float:
    """Return how surely a step placed the order."""
    target = step.target
    if target is None:
        return 0.0
    final = re.search(TOWARDS_ORDER[0], target.label, re.IGNORECASE)
    thanked = THANKS.search(step.after.body) and target.role == "button"
    return 0.95 if final or thanked else 0.0


def buying(errand: Errand, trail: Trail) -> Iterator[Move]:
    """Yield the next step of a purchase: into the basket, then along the checkout."""
    page = trail.page
    chosen = not errand.thing or any(
        step.target is not None
        and re.search(r"\badd to (?:basket|cart|bag)\b", step.target.label, re.I)
        for step in trail.steps
    )
    if not chosen:
        yield from pressing(_adding(errand), page, trail)
        return
    for rank, pattern in enumerate(TOWARDS_ORDER):
        named = re.compile(rf"(?:{pattern})\W*", re.IGNORECASE)
        items = [item for item in page.links if named.fullmatch(item.label.strip())]
        if not items:
            continue
        item = max(items, key=lambda one: (_told(errand, page, one, items), -one.order))
        score = max(0.7, 0.95 - 0.06 * rank) * (0.3 if trail.followed(page, item) else 1.0)
        reason = f"'{item.label}' leads to the order"
        yield Move(action=click(item), score=score, reason=reason, deed=rank == 0)
        return


def _told(errand: Errand, page: SitePage, item: Item, like: list[Item]) -> int:
    """Return how many of the goal's words stand with one of several like items, and no other."""
    around = item
    for above in page.above(item):
        if sum(page.holds(above, other) for other in like) > 1:
            break
        around = above
    shown = set(content(page.text(around))) | set(content(item.label))
    if page.text(around) == page.text(item):  # what belongs to it stands before it
        first = page.spans[item.order][0]
        shown |= set(content(" ".join(page.runs[max(0, first - 4) : first])))
    return len(set(content(errand.goal)) & shown)


def _adding(errand: Errand) -> Errand:
    return replace(errand, verb="add", objects=("basket",), slots=())
