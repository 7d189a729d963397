"""What an action on a whole window may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from env.act.chat import Chat
from env.act.hands import Hands, Wait
from env.link.page_session import PageSession
from env.link.window import Window

__all__ = ["Reach"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A window, and how far an action may go in it."""

    window: Window
    scale: float
    """Mouse arguments are CSS pixels times this."""
    wait: Wait
    """Lets this many milliseconds of time pass in the page in front."""
    timeout: float
    """Seconds a navigation, or the wait for a file chooser, may take."""
    chat: Chat | None
    """Takes what is said to the user; without one nothing can be said."""
    uploads: Sequence[Path]
    """Folders whose files may be uploaded; none where empty."""

    @property
    def session(self) -> PageSession:
        """The page in front."""
        return self.window.active.session

    @property
    def hands(self) -> Hands:
        """What an action on the page in front may use."""
        return Hands(self.session, self.scale, self.wait)
