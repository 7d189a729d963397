"""The skills: one module for each family of widgets, none for any benchmark's task."""

from __future__ import annotations

from webpilot.offline.skills.clicking import Clicking
from webpilot.offline.skills.committing import Committing
from webpilot.offline.skills.protocol import Proposal, Skill

__all__ = ["SKILLS", "Proposal", "Skill"]

SKILLS: tuple[Skill, ...] = (
    Committing(),
    Clicking(),
)
"""Every skill; where two readings are equally sure the earlier skill's is taken."""
