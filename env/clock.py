"""How a page's time passes: virtually between our steps, really, or not at all.

A policy is written ``virtual:500``, ``real:500``, ``quiet`` or ``none``; the number is the
milliseconds a page is given after each action before it is observed. Under virtual time nothing
happens between two steps, however long the agent thinks, and waiting costs no real time. ``quiet``
waits in real time until the page has come to rest (:mod:`env.quiet`).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Protocol

from env.link.page_session import PageSession
from env.quiet import Quiet
from webpilot.errors import ConfigError

__all__ = ["Clock", "NoWait", "Quiet", "RealTime", "VirtualTime", "parse_clock"]

FORM = re.compile(r"(virtual|real|quiet):(\d{1,6})|quiet|none")


class Clock(Protocol):
    """Decides what time it is for a page."""

    @property
    def name(self) -> str:
        """The policy as it is written, for the record."""
        ...

    @property
    def virtual(self) -> bool:
        """Whether the page's time stands still between steps (and cannot be set free again)."""
        ...

    @property
    def rests(self) -> bool:
        """Whether a page that is left alone is likely to be found as it was."""
        ...

    def loaded(self, session: PageSession) -> None:
        """Take over a page that has just been set up, and let it come to rest."""
        ...

    def restarted(self, session: PageSession) -> None:
        """Let a page taken over earlier come to rest after an in-page restart."""
        ...

    def settle(self, session: PageSession) -> None:
        """Let pass what follows every action."""
        ...

    def wait(self, session: PageSession, milliseconds: float) -> None:
        """Let this much of the page's time pass inside an action."""
        ...


@dataclass(frozen=True, slots=True)
class VirtualTime:
    """Time that passes only when granted; the same for every machine and every load.

    Setting up a page under virtual time is no option: without a budget the page's clock runs for
    hours within the load, with one the load event may never come. So a page loads in real time,
    is stopped, and is then given one settling period, which levels what loading took.
    """

    milliseconds: int
    virtual = True
    rests = True

    @property
    def name(self) -> str:
        """The policy as it is written."""
        return f"virtual:{self.milliseconds}"

    def loaded(self, session: PageSession) -> None:
        """Stop the page's clock, then settle."""
        session.send("Emulation.setVirtualTimePolicy", {"policy": "pause"})
        self.settle(session)

    def restarted(self, session: PageSession) -> None:
        """Settle, as after a load."""
        self.settle(session)

    def settle(self, session: PageSession) -> None:
        """Grant the settling period."""
        self.wait(session, self.milliseconds)

    def wait(self, session: PageSession, milliseconds: float) -> None:
        """Grant ``milliseconds``; the clock also stands still while the page fetches something."""
        if milliseconds <= 0:
            return
        with session.expect("Emulation.virtualTimeBudgetExpired") as expired:
            session.send(
                "Emulation.setVirtualTimePolicy",
                {"policy": "pauseIfNetworkFetchesPending", "budget": milliseconds},
            )
            expired.wait(session.deadline)


@dataclass(frozen=True, slots=True)
class RealTime:
    """The machine's time, with a fixed wait after each action, as BrowserGym does."""

    milliseconds: int
    virtual = False
    rests = False

    @property
    def name(self) -> str:
        """The policy as it is written."""
        return f"real:{self.milliseconds}"

    def loaded(self, session: PageSession) -> None:
        """Do nothing: BrowserGym observes a fresh page at once."""

    def restarted(self, session: PageSession) -> None:
        """Do nothing."""

    def settle(self, session: PageSession) -> None:
        """Sleep for the settling period."""
        self.wait(session, self.milliseconds)

    def wait(self, session: PageSession, milliseconds: float) -> None:
        """Sleep."""
        time.sleep(max(0.0, milliseconds) / 1000)


@dataclass(frozen=True, slots=True)
class NoWait:
    """The machine's time, and no wait after an action."""

    virtual = False
    rests = False
    name = "none"

    def loaded(self, session: PageSession) -> None:
        """Do nothing."""

    def restarted(self, session: PageSession) -> None:
        """Do nothing."""

    def settle(self, session: PageSession) -> None:
        """Do nothing."""

    def wait(self, session: PageSession, milliseconds: float) -> None:
        """Sleep: what an action asks for is part of the action."""
        time.sleep(max(0.0, milliseconds) / 1000)


def parse_clock(text: str) -> Clock:
    """Return the policy written as ``virtual:MS``, ``real:MS``, ``quiet`` or ``none``.

    Raises:
        ConfigError: it is none of these.
    """
    match = FORM.fullmatch(str(text).strip())
    if match is None:
        raise ConfigError(f"settle={text!r} is unknown: use virtual:500, real:500, quiet or none")
    match match[1]:
        case "virtual":
            return VirtualTime(int(match[2]))
        case "real":
            return RealTime(int(match[2]))
        case "quiet":
            return Quiet(int(match[2]))
    return Quiet() if match[0] == "quiet" else NoWait()
