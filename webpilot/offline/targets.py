"""Descriptions of elements in a goal's words, and how well a node answers to one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webpilot.offline.clauses import quoted
from webpilot.offline.matching import fold, similarity
from webpilot.offline.page import Node, PageView

__all__ = ["KINDS", "Target", "fit", "read_target", "score"]

KINDS: dict[str, frozenset[str]] = {
    "button": frozenset({"button"}),
    "link": frozenset({"link"}),
    "tab": frozenset({"tab"}),
    "checkbox": frozenset({"checkbox", "switch"}),
    "radio": frozenset({"radio"}),
    "option": frozenset({"option", "radio"}),
    "menu": frozenset({"menuitem", "menuitemcheckbox", "menuitemradio", "option", "combobox"}),
    "item": frozenset({"menuitem", "option", "listitem", "treeitem"}),
    "textbox": frozenset({"textbox", "searchbox", "spinbutton", "combobox"}),
    "field": frozenset({"textbox", "searchbox", "spinbutton", "combobox"}),
    "input": frozenset({"textbox", "searchbox", "spinbutton", "combobox"}),
    "dropdown": frozenset({"combobox", "listbox"}),
    "slider": frozenset({"slider"}),
    "dialog": frozenset({"dialog", "alertdialog"}),
    "section": frozenset({"tab", "button", "heading", "region"}),
    "image": frozenset({"img", "image"}),
}
"""Roles by the noun a goal uses for a widget."""

NOUN = re.compile(rf"\b({'|'.join(KINDS)})(?:es|s)?\b", re.IGNORECASE)
FILLER = re.compile(
    r"\b(the|a|an|on|labell?ed|named|called|titled|with|text|that|says|which|is|it|icon|widget)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the goal says of one element."""

    name: str
    """Its name: quoted words if any, else the description without nouns and fillers."""
    exact: bool
    """The name was quoted."""
    kind: str = ""
    """Noun of :data:`KINDS`, or the empty string."""
    text: str = ""
    """The whole description."""


def read_target(text: str) -> Target:
    """Return the description held in a stretch of the goal."""
    strings = quoted(text)
    noun = NOUN.search(re.sub(r"\"[^\"]*\"", "", text))
    kind = noun.group(1).lower() if noun else ""
    if strings:
        return Target(name=strings[0], exact=True, kind=kind, text=text)
    bare = FILLER.sub(" ", NOUN.sub(" ", text))
    return Target(name=" ".join(bare.split()).strip(" .,:;"), exact=False, kind=kind, text=text)


def fit(target: Target, node: Node) -> float:
    """Return in [0, 1] whether the node is of the kind the goal names; 0.5 where none is named."""
    if not target.kind:
        return 0.5
    return 1.0 if node.role in KINDS[target.kind] or node.tag == target.kind else 0.0


def score(target: Target, node: Node, view: PageView) -> float:
    """Return in [0, 1] how well a node answers to the target."""
    names = {node.label, node.name, node.text, node.value if node.role == "button" else ""}
    named = max(similarity(target.name, name) for name in names) if target.name else 0.0
    if not named and target.name:
        shared = node.words & set(fold(target.name).split())
        named = 0.7 * len(shared) / max(1, len(fold(target.name).split()))
    kind = fit(target, node)
    if not target.name:
        return 0.8 * kind
    return named * (0.7 + 0.3 * kind)
