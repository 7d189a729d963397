"""Open menus of ``<select>`` elements: BrowserGym's screenshot closes them after the text is taken.

What follows depends on it: the next arrow key chooses in an open menu or in a closed field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from env.link.session import Session
from env.page.script import evaluation, result

__all__ = ["close_menus"]

SCRIPTS = ("marking",)


def close_menus(session: Session, nodes: Sequence[Mapping[str, Any]], context: int | None) -> None:
    """Close the menus that were seen open, in the frame of this execution context."""
    opened = [node["browsergym_id"] for node in nodes if _is_open_menu(node)]
    if opened:
        call = evaluation(SCRIPTS, "closeMenus", opened, context=context)
        result(session.send_all([call])[0])


def _is_open_menu(node: Mapping[str, Any]) -> bool:
    told = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
    menu = told.get("hasPopup") == "menu" and told.get("expanded") is True
    return menu and "browsergym_id" in node
