"""What one window may do: tabs, navigations, requests, and how its dialogs are answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from env.guard.requests import RequestRules

__all__ = ["PRINTED", "DialogRules", "WindowRules"]

PRINTED = "webpilot:print"
"""Message of the dialog that stands for ``print()``, which by itself leaves no trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogRules:
    """How dialogs are answered; each one is, at once, whoever waits for the page."""

    accept: frozenset[str] = frozenset({"beforeunload"})
    """Kinds answered with yes, of alert, confirm, prompt and beforeunload; the rest with no. The
    default is Playwright's."""
    text: str = ""
    """What an accepted prompt is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRules:
    """The rules of one window; they hold for every tab of it, popups included."""

    tabs: int = 10
    """Open at once at most, >= 1; a page's further popups are closed before they run."""
    navigations: int = 20
    """How often a page may go elsewhere by itself, frames included, until we touch it again; >= 1.
    One more, and it is left for ``about:blank``."""
    requests: RequestRules | None = None
    """The requests it may send; ``None`` allows all, and takes none down."""
    hosts: tuple[str, ...] | None = None
    """Those of its browser's hosts that it may reach, written as there; ``None`` leaves all."""
    dialogs: DialogRules = field(default_factory=DialogRules)

    @property
    def apart(self) -> bool:
        """Whether the window's network has rules of its own, beside its browser's."""
        return self.requests is not None or self.hosts is not None
