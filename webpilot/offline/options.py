"""Everything on a page that can be chosen, and whether it is."""

from __future__ import annotations

from dataclasses import dataclass

from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import Node, PageView

__all__ = ["Option", "options"]

TOGGLES = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})
CHOSEN_WORDS = frozenset({"selected", "active", "checked", "chosen", "highlighted", "current"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to choose."""

    node: Node
    name: str
    chosen: bool
    many: bool
    """Others of its group may be chosen beside it."""
    holder: Node | None = None
    """The closed drop-down list that holds it."""
    weight: float = 1.0
    """How sure it is that this is something to choose."""

    def answers(self, name: str) -> float:
        """Return in [0, 1] how well the option answers to a name."""
        return self.weight * similarity(name, self.name)


def options(view: PageView, memory: Memory) -> tuple[Option, ...]:
    """Return what can be chosen: toggles and list entries, then what only looks like an entry."""
    found: list[Option] = []
    for node in view.nodes:
        if node.instruction or not node.enabled:
            continue
        if node.role in TOGGLES and node.visible:
            many = node.role not in ("radio", "menuitemradio")
            found.append(Option(node=node, name=node.label, chosen=node.checked, many=many))
        elif node.role == "option":
            found.append(_entry(view, node))
        elif node.role == "combobox" and node.tag != "select" and node.content and node.visible:
            found.append(Option(node=node, name=node.content, chosen=True, many=False))
    plain = [n for n in view.visible if _looks_like_entry(n)]
    return (*found, *(_plain(node, memory) for node in plain))


def _looks_like_entry(node: Node) -> bool:
    """Return whether a node without a role for choosing may be an entry all the same."""
    known = node.role in TOGGLES or node.role in ("option", "combobox")
    if known or node.editable or not node.label or not node.enabled:
        return False
    return node.clickable or node.role == "listitem" or node.tag == "li"


def _plain(node: Node, memory: Memory) -> Option:
    """Return an entry that only looks like one."""
    return Option(
        node=node,
        name=node.label,
        chosen=_shown_chosen(node, memory),
        many=False,
        weight=0.9 if node.clickable else 0.85,
    )


def _entry(view: PageView, node: Node) -> Option:
    """Return an entry of a list; one that is closed is reached through its holder."""
    holder = next((a for a in view.ancestors(node) if a.role in ("combobox", "listbox")), None)
    closed = holder is not None and (holder.role == "combobox" or not node.visible)
    chosen = node.checked
    if holder is not None and holder.role == "combobox" and holder.value:
        chosen = holder.value == node.name
    many = holder is not None and holder.states.get("multiselectable", "false") == "true"
    return Option(
        node=node,
        name=node.label,
        chosen=chosen,
        many=many,
        holder=holder if closed else None,
    )


def _shown_chosen(node: Node, memory: Memory) -> bool:
    """Return whether a plain entry looks chosen, or was clicked where looks tell nothing."""
    return bool(node.words & CHOSEN_WORDS) or node.checked or memory.clicked(node.bid) % 2 == 1
