"""The forms by name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from webpilot.errors import ConfigError
from webpilot.naming import named
from webpilot.records.reading import Run, load_run
from webpilot.submission import browsergym, verified, webarena
from webpilot.submission.made import Made, Wish

__all__ = ["FORMS", "Made", "submit"]

FORMS: Mapping[str, Callable[[Run, Wish], Made]] = MappingProxyType(
    {"verified": verified.make, "browsergym": browsergym.make, "webarena": webarena.make}
)
"""WebArena-Verified's package; the BrowserGym leaderboard's entry; WebArena's trajectories."""

SECRET_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSW|PWD|CREDENTIAL", re.IGNORECASE)
SECRET_LENGTH = 8
"""Letters from which on an environment variable's value is taken for a secret."""


def submit(
    run: str | Path,
    *,
    form: str = "verified",
    output: Path | None = None,
    name: str | None = None,
    partial: bool = False,
    seed: int | None = None,
) -> Made:
    """Return what was made of a run, ready to be sent in by the user.

    Args:
        run: its folder.
        form: one of :data:`FORMS`.
        output: folder to write into, made if missing; ``None`` is ``submission`` in the run's.
        name: of what is made; ``None`` is the run's.
        partial: leave out what is missing or contaminated, instead of refusing.
        seed: take the episodes with this seed alone.

    Raises:
        ConfigError: no such run or form, nothing to send in, or it cannot be written.
    """
    make = named("--form", form, FORMS)
    loaded = load_run(run)
    name = name or re.sub(r"[^A-Za-z0-9_-]+", "-", loaded.path.resolve().name)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ConfigError(f"--name={name} cannot be used: take letters, digits, hyphen, underscore")
    wish = Wish(
        output=loaded.path / "submission" if output is None else output,
        name=name,
        partial=partial,
        seed=seed,
        secrets=_secrets(),
    )
    try:
        return make(loaded, wish)
    except OSError as error:
        raise ConfigError(
            f"{error.filename or wish.output} cannot be written: {error.strerror}; choose another "
            "--output"
        ) from error


def _secrets() -> tuple[str, ...]:
    """Return what our own environment calls secret: it must stand in no file that is sent in."""
    return tuple(
        value
        for variable, value in os.environ.items()
        if SECRET_VARIABLE.search(variable) and len(value) >= SECRET_LENGTH
    )
