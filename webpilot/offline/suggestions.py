"""Suggestion lists: what pops up below a field while one types."""

from __future__ import annotations

from webpilot.offline.page import Node, PageView

__all__ = ["suggestions"]

LIST_WORDS = frozenset({"autocomplete", "suggestion", "suggestions", "typeahead", "menu", "popup"})
LIST_ROLES = frozenset({"listbox", "menu"})


def suggestions(view: PageView) -> tuple[Node, ...]:
    """Return the entries of the suggestion lists in sight, in document order."""
    found = []
    for node in view.visible:
        if node.role not in ("option", "menuitem", "listitem") or not node.content:
            continue
        holders = list(view.ancestors(node))[:2]
        if any(h.tag == "select" for h in holders):
            continue
        if any(h.role in LIST_ROLES or h.words & LIST_WORDS for h in (*holders, node)):
            found.append(node)
    return tuple(found)
