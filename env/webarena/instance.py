"""A WebArena instance: where its sites are, as the variables that BrowserGym reads have it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from env.webarena.sites import HOMEPAGE, SITES, variable
from webpilot.errors import ConfigError

__all__ = ["HEADERS", "RESET", "TODO", "Instance"]

RESET = "WA_FULL_RESET"
HEADERS = "PW_EXTRA_HEADERS"
TODO = "todo"
"""WebArena's word for the address of a site that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One set of WebArena's sites."""

    addresses: Mapping[str, str]
    """By site, :data:`HOMEPAGE` included, as given but without a slash at the end."""
    reset_url: str = ""
    """Of the reset server; empty where there is none."""
    headers_file: str = ""
    """JSON file of headers that every request to the instance needs; empty where none does."""
    environ: Mapping[str, str]
    """The variables, for what else depends on them."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Instance:
        """Return the instance that these variables name, complete or not."""
        given = {site: environ.get(variable(site), "").rstrip("/") for site in (*SITES, HOMEPAGE)}
        return cls(
            addresses={site: address for site, address in given.items() if address},
            reset_url=environ.get(RESET, "").rstrip("/"),
            headers_file=environ.get(HEADERS, ""),
            environ=dict(environ),
        )

    @property
    def named(self) -> bool:
        """Whether anything of an instance is configured."""
        return bool(self.addresses or self.reset_url)

    @property
    def sites(self) -> Mapping[str, str]:
        """Addresses of the sites that are there."""
        return {
            site: address
            for site, address in self.addresses.items()
            if site != HOMEPAGE and address != TODO
        }

    @property
    def places(self) -> Mapping[str, str]:
        """The same and, where there is one, the homepage's: all that a tab may be open at."""
        home = self.addresses.get(HOMEPAGE, TODO)
        return {**self.sites, **({} if home == TODO else {HOMEPAGE: home})}

    def headers(self) -> Mapping[str, str]:
        """Return the headers that every request to the instance needs.

        Raises:
            ConfigError: the file is not there, or holds something else.
        """
        if not self.headers_file:
            return {}
        try:
            read = json.loads(Path(self.headers_file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{HEADERS}={self.headers_file} cannot be read: {error}") from error
        if not isinstance(read, dict) or not all(isinstance(each, str) for each in read.values()):
            raise ConfigError(f"{HEADERS}={self.headers_file} must hold one JSON object of strings")
        return read
