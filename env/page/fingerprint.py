"""Digests that decide whether two pages are the same, and what of a page changes by itself."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from webpilot.observation import Element, Fingerprint, Observation, OpenTab

__all__ = ["INTERACTIVE_ROLES", "among_tabs", "changing", "fingerprint", "interactive_keys"]

CONTROLS = """
    button checkbox columnheader combobox gridcell link listbox menuitem menuitemcheckbox
    menuitemradio option radio rowheader scrollbar searchbox slider spinbutton switch tab
    textbox treeitem DisclosureTriangle Date DateTime InputTime ColorWell PopUpButton
    ComboBoxMenuButton MenuListPopup MenuListOption
"""
INTERACTIVE_ROLES = frozenset(CONTROLS.split())
"""Roles whose elements decide whether two pages are equivalent."""

TOLD_STATES = frozenset({"checked", "selected", "expanded", "pressed", "disabled", "valuetext"})


def fingerprint(
    *,
    url: str,
    lines: Iterable[str],
    state: Mapping[str, object],
    elements: Iterable[Element],
    mask: frozenset[str] = frozenset(),
) -> Fingerprint:
    """Return both digests of a page.

    ``lines`` are the text's lines without bids and ``state`` the page's form, caret, focus and
    scroll state by position, so that neither digest depends on how the page was reached.
    """
    told = [
        (key, *rest)
        for key, *rest in _interactive(elements)
        if key not in mask and _any(key) not in mask
    ]
    return Fingerprint(exact=_digest([url, list(lines), state]), interactive=_digest([url, told]))


def changing(first: Observation, second: Observation) -> frozenset[str]:
    """Return a mask of the interactive elements that differ between two looks at one idle page."""
    before, after = (
        {key: rest for key, *rest in _interactive(seen.elements)} for seen in (first, second)
    )
    roles = Counter(_any(key) for key in before)
    roles.subtract(_any(key) for key in after)
    uneven = {role for role, surplus in roles.items() if surplus}
    changed = {key for key in before if key in after and before[key] != after[key]}
    return frozenset(uneven | changed)


def interactive_keys(elements: Iterable[Element]) -> Iterator[tuple[str, Element]]:
    """Yield every interactive element with its key: role and rank among its role."""
    ranks: Counter[str] = Counter()
    for element in elements:
        clickable = ("clickable", "") in element.states
        if element.role in INTERACTIVE_ROLES or clickable:
            yield f"{element.role}[{ranks[element.role]}]", element
            ranks[element.role] += 1


def _interactive(elements: Iterable[Element]) -> Iterator[tuple[str, str, str | None, str]]:
    for key, element in interactive_keys(elements):
        states = ",".join(f"{name}={text}" for name, text in element.states if name in TOLD_STATES)
        yield key, element.name, element.value, states


def _any(key: str) -> str:
    """Return the key that stands for every element of the same role."""
    return key.partition("[")[0] + "[*]"


def _digest(content: object) -> str:
    written = json.dumps(content, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:32]


def among_tabs(front: Fingerprint, tabs: Iterable[OpenTab]) -> Fingerprint:
    """Return both digests of a page with other tabs beside it, by their addresses."""
    beside = [[tab.url, tab.active] for tab in tabs]
    return Fingerprint(
        exact=_digest([front.exact, beside]), interactive=_digest([front.interactive, beside])
    )
