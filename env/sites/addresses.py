"""Where the sites are: real addresses, those shown to agents, and WebArena's placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from env.page.observe import Canonical

__all__ = ["PLACEHOLDERS", "Addresses"]

PLACEHOLDERS: Mapping[str, str] = {
    "__SHOPPING_ADMIN__": "shopping_admin",
    "__SHOPPING__": "shopping",
    "__REDDIT__": "reddit",
    "__GITLAB__": "gitlab",
    "__WIKIPEDIA__": "wikipedia",
    "__MAP__": "map",
}
"""Site by placeholder, as in WebArena's task files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses of one set of sites, none with a slash at its end."""

    real: Mapping[str, str]
    """By site, e.g. ``http://127.0.0.1:41003``."""
    written: Mapping[str, str]
    """By site, what observations show instead, e.g. ``http://shopping`` (decision 7)."""

    @classmethod
    def of(cls, real: Mapping[str, str]) -> Addresses:
        """Return the addresses, host and port written as the names of the sites."""
        written = {site: f"http://{site}{urlsplit(url).path}" for site, url in real.items()}
        return cls(real=dict(real), written=written)

    @property
    def canonical(self) -> Canonical:
        """How addresses are written in observations; of a site with a path, the rest too."""
        origins = {origin(url): origin(self.written[site]) for site, url in self.real.items()}
        return Canonical.of(origins)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host and port of every site, each once."""
        return tuple(dict.fromkeys(urlsplit(url).netloc for url in self.real.values()))

    def site_at(self, place: str) -> str:
        """Return the site at a host and port, or the place itself where there is none."""
        for site, url in self.real.items():
            if urlsplit(url).netloc == place:
                return site
        return place

    def fill(self, text: str) -> str:
        """Return a text of a task file with real addresses for its placeholders."""
        for placeholder, site in PLACEHOLDERS.items():
            if site in self.real:
                text = text.replace(placeholder, self.real[site])
        return text


def origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
