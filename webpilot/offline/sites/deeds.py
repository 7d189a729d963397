"""What changes a site: controls and forms for a deed, in the context of what the goal names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from webpilot.offline.sites.buying import buying, ordered
from webpilot.offline.sites.errand import Errand
from webpilot.offline.sites.filling import filling
from webpilot.offline.sites.moves import Move, click
from webpilot.offline.sites.opening import opening
from webpilot.offline.sites.pressing import controls_only, pressing, unfolded
from webpilot.offline.sites.structure import messages
from webpilot.offline.sites.trail import Step, Trail
from webpilot.offline.sites.verbs import BUYING, MAKING
from webpilot.offline.sites.wording import same_deed, terms

__all__ = ["deeds", "done"]

AFFIRM = re.compile(
    r"^(?:yes\b.*|ok|confirm\b.*|continue|delete\b.*|remove\b.*|i'?m sure|accept|agree)$",
    re.IGNORECASE,
)


def deeds(errand: Errand, trail: Trail) -> list[Move]:
    """Return what may be done on the page at hand, in no order; empty where nothing fits."""
    page = trail.page
    if errand.verb in BUYING:
        moves = [*buying(errand, trail)]
        if moves:
            return moves
    confirm = [*_confirming(errand, trail)]
    if confirm:
        return confirm
    entries = [*unfolded(errand, trail)]
    if entries:
        return entries
    found = [*filling(errand, trail)]
    if controls_only(errand) and not found:
        found += pressing(errand, page, trail)
    found += opening(errand, page, trail)
    return found


def done(errand: Errand, trail: Trail) -> float:
    """Return in [0, 1] how surely the deed is done: sent, and the page does not complain."""
    best = 0.0
    for place, step in enumerate(trail.steps):
        past = Trail(page=step.before, steps=trail.steps[:place])
        mark = _closing(errand, past, step)
        if mark <= 0 or step.failed:
            continue
        if not step.changed:
            continue
        told = messages(step.after)
        old = {text for text, _ in messages(step.before)}
        bad = any(complaint for text, complaint in told if text not in old)
        good = any(not complaint for text, complaint in told if text not in old)
        if bad and not good:
            best = min(best, 0.3)
            continue
        if [*_confirming(errand, Trail(page=step.after, steps=trail.steps[: place + 1]))]:
            continue
        best = max(best, min(1.0, mark + 0.1 * good))
    return best


def _closing(errand: Errand, past: Trail, step: Step) -> float:
    """Return how surely a step was the one that does the deed."""
    target = step.target
    if step.action.kind == "keyboard_press" or target is None or step.action.kind != "click":
        return 0.0
    if errand.verb in BUYING:
        return ordered(step)
    moves = [move for move in deeds(errand, past) if move.deed]
    own = [move.score for move in moves if move.action == step.action]
    return max(own, default=0.0)


def _confirming(errand: Errand, trail: Trail) -> Iterator[Move]:
    """Yield the button by which a page asks to be sure, right after the deed's control."""
    last = trail.last
    if last is None or last.target is None or last.failed or last.action.kind != "click":
        return
    page = trail.page
    asked = re.search(
        r"\b(?:are you sure|do you (?:really )?want|confirm|permanently)\b", page.body, re.I
    )
    heads = page.headings[:1]
    titled = heads and any(same_deed(errand.verb, word) for word in terms(page.text(heads[0])))
    if titled and not errand.slots and errand.verb not in MAKING:
        asked = asked or re.search(r".", page.title)
    if not asked or re.search(r"\b(?:are you sure|permanently)\b", last.before.body, re.I):
        return
    for item in page.links:
        words = terms(item.label)
        own = any(same_deed(errand.verb, word) for word in words)
        if item.role == "button" and not item.chrome and (AFFIRM.match(item.label) or own):
            yield Move(
                action=click(item), score=0.92, reason=f"'{item.label}' confirms it", deed=True
            )
