"""Putting a whole WebArena instance back to its first state, by its reset server.

As BrowserGym's ``full_reset`` does it, but never silently skipped: ``GET /reset``, then ``/status``
until it is ready, then every site once, because the first page after a restart is slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from env.webarena.fetching import Fetcher
from env.webarena.instance import RESET, Instance
from env.webarena.readiness import READY
from webpilot.errors import ConfigError, SiteDown

__all__ = ["reset"]

BUSY = 418
"""What the reset server answers while a reset is running already."""
LONGEST = 600.0
"""Seconds a reset may take; usual are 200 to 500."""
PAUSE = 20.0
"""Seconds between two looks at the status."""
WARM_TIMEOUT = 60.0
WARM_TRIES = 3


def reset(
    instance: Instance,
    *,
    longest: float = LONGEST,
    pause: float = PAUSE,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> float:
    """Return the seconds that the reset took, once every site answers again.

    Args:
        instance: to be reset.
        longest: seconds it may take.
        pause: seconds between two looks at the status.
        now: reads a clock, in seconds.
        sleep: waits so many seconds.

    Raises:
        ConfigError: the instance has no reset server.
        SiteDown: the reset fails, takes too long, or a site does not come back.
    """
    if not instance.reset_url:
        raise ConfigError(
            f"this instance cannot be reset by itself: set {RESET}, or reset it by hand and "
            "run `python -m experiments.webarena was-reset`"
        )
    begun = now()
    fetcher = Fetcher(headers=instance.headers())
    # Older reset servers answer only when all is done.
    said = fetcher.get(f"{instance.reset_url}/reset", timeout=longest)
    if said.status not in (200, BUSY):
        raise SiteDown(f"{instance.reset_url}/reset failed with status {said.status}")
    while not _ready(fetcher, instance.reset_url):
        if now() - begun > longest:
            raise SiteDown(f"{instance.reset_url} is not ready after {longest:g} s of resetting")
        sleep(pause)
    for address in instance.sites.values():
        _warm(fetcher, address, pause, sleep)
    return now() - begun


def _ready(fetcher: Fetcher, url: str) -> bool:
    said = fetcher.get(f"{url}/status", timeout=WARM_TIMEOUT)
    if said.status != 200:
        raise SiteDown(f"{url}/status answers with status {said.status}")
    return said.text.strip() == READY


def _warm(fetcher: Fetcher, address: str, pause: float, sleep: Callable[[float], None]) -> None:
    """Return ``None`` once a site answers."""
    for _ in range(WARM_TRIES - 1):
        try:
            fetcher.get(address, timeout=WARM_TIMEOUT)
        except SiteDown:
            sleep(pause)
        else:
            return
    fetcher.get(address, timeout=WARM_TIMEOUT)
