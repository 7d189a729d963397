"""Random action strings that a page admits, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Shown", "draw", "shown"]

FIELDS = frozenset({"textbox", "searchbox", "spinbutton", "combobox", "Date", "InputTime"})
LISTS = frozenset({"combobox", "listbox", "MenuListPopup", "ComboBoxMenuButton"})
CONTROLS = (
    FIELDS
    | LISTS
    | {
        *("button", "checkbox", "link", "listitem", "menuitem", "option", "radio", "slider", "tab"),
    }
)
TEXTS = ("Paris", "7", "03/04/2015", "Été ~ 9", "a@b.c", "x", "")
KEYS = (
    *("Tab", "Enter", "Space", "ArrowDown", "ArrowUp", "Backspace", "Escape", "End", "Delete"),
    *("a", "Shift+Tab", "Control+a", "ControlOrMeta+ArrowLeft", "PageDown", "F2"),
)
HELD = ("Shift", "Control", "a", "ArrowDown")
BUTTONS = ("left", "left", "left", "left", "right", "middle")
NOWHERE = "9999"

RARE = 0.15
"""Weight of actions that end most tasks, against 1 for the others."""
LEAVING = frozenset(
    {"goto", "go_back", "go_forward", "new_tab", "tab_close", "tab_focus", "report_infeasible"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page offers to act on."""

    roles: Mapping[str, str]
    """Role by bid, of the elements in the tree."""
    options: Sequence[str]
    """Names of the options of its lists."""
    boxes: Mapping[str, tuple[float, float, float, float]]
    """Boxes of the visible elements by bid, in the mouse's numbers."""
    url: str


def shown(observation: Mapping[str, Any]) -> Shown:
    """Return what an observation in BrowserGym's format offers."""
    nodes = observation["axtree_object"]["nodes"]
    roles = {
        node["browsergym_id"]: node["role"]["value"] for node in nodes if "browsergym_id" in node
    }
    options = [
        node["name"]["value"] for node in nodes if node["role"]["value"].lower().endswith("option")
    ]
    boxes = {
        bid: tuple(told["bbox"])
        for bid, told in observation["extra_element_properties"].items()
        if told["bbox"] and told["visibility"] and told["bbox"][2] > 1 and told["bbox"][3] > 1
    }
    return Shown(roles=roles, options=options, boxes=boxes, url=observation["url"])


def draw(rng: random.Random, page: Shown, kinds: Sequence[str]) -> str:
    """Return the action string of one of the kinds, on something the page offers."""
    admitted = [kind for kind in kinds if kind in MAKERS and _admits(page, kind)]
    weights = [RARE if kind in LEAVING else 1.0 for kind in admitted]
    (kind,) = rng.choices(admitted, weights)
    arguments = MAKERS[kind](rng, page)
    return f"{kind}({', '.join(repr(argument) for argument in arguments)})"


def _admits(page: Shown, kind: str) -> bool:
    if kind == "select_option":
        return bool(page.options) and bool(_with_roles(page, LISTS))
    if kind in ("mouse_upload_file", "upload_file"):
        return False  # needs a file field, which no page of the benchmark has
    return bool(page.boxes)


def _with_roles(page: Shown, roles: frozenset[str]) -> list[str]:
    return [bid for bid, role in page.roles.items() if role in roles]


def _bid(rng: random.Random, page: Shown, roles: frozenset[str] = CONTROLS) -> str:
    """Return mostly an element that is made for it, sometimes any, seldom none."""
    fit, lot = _with_roles(page, roles), rng.random()
    if fit and lot < 0.75:
        return rng.choice(fit)
    return NOWHERE if lot > 0.97 else rng.choice(list(page.boxes))


def _point(rng: random.Random, page: Shown) -> tuple[float, float]:
    left, top, width, height = page.boxes[rng.choice(list(page.boxes))]
    return (
        round(left + width * rng.uniform(0.1, 0.9), 2),
        round(top + height * rng.uniform(0.1, 0.9), 2),
    )


def _click(rng: random.Random, page: Shown) -> tuple[Any, ...]:
    held = ["Shift"] if rng.random() < 0.1 else []
    return (_bid(rng, page), rng.choice(BUTTONS), *([held] if held else []))


def _point_and_button(rng: random.Random, page: Shown) -> tuple[Any, ...]:
    return (*_point(rng, page), rng.choice(BUTTONS))


def _scroll(rng: random.Random) -> tuple[Any, ...]:
    return (0, rng.choice((-120, -40, 60, 150)))


Maker = Callable[[random.Random, Shown], tuple[Any, ...]]

MAKERS: Mapping[str, Maker] = {
    "noop": lambda rng, page: (rng.choice((0, 100)),),
    "click": _click,
    "dblclick": _click,
    "hover": lambda rng, page: (_bid(rng, page),),
    "focus": lambda rng, page: (_bid(rng, page),),
    "clear": lambda rng, page: (_bid(rng, page, FIELDS),),
    "press": lambda rng, page: (_bid(rng, page), rng.choice(KEYS)),
    "fill": lambda rng, page: (
        _bid(rng, page, FIELDS),
        rng.choice(TEXTS),
        *((True,) if rng.random() < 0.3 else ()),
    ),
    "select_option": lambda rng, page: (_bid(rng, page, LISTS), rng.choice(page.options)),
    "drag_and_drop": lambda rng, page: (_bid(rng, page), _bid(rng, page)),
    "scroll": lambda rng, page: _scroll(rng),
    "scroll_at": lambda rng, page: (*_point(rng, page), *_scroll(rng)),
    "mouse_move": _point,
    "mouse_click": _point_and_button,
    "mouse_dblclick": _point_and_button,
    "mouse_down": _point_and_button,
    "mouse_up": _point_and_button,
    "mouse_drag_and_drop": lambda rng, page: (*_point(rng, page), *_point(rng, page)),
    "keyboard_press": lambda rng, page: (rng.choice(KEYS),),
    "keyboard_down": lambda rng, page: (rng.choice(HELD),),
    "keyboard_up": lambda rng, page: (rng.choice(HELD),),
    "keyboard_type": lambda rng, page: (rng.choice(TEXTS),),
    "keyboard_insert_text": lambda rng, page: (rng.choice(TEXTS),),
    "goto": lambda rng, page: (page.url,),
    "go_back": lambda rng, page: (),
    "go_forward": lambda rng, page: (),
    "new_tab": lambda rng, page: (),
    "tab_close": lambda rng, page: (),
    "tab_focus": lambda rng, page: (rng.choice((0, 0, 1)),),
    "send_msg_to_user": lambda rng, page: (rng.choice(TEXTS),),
    "report_infeasible": lambda rng, page: ("no such thing",),
}
"""By primitive, what makes its arguments."""
