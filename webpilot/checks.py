"""One thing that was looked for on this machine or on a site, and how to mend what is missing."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked for."""

    name: str
    ok: bool
    required: bool = True
    """Whether the job cannot do without it: the default one (offline policy, MiniWoB++) in
    ``webpilot doctor``, the run that is about to start elsewhere."""
    detail: str
    """What was found, or what is wrong."""
    mend: str = ""
    """The command or setting that mends it; empty when ``ok``."""
