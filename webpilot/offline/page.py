"""The page as the offline policy sees it: one node per marked element, no URL, no title, no root.

A :class:`Node` joins what the accessibility tree says of an element with what can be seen of it
(decision 9). :func:`webpilot.offline.reading.read_page` builds the view from an observation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from webpilot.observation import Element

__all__ = ["Box", "Node", "PageView"]

Box = tuple[float, float, float, float]
"""x, y, width, height in CSS pixels of the viewport."""

EDITABLE_ROLES = frozenset({"textbox", "searchbox", "combobox", "spinbutton"})
"""Roles that may take text; :attr:`Node.editable` settles which nodes do."""

CLICKABLE = """
button link checkbox radio switch tab menuitem menuitemcheckbox menuitemradio option treeitem
combobox textbox searchbox spinbutton slider listbox
"""
CLICKABLE_ROLES = frozenset(CLICKABLE.split())
"""Roles that a click is meant for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element of the page."""

    bid: str
    order: int
    """Position in document order, from 0."""
    role: str = ""
    """Accessibility role, or the empty string for an element the tree leaves out."""
    tag: str = ""
    """Lower-case tag name, SVG tags included; empty where no cue was given."""
    name: str = ""
    """Accessible name."""
    label: str = ""
    """How the page calls it: its name, else a label found beside it, a placeholder, its text."""
    aliases: tuple[str, ...] = ()
    """Further names: placeholder, title, text beside it."""
    value: str = ""
    """Current value of a form control."""
    text: str = ""
    """The element's own text, white space folded."""
    content: str = ""
    """Own and descendants' text in document order, white space folded."""
    parent: str | None = None
    """Bid of the parent in the DOM, else of the nearest marked ancestor."""
    box: Box | None = None
    """``None`` where nothing is drawn."""
    states: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    """Lower-case words of class and id attributes."""
    color: str | None = None
    background: str | None = None
    shape: str | None = None
    sides: int | None = None
    size: float | None = None
    cursor: str = ""
    selection: str = ""
    scroll: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float], ...] = ()
    instruction: bool = False
    """The page repeats the goal here: to read, never to act on."""
    marked: bool = True
    """The bid is one actions can name; without it only the mouse reaches the element."""
    element: Element | None = None
    """The accessibility element, to be carried as an action's target."""

    @property
    def visible(self) -> bool:
        """Whether anything of it is drawn."""
        return self.box is not None and (self.box[2] > 0 or self.box[3] > 0)

    @property
    def enabled(self) -> bool:
        """Whether it takes input."""
        return self.states.get("disabled", "false") in ("false", "False") and (
            "disabled" not in self.attributes
        )

    @property
    def checked(self) -> bool:
        """Whether it is checked, pressed or selected."""
        marks = ("checked", "pressed", "selected")
        return any(self.states.get(mark, "false") not in ("false", "False") for mark in marks)

    @property
    def expanded(self) -> bool | None:
        """Whether it is expanded; ``None`` for what does not expand."""
        stated = self.states.get("expanded")
        return None if stated is None else stated not in ("false", "False")

    @property
    def editable(self) -> bool:
        """Whether text can be typed into it."""
        if self.tag == "select" or not self.enabled or "readonly" in self.attributes:
            return False
        return self.role in EDITABLE_ROLES or self.tag == "textarea"

    @property
    def clickable(self) -> bool:
        """Whether it looks made to be clicked."""
        return self.role in CLICKABLE_ROLES or self.cursor == "pointer" or self.tag == "summary"

    @property
    def center(self) -> tuple[float, float]:
        """Centre of the box in CSS pixels; the origin where nothing is drawn."""
        if self.box is None:
            return (0.0, 0.0)
        x, y, width, height = self.box
        return (x + width / 2, y + height / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """All nodes of one observation, in document order."""

    nodes: tuple[Node, ...] = ()
    focused: str = ""
    """Bid of the focused node, or the empty string."""
    last_error: str = ""
    scale: float = 1.0
    """Mouse coordinates of actions are CSS pixels times this."""
    viewport: tuple[int, int] = (0, 0)
    """Width and height in CSS pixels."""
    index: Mapping[str, int] = field(default_factory=dict)
    """Position in ``nodes`` by bid."""
    below: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Bids of the children by bid, in document order."""

    def node(self, bid: str | None) -> Node | None:
        """Return the node with this bid, or ``None``."""
        position = self.index.get(bid) if bid is not None else None
        return None if position is None else self.nodes[position]

    def children(self, node: Node) -> tuple[Node, ...]:
        """Return the children in document order."""
        return tuple(self.nodes[self.index[bid]] for bid in self.below.get(node.bid, ()))

    def descendants(self, node: Node) -> Iterator[Node]:
        """Yield every node below, in document order."""
        for child in self.children(node):
            yield child
            yield from self.descendants(child)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """Yield the enclosing nodes, innermost first."""
        above = self.node(node.parent)
        while above is not None:
            yield above
            above = self.node(above.parent)

    def with_role(self, *roles: str) -> tuple[Node, ...]:
        """Return the nodes of these roles, drawn or not, the instruction left out."""
        return tuple(node for node in self.nodes if node.role in roles and not node.instruction)

    @property
    def visible(self) -> tuple[Node, ...]:
        """Nodes that are drawn, the instruction left out."""
        return tuple(node for node in self.nodes if node.visible and not node.instruction)

    @property
    def clickable(self) -> tuple[Node, ...]:
        """Drawn and enabled nodes that look made to be clicked."""
        return tuple(node for node in self.visible if node.clickable and node.enabled)

    @property
    def editable(self) -> tuple[Node, ...]:
        """Drawn fields that take text."""
        return tuple(node for node in self.visible if node.editable)

    @property
    def shapes(self) -> tuple[Node, ...]:
        """Drawn SVG shapes."""
        return tuple(node for node in self.visible if node.shape is not None)

    @property
    def texts(self) -> tuple[Node, ...]:
        """Drawn nodes with text of their own, the instruction left out."""
        return tuple(node for node in self.visible if node.text)
