"""The skills: one module for each family of widgets, none for any benchmark's task."""

from __future__ import annotations

from webpilot.offline.skills.agenda import Agenda
from webpilot.offline.skills.choosing import Choosing
from webpilot.offline.skills.classifying import Classifying
from webpilot.offline.skills.clicking import Clicking
from webpilot.offline.skills.colors import Colors
from webpilot.offline.skills.committing import Committing
from webpilot.offline.skills.completing import Completing
from webpilot.offline.skills.counting import Counting
from webpilot.offline.skills.dates import Dates
from webpilot.offline.skills.drag import Dragging
from webpilot.offline.skills.draw import Drawing
from webpilot.offline.skills.expanding import Expanding
from webpilot.offline.skills.extremes import Extremes
from webpilot.offline.skills.focusing import Focusing
from webpilot.offline.skills.guessing import Guessing
from webpilot.offline.skills.highlighting import Highlighting
from webpilot.offline.skills.interrupting import Interrupting
from webpilot.offline.skills.keys import Keys
from webpilot.offline.skills.menus import Menus
from webpilot.offline.skills.messaging import Messaging
from webpilot.offline.skills.ordering import Ordering
from webpilot.offline.skills.prose import Prose
from webpilot.offline.skills.protocol import Proposal, Skill
from webpilot.offline.skills.repeating import Repeating
from webpilot.offline.skills.resizing import Resizing
from webpilot.offline.skills.scrolling import Scrolling
from webpilot.offline.skills.seeking import Seeking
from webpilot.offline.skills.shapes import Shapes
from webpilot.offline.skills.sliders import Sliders
from webpilot.offline.skills.sorting import Sorting
from webpilot.offline.skills.styling import Styling
from webpilot.offline.skills.terminal import Terminal
from webpilot.offline.skills.typing import Typing

__all__ = ["SKILLS", "Proposal", "Skill"]

SKILLS: tuple[Skill, ...] = (
    Interrupting(),
    Committing(),
    Shapes(),
    Counting(),
    Resizing(),
    Dragging(),
    Sorting(),
    Agenda(),
    Drawing(),
    Sliders(),
    Dates(),
    Colors(),
    Classifying(),
    Completing(),
    Extremes(),
    Expanding(),
    Focusing(),
    Keys(),
    Terminal(),
    Menus(),
    Scrolling(),
    Ordering(),
    Repeating(),
    Seeking(),
    Styling(),
    Highlighting(),
    Messaging(),
    Typing(),
    Choosing(),
    Clicking(),
    Prose(),
    Guessing(),
)
"""Every skill; where two readings are equally sure the earlier skill's is taken."""
