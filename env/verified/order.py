"""The order that WebArena-Verified's tasks are run in: BrowserGym's, for want of resets."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from env.webarena.order import in_order
from webpilot.errors import ConfigError

__all__ = ["dependencies", "ordered"]

TABLE = Path("experiments") / "benchmark" / "metadata" / "webarena_verified.csv"


@cache
def dependencies() -> Mapping[int, tuple[int, ...]]:
    """Return what each of the 812 tasks depends on directly, by id.

    Source: the table that ships with ``browsergym-experiments``. Its names hold template, id and
    revision.

    Raises:
        ConfigError: the table is not installed.
    """
    spec = importlib.util.find_spec("browsergym")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (file := Path(folder) / TABLE).is_file():
            with file.open(encoding="utf-8", newline="") as lines:
                rows = list(csv.DictReader(lines))
            ids = {row["task_name"]: int(row["task_id"]) for row in rows}
            return MappingProxyType(
                {
                    int(row["task_id"]): tuple(ids[name] for name in row["depends_on"].split())
                    for row in rows
                }
            )
    raise ConfigError("BrowserGym's WebArena-Verified table is missing: run `make setup`")


def ordered(wanted: Collection[int]) -> tuple[int, ...]:
    """Return ids in an order in which each task comes after all that it depends on.

    Among tasks that may come next, the one with the lowest id does; leaving tasks out does not
    change the order of the others.

    Raises:
        ConfigError: an id is unknown.
    """
    names = {
        str(number): tuple(str(each) for each in before)
        for number, before in dependencies().items()
    }
    order = in_order({str(number) for number in wanted}, names)
    return tuple(int(name) for name in order.tasks)
