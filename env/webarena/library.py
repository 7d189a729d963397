"""libwebarena's modules, imported once for each set of addresses.

libwebarena reads seven variables when it is imported, and never again. So that one process can
judge by one instance after another (a notebook's second call), each set of addresses has modules
of its own: the variables are set for that moment only, and nothing is left in ``sys.modules``.
"""

from __future__ import annotations

import importlib
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

from env.variables import set_for_now
from env.webarena.catalogue import INSTALL
from env.webarena.sites import HOMEPAGE, SITES
from webpilot.errors import ConfigError

__all__ = ["Library", "library"]

PACKAGE = "webarena"
"""The package that libwebarena installs."""
KEPT = 8
"""Sets of addresses whose modules stay loaded: some 20 modules each, 30 ms to import again."""

_importing = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What of libwebarena is used, all of it reading the same addresses."""

    evaluators: ModuleType
    actions: ModuleType
    model: ModuleType
    """Asks GPT-4, where a task's answer needs it."""


def library(sites: Mapping[str, str]) -> Library:
    """Return libwebarena for these sites.

    It demands an address for each of its seven names; those of sites that are not there are never
    used, and are filled with another one's, so that no further place becomes one of the sites.

    Args:
        sites: addresses by WebArena's names, one at least.

    Raises:
        ConfigError: there is no address at all, or the extra is not installed.
    """
    if not sites:
        raise ConfigError("libwebarena needs the address of one site at least")
    any_of_them = next(iter(sites.values()))
    return _imported(tuple((site, sites.get(site, any_of_them)) for site in (*SITES, HOMEPAGE)))


@lru_cache(maxsize=KEPT)
def _imported(addresses: tuple[tuple[str, str], ...]) -> Library:
    wanted = {site.upper(): address for site, address in addresses}
    with _importing, set_for_now(wanted), _apart(), warnings.catch_warnings():
        # Of its type checker, on spellings of types that are no longer in fashion.
        warnings.simplefilter("ignore")
        try:
            return Library(
                evaluators=importlib.import_module(f"{PACKAGE}.evaluation_harness.evaluators"),
                actions=importlib.import_module(f"{PACKAGE}.browser_env.actions"),
                model=importlib.import_module(f"{PACKAGE}.llms.providers.openai_utils"),
            )
        except ModuleNotFoundError as error:
            raise ConfigError(f"{error}: run `{INSTALL}`") from error


@contextmanager
def _apart() -> Iterator[None]:
    """Import the package anew in the ``with`` body, and leave what others know as it was."""
    before = _taken()
    try:
        yield
    finally:
        _taken()
        sys.modules.update(before)


def _taken() -> dict[str, ModuleType]:
    """Return the package's modules, which are known no longer."""
    names = [name for name in sys.modules if name.partition(".")[0] == PACKAGE]
    return {name: sys.modules.pop(name) for name in names}
