"""The action grammar: BrowserGym's action strings, read by a frozen table and never executed."""

from __future__ import annotations

from webpilot.actions.addresses import BLANK, completed, foreign_scheme
from webpilot.actions.grammar import MAX_CHARACTERS, describe_actions, parse_action
from webpilot.actions.parameters import BUTTONS, MODIFIERS, Kind, Parameter, Primitive
from webpilot.actions.sets import (
    ACTION_SETS,
    ASSISTANTBENCH,
    BID,
    CHAT,
    COORD,
    INFEAS,
    MINIWOB_ALL,
    NAV,
    TAB,
    VISUALWEBARENA,
    WEBARENA,
    action_set,
)
from webpilot.actions.table import PRIMITIVES

__all__ = [
    "ACTION_SETS",
    "ASSISTANTBENCH",
    "BID",
    "BLANK",
    "BUTTONS",
    "CHAT",
    "COORD",
    "INFEAS",
    "MAX_CHARACTERS",
    "MINIWOB_ALL",
    "MODIFIERS",
    "NAV",
    "PRIMITIVES",
    "TAB",
    "VISUALWEBARENA",
    "WEBARENA",
    "Kind",
    "Parameter",
    "Primitive",
    "action_set",
    "completed",
    "describe_actions",
    "foreign_scheme",
    "parse_action",
]
