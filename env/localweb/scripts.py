"""Scripted paths: steps that name elements as people do, found on the page that is there.

A step is ``{"do": "click", "role": "link", "name": "Tickets"}``; ``nth`` chooses among several,
``within`` is a text of the row, item or region around the element.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from env.sites.addresses import Addresses
from webpilot.observation import Element, Observation
from webpilot.types import Action, Answer, Done, Infeasible, Outcome

__all__ = ["Missing", "Script", "action_of"]

BLOCKS = frozenset({"row", "listitem", "article", "region", "form", "group", "table", "gridcell"})
"""Roles of what may be named by a text that it holds."""


class Missing(Exception):
    """The page does not hold what a step names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A path and how it stops."""

    actions: tuple[Mapping[str, Any], ...]
    answer: str | None
    response: Mapping[str, Any] | None
    """WebArena-Verified's response, where it is to be another than what follows of the answer."""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Script:
        """Return a script as it stands in a file of checks."""
        return cls(
            actions=tuple(raw["actions"]), answer=raw.get("answer"), response=raw.get("response")
        )

    @property
    def outcome(self) -> Outcome:
        """How the script stops."""
        told = self.response or {}
        if self.answer == "N/A" and not told:
            return Infeasible(reason="scripted")
        if self.answer is None and not told:
            return Done(reason="scripted")
        data = told.get("retrieved_data")
        return Answer(
            text=self.answer or "",
            task_type=told.get("task_type"),
            status=told.get("status"),
            retrieved_data=None if data is None else tuple(data),
            error_details=told.get("error_details"),
        )


def action_of(step: Mapping[str, Any], page: Observation, addresses: Addresses) -> Action:
    """Return a step as an action on this page.

    Raises:
        Missing: no element is called so here, or there are several and ``nth`` is not given.
    """
    kind = str(step["do"])
    if kind == "goto":
        url = addresses.canonical.text(addresses.fill(str(step["url"])))
        return Action(kind="goto", args=(url,))
    if kind == "press" and "name" not in step:
        return Action(kind="keyboard_press", args=(str(step["keys"]),))
    if kind in ("go_back", "new_tab", "tab_close"):
        return Action(kind=kind)
    if kind == "tab_focus":
        return Action(kind=kind, args=(int(step["index"]),))
    if kind == "scroll":
        return Action(kind=kind, args=(float(step.get("dx", 0)), float(step["dy"])))
    target = found(step, page)
    match kind:
        case "fill":
            return Action(kind="fill", args=(target.bid, str(step["text"])), target=target)
        case "select":
            options = step["options"]
            chosen = options[0] if len(options) == 1 else tuple(options)
            return Action(kind="select_option", args=(target.bid, chosen), target=target)
        case "press":
            return Action(kind="press", args=(target.bid, str(step["keys"])), target=target)
    return Action(kind=kind, args=(target.bid,), target=target)


def found(step: Mapping[str, Any], page: Observation) -> Element:
    """Return the one element that a step names.

    Raises:
        Missing: there is none, or there are several.
    """
    role, name = str(step["role"]), " ".join(str(step["name"]).split())
    matches = [
        element
        for element in page.elements
        if element.role == role
        and " ".join(element.name.split()) == name
        and ("within" not in step or inside(element, str(step["within"]), page))
    ]
    place = int(step.get("nth", 0))
    if place >= len(matches) or (len(matches) > 1 and "nth" not in step):
        close = sorted({element.name for element in page.elements if element.role == role})
        raise Missing(
            f"{len(matches)} elements are called {role} {name!r} on {page.url}"
            f" ({page.last_error or 'no error'}); that role has {close[:40]}"
        )
    return matches[place]


def inside(element: Element, text: str, page: Observation) -> bool:
    """Return whether the element stands in a block that holds ``text``."""
    known = {each.bid: each for each in page.elements}
    wanted = text.casefold()
    place = known.get(element.parent or "")
    while place is not None:
        if place.role in BLOCKS and wanted in told(place, page).casefold():
            return True
        place = known.get(place.parent or "")
    return False


def told(block: Element, page: Observation) -> str:
    """Return the names of everything in a block, one after another."""
    parents = {each.bid: each.parent for each in page.elements}
    words = [block.name]
    for each in page.elements:
        up = each.parent
        while up is not None and up != block.bid:
            up = parents.get(up)
        if up == block.bid:
            words.append(each.name)
    return " ".join(words)
