"""Site hints: what a person knows of a site, by role; a file of its own, off by default.

Hints can hold a benchmark's secrets, so a result with them is another result: reports name them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from webpilot.errors import ConfigError

__all__ = ["NO_HINTS", "Hints", "load_hints"]

FOLDER = Path(__file__).parent / "site_hints"
ROLES = ("planner", "controller", "extractor", "explorer", "appraiser", "verifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """One file of hints."""

    name: str
    """What a report calls it; the empty string is no hints at all."""
    by_site: Mapping[str, Mapping[str, str]]
    """For each site, or benchmark, what each role is told."""

    def of(self, *sites: str) -> Mapping[str, str]:
        """Return what each role is told about the first of ``sites`` that the file knows."""
        return next((self.by_site[site] for site in sites if site in self.by_site), {})


NO_HINTS = Hints(name="", by_site={})


def load_hints(name: str | None) -> Hints:
    """Return the hints of a file (a name in ``prompts/site_hints``, or a path); ``None`` is none.

    Raises:
        ConfigError: there is no such file, or it is no mapping of sites to roles to text.
    """
    if name is None:
        return NO_HINTS
    shipped = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    path = FOLDER / f"{name}.yaml" if name in shipped else Path(name)
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(
            f"policy.hints={name} is no file; give a path or one of {', '.join(shipped)}"
        ) from None
    except yaml.YAMLError as error:
        why = " ".join(str(error).split())
        raise ConfigError(f"policy.hints={name} is no YAML: {why}") from None
    if not _fits(found):
        raise ConfigError(
            f"policy.hints={name} must map sites to roles to text; roles are {', '.join(ROLES)}"
        )
    return Hints(name=path.stem, by_site=found)


def _fits(found: object) -> bool:
    return isinstance(found, dict) and all(
        isinstance(site, str)
        and isinstance(roles, dict)
        and all(role in ROLES and isinstance(text, str) for role, text in roles.items())
        for site, roles in found.items()
    )
