"""BrowserGym's own environment beside ours, in one process."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import browsergym.core

from env.chromium import browser_path

__all__ = ["provide_browser"]


def provide_browser() -> None:
    """Return ``None`` once BrowserGym finds a browser, ours where Playwright's own is missing.

    It starts two per reset, and passes ``pw_chromium_kwargs`` to only one of them.
    """
    chromium = browsergym.core._get_global_playwright().chromium
    launch = chromium.launch
    if not isinstance(launch, partial) and not Path(chromium.executable_path).exists():
        chromium.launch = partial(launch, executable_path=str(browser_path()))
