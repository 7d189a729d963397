"""The versions that a result depends on, whatever the benchmark."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from env.chromium import browser_path, browser_version
from env.fonts import arial

__all__ = ["versions_of"]


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of browser, font, Python and packages; those not installed are left out.

    Raises:
        ConfigError: there is no browser.
    """
    return {
        "chromium": (browser_version(browser_path()) or "unknown").removeprefix("Chromium "),
        "arial": arial(),
        "python": platform.python_version(),
        **{name: told for name in packages if (told := installed_version(name))},
    }


def installed_version(package: str) -> str:
    """Return the version of an installed package, or the empty string."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
