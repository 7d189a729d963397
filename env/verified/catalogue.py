"""The tasks of WebArena-Verified: all 812 and the Hard 258, as the installed package has them.

Needs the environment ``verified``, no instance and no process: two files of the package are read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from env.sites.definition import SiteTask
from env.verified import installing
from env.verified.order import ordered
from webpilot.errors import ConfigError

__all__ = ["BENCHMARK", "SUBSETS", "Catalogue", "VerifiedTask", "id_of", "name_of"]

BENCHMARK = "webarena_verified"
VERSION = "1.2.3"
DATA_CHECKSUM = "d65275660814663375028e9017e1f929e3c38321041b125795e2713b52243d30"
"""SHA-256 of the tasks of that version."""
SUBSETS = ("full", "hard")
"""What the leaderboard knows: all tasks, and those that are hard."""
ANSWER_FORMAT = (
    "a typed response: task_type (RETRIEVE, MUTATE or NAVIGATE), status (SUCCESS, NOT_FOUND_ERROR, "
    "ACTION_NOT_ALLOWED_ERROR, PERMISSION_DENIED_ERROR, DATA_VALIDATION_ERROR or UNKNOWN_ERROR), "
    "retrieved_data (for RETRIEVE a list of items of one kind, else null; numbers and true or "
    "false unquoted), error_details (null with SUCCESS)"
)
"""What every agent is told of the form of its answer, whatever the task: the class
``FinalAgentResponse`` of the package in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedTask:
    """One official task, without anything that says how it ends."""

    id: int
    sites: tuple[str, ...]
    """WebArena's names, in the order of the task."""
    template: int
    """Tasks of one template differ in a few words; intervals are clustered by it."""
    intent: str
    start_urls: tuple[str, ...]
    """With placeholders, e.g. ``__SHOPPING_ADMIN__/sales/order``."""
    results_schema: Mapping[str, Any]
    """JSON schema of what is to be retrieved. Not among what an official agent is given (id,
    template, sites, start addresses, intent): no agent of ours is told it either."""
    revision: int

    def addressed(self, sites: Mapping[str, str]) -> tuple[str, ...]:
        """Return the start addresses with those of an instance filled in.

        Raises:
            ConfigError: a site's address is not given.
        """
        return tuple(_filled(url, sites) for url in self.start_urls)


class Catalogue:
    """The tasks of the installed package.

    Args:
        folder: of the package's data; ``None`` is that of the environment ``verified``.

    Raises:
        ConfigError: the package is not installed, or its tasks are not those of its version.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = _data_folder() if folder is None else folder
        file = folder / "webarena-verified.json"
        raw = _bytes(file)
        if (found := hashlib.sha256(raw).hexdigest()) != DATA_CHECKSUM:
            raise ConfigError(
                f"{file} holds other tasks than WebArena-Verified {VERSION} (sha256 {found}): "
                f"remove its environment and run `{installing.MEND}`"
            )
        self._folder = folder
        self._raw: Mapping[int, Mapping[str, Any]] = MappingProxyType(
            {one["task_id"]: one for one in json.loads(raw)}
        )

    @cached_property
    def tasks(self) -> Mapping[int, VerifiedTask]:
        """Every task by its id."""
        return MappingProxyType({number: _task(one) for number, one in self._raw.items()})

    @cached_property
    def hard(self) -> tuple[int, ...]:
        """Ids of the Hard subset, ascending.

        Raises:
            ConfigError: the list does not have the checksum that it names, or an unknown id.
        """
        file = self._folder / "subsets" / "webarena-verified-hard.json"
        subset = json.loads(_bytes(file))
        ids = tuple(sorted(subset["task_ids"]))
        plain = json.dumps(ids, separators=(",", ":")).encode()
        if hashlib.sha256(plain).hexdigest() != subset["checksum"] or set(ids) - self._raw.keys():
            raise ConfigError(
                f"{file} was changed: remove its environment and run `{installing.MEND}`"
            )
        return ids

    def subset(self, name: str) -> tuple[int, ...]:
        """Return the ids of one of :data:`SUBSETS`, ascending."""
        if name not in SUBSETS:
            raise ConfigError(f"WebArena-Verified has no subset {name!r}, only {SUBSETS}")
        return self.hard if name == "hard" else tuple(sorted(self._raw))

    def select(
        self,
        *,
        subset: str = "full",
        ids: Collection[int] = (),
        sites: Collection[str] = (),
        templates: Collection[int] = (),
    ) -> tuple[VerifiedTask, ...]:
        """Return the tasks that are in all that is named, in the order they are run in.

        Args:
            subset: one of :data:`SUBSETS`.
            ids: of tasks; empty is every one.
            sites: a task is chosen if all its sites are among these; empty is every site.
            templates: empty is every one.

        Raises:
            ConfigError: an id, site or template that no task has, or nothing left.
        """
        tasks = self.tasks.values()
        _known("task", ids, self.tasks)
        _known("site", sites, {site for one in tasks for site in one.sites})
        _known("template", templates, {one.template for one in tasks})
        chosen = [
            number
            for number in self.subset(subset)
            if (not ids or number in ids)
            and (not sites or set(self.tasks[number].sites) <= set(sites))
            and (not templates or self.tasks[number].template in templates)
        ]
        if not chosen:
            raise ConfigError("no task of WebArena-Verified is in all that was asked for")
        return tuple(self.tasks[number] for number in ordered(chosen))

    def definition(self, number: int) -> Mapping[str, Any]:
        """Return a task as the package defines it: for judges alone, it holds the answer."""
        return self._raw[number]

    def on_sites(self, number: int) -> SiteTask:
        """Return a task as the worlds of sites play it; what it tells an agent is in ``told``."""
        task = self.tasks[number]
        return SiteTask(
            id=name_of(number),
            benchmark=BENCHMARK,
            number=number,
            sites=task.sites,
            template=task.template,
            split="hard" if number in self.hard else "other",
            kind=self._kind(number),
            start_urls=task.start_urls,
            intent=task.intent,
            judges=("verified",),
            answer_format=ANSWER_FORMAT,
            raw=self._raw[number],
        )

    def _kind(self, number: int) -> str:
        """Return what kind of work is asked for: for summaries alone, it is part of the answer."""
        kinds = (one["expected"].get("task_type") for one in self._raw[number]["eval"])
        return next(str(kind).lower() for kind in kinds if kind)


def name_of(number: int) -> str:
    """Return our name of an official task, e.g. ``webarena_verified.107``."""
    return f"{BENCHMARK}.{number}"


def id_of(name: str) -> int | None:
    """Return the official id in one of our names; ``None`` where it is no such name."""
    benchmark, _, number = name.rpartition(".")
    return int(number) if benchmark == BENCHMARK and number.isdecimal() else None


def _task(raw: Mapping[str, Any]) -> VerifiedTask:
    schema = next(one["results_schema"] for one in raw["eval"] if "results_schema" in one)
    return VerifiedTask(
        id=raw["task_id"],
        sites=tuple(raw["sites"]),
        template=raw["intent_template_id"],
        intent=raw["intent"],
        start_urls=tuple(raw["start_urls"]),
        results_schema=MappingProxyType(schema),
        revision=raw["revision"],
    )


def _filled(url: str, sites: Mapping[str, str]) -> str:
    name, mark, rest = url.removeprefix("__").partition("__")
    address = sites.get(name.lower())
    if not mark or address is None:
        raise ConfigError(f"{url} cannot be opened: the address of {name.lower()} is not known")
    return address + rest


def _known(what: str, asked: Collection[Any], there: Collection[Any]) -> None:
    if odd := sorted(set(asked) - set(there)):
        raise ConfigError(f"WebArena-Verified has no {what} {', '.join(map(str, odd))}")


def _data_folder() -> Path:
    """Return where the installed package keeps its tasks, without running or importing it."""
    library = installing.python().parent.parent / "lib"
    found = list(library.glob("python3.*/site-packages/webarena_verified/assets/dataset"))
    if len(found) != 1:
        raise ConfigError(f"the tasks of WebArena-Verified are missing: run `{installing.MEND}`")
    return found[0]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read ({error.strerror}): run `{installing.MEND}`"
        ) from None
