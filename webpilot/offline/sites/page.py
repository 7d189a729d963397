"""A page of a site as the offline policy reads it: items in document order, their text in order.

Built by :mod:`webpilot.offline.sites.building`. URL, title and the root's name have no place here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from webpilot.observation import Element

__all__ = ["FIELD_ROLES", "Item", "SitePage", "searches"]

Box = tuple[float, float, float, float]

FIELD_ROLES = frozenset(
    {"textbox", "searchbox", "combobox", "spinbutton", "checkbox", "radio", "listbox", "switch"}
)
"""Roles of controls that hold a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One drawn element, or one option of a list."""

    order: int
    """Position in document order, from 0."""
    bid: str
    role: str = ""
    tag: str = ""
    name: str = ""
    """Accessible name."""
    label: str = ""
    """How the page calls it: name, title, text or, for an icon, its class words."""
    value: str = ""
    parent: int | None = None
    end: int = 0
    """Position after the last item inside it."""
    words: frozenset[str] = frozenset()
    """Lower-case words of class and id."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    box: Box | None = None
    chrome: bool = False
    """It belongs to what frames every page: navigation, header, footer, side bar."""
    element: Element | None = None
    """Carried as an action's target; without it no action can name the item."""

    @property
    def active(self) -> bool:
        """Whether it takes input."""
        off = self.states.get("disabled", "false") not in ("false", "False")
        return self.element is not None and not off and "disabled" not in self.attributes

    @property
    def link(self) -> bool:
        """Whether a click on it is meant to lead on or to do something."""
        return self.active and (self.role in CLICKED or self.tag == "summary")

    @property
    def field(self) -> bool:
        """Whether it holds a value that a user sets."""
        hidden = self.attributes.get("type") in ("hidden", "submit", "button", "image", "reset")
        shown = self.role == "textbox" and self.tag not in ("input", "textarea")
        if shown and "contenteditable" not in self.attributes:
            return False  # it only shows the value of a list that a script draws
        return self.active and not hidden and self.role in FIELD_ROLES

    @property
    def drawn_list(self) -> bool:
        """Whether it is a list that a script draws: its entries are there once it is open."""
        return self.role == "combobox" and self.tag not in ("select", "input", "textarea")

    @property
    def checked(self) -> bool:
        """Whether a box or radio button is on."""
        return self.states.get("checked", "false") not in ("false", "False")

    @property
    def heading(self) -> int:
        """Level of a heading, 0 for anything else."""
        if self.role != "heading":
            return 0
        told = self.states.get("level", "") or self.tag[1:]
        return int(told) if told.isdigit() else 2


def searches(item: Item) -> bool:
    """Return whether an item is the box of a search."""
    if item.role == "searchbox" or item.attributes.get("type") == "search":
        return True
    if item.role not in ("textbox", "combobox") or item.tag == "select" or item.tag == "textarea":
        return False
    names = f"{item.label} {item.attributes.get('placeholder', '')}".lower()
    return "search" in names or item.attributes.get("name", "") in ("q", "query", "s", "pattern")


TITLES = (frozenset(["title"]), frozenset(["page", "title"]))
CLICKED = frozenset({"link", "button", "tab", "menuitem", "treeitem"})


@dataclass(frozen=True, kw_only=True, eq=False)
class SitePage:
    """All items of one observation, and its text run by run; equal to itself only."""

    items: tuple[Item, ...] = ()
    runs: tuple[str, ...] = ()
    """Stretches of text in document order, as they are drawn."""
    holders: tuple[int, ...] = ()
    """For each run, the position of the innermost item that shows it."""
    spans: tuple[tuple[int, int], ...] = ()
    """For each item, its first run and the one after its last."""
    error: str = ""
    """What the action that led here ended in, or the empty string."""
    focused: str = ""

    def text(self, item: Item) -> str:
        """Return all that the item shows, white space folded, in reading order."""
        first, last = self.spans[item.order]
        return " ".join(self.runs[first:last]) or ("" if item.role in FIELD_ROLES else item.name)

    def parts(self, item: Item) -> tuple[str, ...]:
        """Return what the item shows, run by run."""
        first, last = self.spans[item.order]
        return self.runs[first:last]

    def above(self, item: Item) -> Iterator[Item]:
        """Yield the enclosing items, innermost first."""
        place = item.parent
        while place is not None:
            yield self.items[place]
            place = self.items[place].parent

    def inside(self, item: Item) -> tuple[Item, ...]:
        """Return every item below, in document order."""
        return self.items[item.order + 1 : item.end]

    def children(self, item: Item) -> tuple[Item, ...]:
        """Return the items right below, in document order."""
        return tuple(self.items[place] for place in self._below.get(item.order, ()))

    def holds(self, outer: Item, inner: Item) -> bool:
        """Return whether one item is the other or lies inside it."""
        return outer.order <= inner.order < outer.end

    def item(self, bid: str) -> Item | None:
        """Return the item with this bid, or ``None``."""
        return self._by_bid.get(bid)

    @cached_property
    def links(self) -> tuple[Item, ...]:
        """What a click is meant for, in document order."""
        return tuple(item for item in self.items if item.link)

    @cached_property
    def fields(self) -> tuple[Item, ...]:
        """The controls that hold values, in document order."""
        return tuple(item for item in self.items if item.field)

    @cached_property
    def headings(self) -> tuple[Item, ...]:
        """The headings, the page's own before those of its frame, highest first.

        What is only classed as a title counts; where the page has none, its first text does.
        """
        found = [i for i in self.items if (i.heading or i.words in TITLES) and self.text(i)]
        if not any(not item.chrome for item in found):
            holders = (self.items[holder] for holder in self.holders)
            found += [item for item in holders if not item.chrome][:1]
        return tuple(sorted(found, key=lambda i: (i.chrome, i.heading or 1, i.order)))

    @cached_property
    def title(self) -> str:
        """What the highest heading of the page says, or the empty string."""
        return self.text(self.headings[0]) if self.headings else ""

    @cached_property
    def body(self) -> str:
        """All text outside of what frames every page."""
        pairs = zip(self.holders, self.runs, strict=True)
        return " ".join(text for holder, text in pairs if not self.items[holder].chrome)

    @cached_property
    def key(self) -> str:
        """What tells this page from others of the site, bids and addresses left out."""
        fields = " ".join(f"{item.value}{item.checked}" for item in self.fields)
        return f"{' '.join(self.runs)}|{fields}"

    @cached_property
    def _by_bid(self) -> Mapping[str, Item]:
        return {item.bid: item for item in self.items}

    @cached_property
    def _below(self) -> Mapping[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for item in self.items:
            if item.parent is not None:
                found.setdefault(item.parent, []).append(item.order)
        return {place: tuple(below) for place, below in found.items()}
