"""BrowserGym's action sets: names of primitives in its order, ``noop`` first in each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "ACTION_SETS",
    "ASSISTANTBENCH",
    "BID",
    "CHAT",
    "COORD",
    "INFEAS",
    "MINIWOB_ALL",
    "NAV",
    "TAB",
    "VISUALWEBARENA",
    "WEBARENA",
    "action_set",
]


def _named(names: str) -> tuple[str, ...]:
    return ("noop", *names.split())


CHAT = _named("send_msg_to_user")
INFEAS = _named("report_infeasible")
NAV = _named("go_back go_forward goto")
TAB = _named("tab_close tab_focus new_tab")

BID = _named(
    "scroll fill select_option click dblclick hover press focus clear drag_and_drop upload_file"
)
"""Elements by their bid, and the wheel."""

COORD = _named(
    "scroll_at mouse_move mouse_up mouse_down mouse_click mouse_dblclick mouse_drag_and_drop "
    "mouse_upload_file keyboard_down keyboard_up keyboard_press keyboard_type keyboard_insert_text"
)
"""Points and keys."""

MINIWOB_ALL = _named(
    "mouse_move mouse_click mouse_dblclick mouse_down mouse_up scroll click keyboard_press "
    "keyboard_type fill"
)
"""What MiniWoB++'s tasks need."""

WEBARENA = _named(
    "scroll keyboard_press click fill hover tab_focus new_tab go_back go_forward goto tab_close "
    "select_option send_msg_to_user report_infeasible"
)
VISUALWEBARENA = _named(
    "scroll keyboard_press click fill hover tab_focus new_tab go_back go_forward goto tab_close "
    "select_option send_msg_to_user upload_file report_infeasible"
)
ASSISTANTBENCH = _named("scroll fill select_option click press go_back goto send_msg_to_user")

_WORKARENA = "scroll fill select_option click dblclick hover press focus clear drag_and_drop"

ACTION_SETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "chat": CHAT,
        "infeas": INFEAS,
        "bid": BID,
        "coord": COORD,
        "nav": NAV,
        "tab": TAB,
        "miniwob_all": MINIWOB_ALL,
        "miniwob_shi17": _named(
            "mouse_click mouse_dblclick mouse_down mouse_up scroll keyboard_press"
        ),
        "miniwob_liu18": _named("click fill"),
        "miniwob_humphreys22": _named(
            "mouse_move mouse_click mouse_dblclick mouse_down mouse_up scroll keyboard_press "
            "keyboard_type"
        ),
        "webarena": WEBARENA,
        "visualwebarena": VISUALWEBARENA,
        "workarena": _named(f"{_WORKARENA} send_msg_to_user"),
        "workarena++": _named(
            f"{_WORKARENA} tab_focus new_tab tab_close go_back go_forward goto send_msg_to_user "
            "report_infeasible"
        ),
        "weblinx": _named(
            "send_msg_to_user click hover fill goto scroll new_tab tab_close tab_focus"
        ),
        "assistantbench": ASSISTANTBENCH,
    }
)
"""Every set by BrowserGym's name."""


def action_set(*names: str) -> tuple[str, ...]:
    """Return the primitives of several sets together, each once, in BrowserGym's order.

    Raises:
        KeyError: there is no set of that name.
    """
    return tuple(dict.fromkeys(kind for name in names for kind in ACTION_SETS[name]))
