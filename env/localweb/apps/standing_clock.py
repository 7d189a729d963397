"""A Django application's clock, standing still: the same page reads the same tomorrow.

Used before ``django.setup()``, because applications import ``now`` by name. Cookies still expire by
the machine's clock.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

__all__ = ["NOW", "Clock", "stand_still"]

NOW = datetime.datetime(2024, 1, 2, 9, 0, tzinfo=datetime.UTC)
"""What every application of the suite takes the time to be."""


class Clock:
    """Tells the moment it was set to."""

    def __init__(self, moment: datetime.datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime.datetime:
        """Return the moment, aware of its zone."""
        return self.moment


def stand_still(moment: datetime.datetime = NOW) -> Clock:
    """Have Django take ``moment`` for the present from now on; return the clock that says so."""
    clock = Clock(moment)
    timezone.now = clock
    return clock
