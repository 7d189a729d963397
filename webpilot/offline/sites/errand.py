"""What a goal on a site asks for, in parts; read by :mod:`webpilot.offline.sites.errands`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Bound", "Errand", "Extreme", "Slot", "TaskKind"]


class TaskKind(StrEnum):
    """What kind of work a goal asks for, named as in WebArena-Verified."""

    RETRIEVE = "RETRIEVE"
    MUTATE = "MUTATE"
    NAVIGATE = "NAVIGATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One value that must stand in a form."""

    name: str
    """What the goal calls the field; empty where it gives the value only."""
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """The one thing of many that has most or least of something."""

    column: str
    """``price``, ``date``, ``rating``, or a word of the goal."""
    largest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A number that limits which things count."""

    column: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One goal, read. Everything in it comes from the goal's words."""

    goal: str
    kind: TaskKind
    verb: str = ""
    """The deed, e.g. ``add``, ``change``, ``show``."""
    thing: str = ""
    """The name of what it is about, e.g. ``Red wool scarf``."""
    others: tuple[str, ...] = ()
    """Further names in the goal, surest first."""
    place: str = ""
    """The name of the category, forum or list to look in."""
    person: str = ""
    """Whose it is, or who wrote it."""
    objects: tuple[str, ...] = ()
    """Nouns of what a site keeps, in the goal's order, stemmed: ``review``, ``basket``."""
    part: str = ""
    """The noun of what belongs to the thing, where that is wanted: ``reviews of X``."""
    slots: tuple[Slot, ...] = ()
    asked: str = ""
    """What a question asks for: ``price``, ``status``, ``name``..."""
    counted: str = ""
    """What is to be counted, or the empty string."""
    several: bool = False
    """More than one item is asked for."""
    extreme: Extreme | None = None
    bounds: tuple[Bound, ...] = ()
    values: tuple[str, ...] = ()
    """Words that rows must show to count: ``open``, ``High``."""
    number: int | None = None
    """Place among its like of what is meant, from 1; -1 is the last."""
    sort: str = ""
    """How a list is to be ordered: ``price``, ``-price``, ``-rating``, ``-date``..."""
    when: str = ""
    """A day that the goal names, as it is written there."""
    via: str = ""
    """The noun by which one gets from the thing to what is meant: ``the capital of X``."""
    columns: tuple[str, ...] = ()
    """What the goal calls the values: ``status``, ``severity``."""
    own: bool = False
    """It is about something of the user's own: my orders, my profile."""
