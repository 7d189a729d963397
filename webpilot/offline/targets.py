"""Descriptions of elements in a goal's words, and how well a node answers to one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webpilot.offline.clauses import QUOTED, quoted
from webpilot.offline.matching import fold, similarity, stem, words
from webpilot.offline.page import Node

__all__ = ["KINDS", "WITHIN", "Target", "cued", "fit", "ordinal", "read_target", "score"]

TEXT_ROLES = frozenset({"textbox", "searchbox", "spinbutton", "combobox"})
MENU_ROLES = frozenset({"menuitem", "menuitemcheckbox", "menuitemradio", "option", "combobox"})

KINDS: dict[str, frozenset[str]] = {
    "button": frozenset({"button"}),
    "link": frozenset({"link"}),
    "tab": frozenset({"tab"}),
    "checkbox": frozenset({"checkbox", "switch"}),
    "radio": frozenset({"radio"}),
    "option": frozenset({"option", "radio"}),
    "menu": MENU_ROLES,
    "item": frozenset({"menuitem", "option", "listitem", "treeitem"}),
    "textbox": TEXT_ROLES,
    "textarea": TEXT_ROLES,
    "field": TEXT_ROLES,
    "input": TEXT_ROLES,
    "dropdown": frozenset({"combobox", "listbox"}),
    "slider": frozenset({"slider"}),
    "section": frozenset({"tab", "button", "heading", "region"}),
    "image": frozenset({"img", "image"}),
}
"""Roles by the noun a goal uses for a widget."""

NOUN = re.compile(rf"\b(text box|text field|{'|'.join(KINDS)})(?:es|s)?\b", re.IGNORECASE)
FILLER = re.compile(
    r"\b(the|a|an|on|in|labell?ed|named|called|titled|with|text|that|says|which|is|it|icon|widget"
    r"|box|area|element|word|following|of|or|and|folder|file|their|his|her|its|your|my)\b",
    re.IGNORECASE,
)
PURPOSE = re.compile(
    r"\s(?:in order\s)?to\s(?:close|delete|open|see|show|remove|edit|send|continue|go|start|finish"
    r"|mark|add|reply|forward|submit|like|share|dismiss|get|view)\b.*$",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b", re.IGNORECASE)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
WITHIN = re.compile(
    r"(?:^(?:find|locate|look up)|\b(?:by|from|of|for|next to|beside|under|whose \w+ is|sent by"
    r"|in the row (?:of|with)))\s+(?:the\s+)?"
    r"(?:(?:user|sender|person|contact|row|post|message|email)\s+)?"
    r"(\"[^\"]+\"|(?-i:@[\w.-]*\w|[A-Z][\w-]*(?:\s[A-Z][\w-]*)?))",
    re.IGNORECASE,
)


KIN = 0.6
"""Similarity from which a class word stands for a wanted word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the goal says of one element."""

    name: str
    """Its name: quoted words if any, else the description without nouns and fillers."""
    exact: bool = False
    """The name was quoted."""
    kind: str = ""
    """Noun of :data:`KINDS`, or the empty string."""
    number: int | None = None
    """Its place among its like, from 1; -1 is the last."""
    within: str = ""
    """What else the row or container of the element shows."""
    text: str = ""
    """The whole description."""


def ordinal(text: str) -> int | None:
    """Return the place that the text names, from 1 (-1 is the last), or ``None``."""
    numbered = NUMBERED.search(text)
    if numbered:
        return int(numbered.group(1))
    named = re.search(rf"\b({'|'.join(ORDINALS)}|last)\b(?!\s+name)", text, re.IGNORECASE)
    if named is None:
        return None
    word = named.group(1).lower()
    return -1 if word == "last" else ORDINALS.index(word) + 1


def read_target(text: str) -> Target:
    """Return the description held in a stretch of the goal."""
    text = text.strip()
    bare = QUOTED.sub(" ", text)
    noun = NOUN.search(bare)
    kind = noun.group(1).lower().replace(" ", "") if noun else ""
    kind = "textbox" if kind == "textfield" else kind
    strings = quoted(text)
    number = ordinal(bare)
    within = WITHIN.search(text)
    context = within.group(1).strip('"') if within else ""
    if strings and strings[0] != context:
        return Target(
            name=strings[0], exact=True, kind=kind, number=number, within=context, text=text
        )
    if within:
        bare = QUOTED.sub(" ", text[: within.start()] + text[within.end() :])
    bare = PURPOSE.sub(" ", bare)
    bare = FILLER.sub(" ", NOUN.sub(" ", NUMBERED.sub(" ", bare)))
    if number is not None:
        bare = re.sub(rf"\b({'|'.join(ORDINALS)}|last)\b", " ", bare, flags=re.IGNORECASE)
    name = " ".join(bare.split()).strip(" .,:;!?")
    return Target(name=name, kind=kind, number=number, within=context, text=text)


def fit(target: Target, node: Node) -> float:
    """Return in [0, 1] whether the node is of the kind the goal names; 0.5 where none is named."""
    if not target.kind:
        return 0.5
    return 1.0 if node.role in KINDS[target.kind] or node.tag == target.kind else 0.0


def score(target: Target, node: Node) -> float:
    """Return in [0, 1] how well a node answers to the target by name and kind."""
    kind = fit(target, node)
    if not target.name:
        return 0.8 * max(kind, similarity(target.kind, node.label) if target.kind else 0.0)
    names = {node.label, node.name, node.text, node.content, *node.aliases}
    if node.role == "button":
        names.add(node.value)
    named = max(similarity(target.name, name) for name in names)
    if not target.exact:
        wanted = set(words(target.name))
        told = any(alias and set(words(alias)) <= wanted for alias in node.aliases)
        named = max(named, 0.75 * cued(target.name, node), 0.75 * told)
    return named * (0.8 + 0.2 * kind)


def cued(name: str, node: Node) -> float:
    """Return the share of the wanted words that class and id words of a bare node name."""
    wanted = words(name) or tuple(fold(name).split())
    if not wanted or node.content:
        return 0.0
    shown = {stem(word) for word in node.words}
    return sum(
        max((similarity(word, other) for other in shown), default=0.0) >= KIN for word in wanted
    ) / len(wanted)
