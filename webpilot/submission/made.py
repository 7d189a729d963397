"""What is asked of a form, and what it says it made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webpilot.errors import ConfigError

__all__ = ["Made", "Wish", "new_folder", "write_json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asked for."""

    output: Path
    name: str
    partial: bool = False
    seed: int | None = None
    secrets: tuple[str, ...] = ()
    """Texts that must stand in nothing that is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written, and what is left to the user."""

    files: tuple[Path, ...]
    tasks: int
    """How many are in it."""
    left_out: tuple[str, ...]
    """One line for each kind of thing that is not in it."""
    to_do: tuple[str, ...]
    """One line for each thing that only the user can do."""

    def lines(self) -> tuple[str, ...]:
        """Return what a command prints."""
        what = "task" if self.tasks == 1 else "tasks"
        return (
            *(str(file) for file in self.files),
            f"{self.tasks} {what}",
            *(f"left out: {line}" for line in self.left_out),
            *(f"yours to do: {line}" for line in self.to_do),
        )


def new_folder(path: Path) -> Path:
    """Return a folder that was just made.

    Raises:
        ConfigError: it exists.
    """
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        raise ConfigError(f"{path} exists: remove it, or choose another --name") from None
    return path


def write_json(path: Path, data: Any) -> Path:
    """Return the path of a file of JSON that was just written."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
