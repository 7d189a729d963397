"""Which of BrowserGym's constructor parameters the warm browser honours, and which not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from env.clock import Clock, parse_clock
from webpilot.errors import ConfigError

__all__ = ["BACKENDS", "clock_of", "refuse"]

BACKENDS = ("fast", "browsergym")

REFUSED: Mapping[str, str] = {
    "headless": "the warm browser has no window",
    "wait_for_user_message": "there is no chat window to wait in",
    "resizeable_window": "the warm browser has no window",
    "record_video_dir": "nothing is filmed",
    "pw_chromium_kwargs": "the warm browser is started once, before any environment "
    "(WEBPILOT_CHROMIUM names another binary)",
}
USUAL: Mapping[str, Any] = {"headless": True}


def refuse(**given: Any) -> None:
    """Return ``None`` where every parameter can be honoured.

    Raises:
        ConfigError: one cannot; the message is one line and names the mend.
    """
    for name, why in REFUSED.items():
        value = given[name]
        if bool(value) is not USUAL.get(name, False):
            raise ConfigError(f'{name}={value!r}: {why}; pass backend="browsergym" for it')


def clock_of(settle: str, *, eager: bool, raw: bool) -> Clock:
    """Return the clock policy, unless what it excludes was asked for.

    Raises:
        ConfigError: there is no such policy, or it stops the page's clock and pictures or the page
            itself were asked for.
    """
    clock = parse_clock(settle)
    if clock.virtual and eager:
        raise ConfigError(
            f"settle={settle!r} stops the page's clock, and no picture is drawn then: "
            'pass eager=False, or settle="quiet"'
        )
    if clock.virtual and raw:
        raise ConfigError(
            f"settle={settle!r} stops the page's clock, and Playwright waits for it: "
            'pass use_raw_page_output=False, or settle="quiet"'
        )
    return clock
