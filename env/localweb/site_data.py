"""The data behind all the sites of one replica: kept and put back together, hashed as one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from env.localweb.application import Application
from env.localweb.data import SEED, Data
from env.localweb.hashing import combined
from env.localweb.seeds import seed_folder
from env.localweb.states import States

__all__ = ["SiteData"]


class SiteData:
    """A copy of every application's pristine data, each in a folder of its name."""

    def __init__(self, applications: Sequence[Application], folder: Path) -> None:
        """Copy nothing yet; :meth:`renew` does, one application after the other.

        Args:
            applications: whose data it is.
            folder: of the copies, and of the contents that are kept to be put back.
        """
        self._kept = folder / "kept"
        self._data = {
            one.name: Data(one, seed_folder(one), folder / one.name, self._kept / one.name)
            for one in applications
        }
        self._states = States(self._data)

    def renew(self, application: Application) -> None:
        """Copy an application's seed into its empty folder; its server is not running."""
        self._data[application.name].renew()

    def discard(self) -> None:
        """Throw away every copy and every state; no server is running."""
        for one in self._data.values():
            shutil.rmtree(one.folder, ignore_errors=True)
        shutil.rmtree(self._kept, ignore_errors=True)
        self._states.clear()

    def reset(self) -> None:
        """Put everything back to the seed."""
        for one in self._data.values():
            one.put_back(dict.fromkeys(one.changing, SEED))

    def take(self) -> str:
        """Return a name for the present state, for :meth:`put_back`."""
        return self._states.take()

    def put_back(self, name: str) -> None:
        """Bring everything back to the state it had when ``name`` was given.

        Raises:
            EnvironmentDown: it is not kept any more.
        """
        self._states.put_back(name)

    def hash(self) -> str:
        """Return one logical hash of all databases; volatile tables are left out."""
        return combined(
            {name: value for one in self._data.values() for name, value in one.hashes().items()}
        )

    def changed(self) -> Mapping[str, tuple[str, ...]]:
        """Return the tables whose rows differ from the seed's, by site; empty where none do.

        Two sites of one application have the same tables.
        """
        found = {}
        for one in self._data.values():
            tables = one.changed()
            if tables:
                found.update({site.name: tables for site in one.application.sites})
        return found
