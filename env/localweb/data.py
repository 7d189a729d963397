"""The data of one running application: kept and put back, hashed, compared with the seed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from env.localweb.application import Application
from env.localweb.contents import Signature, place, remove, settled, signature
from env.localweb.hashing import combined, table_hashes
from webpilot.errors import EnvironmentDown

__all__ = ["SEED", "Data", "State"]

SEED = "seed"
"""Name of the content that a database, or another file, has in the seed."""
State = Mapping[str, str]
"""Name of the content of each file that changes."""


class Data:
    """The files of one application in one replica, each with a name for its present content.

    Contents that were seen before are known by what the file system and SQLite write down about a
    change, so that what did not change is neither copied nor hashed again.
    """

    def __init__(self, application: Application, seed: Path, folder: Path, kept: Path) -> None:
        """Know what is there; :meth:`renew` puts it there.

        Args:
            application: whose data it is.
            seed: its pristine data.
            folder: the copy that is served.
            kept: where contents are kept; made when needed.
        """
        self.application = application
        self.folder = folder
        self._seed = seed
        self._kept = kept
        self._number = 0
        self._present: dict[str, tuple[Signature, str]] = {}
        """By file: how it looked when its content was last known, and that content's name."""
        self._hashes: dict[tuple[str, str], Mapping[str, str]] = {}
        """Table hashes by file and content."""
        self._read: dict[str, tuple[Signature, Mapping[str, str]]] = {}
        """By database: how it looked when its tables were last hashed, and their hashes."""

    @property
    def changing(self) -> Sequence[str]:
        """The files and folders that the application writes."""
        return (*self.application.databases, *self.application.files)

    def renew(self) -> None:
        """Copy the seed into the empty folder; its server is not running."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._present.clear()
        self.put_back(dict.fromkeys(self.changing, SEED))

    def put_back(self, state: State) -> None:
        """Give every file the content it has in ``state``, where it has another one now.

        Raises:
            EnvironmentDown: a content is not kept any more, or cannot be written.
        """
        for file, content in state.items():
            self._settled(file)
            if self._content(file) == content:
                continue
            source = self._source(file, content)
            if content != SEED and not source.exists():
                raise EnvironmentDown(f"the state of {file} that is asked for is not kept any more")
            target = self.folder / file
            place(source, target)
            self._present[file] = (signature(target), content)

    def take(self) -> State:
        """Return the present state; contents not seen before are kept."""
        state = {}
        for file in self.changing:
            self._settled(file)
            content = self._content(file)
            if content is None:
                self._number += 1
                content = f"{self._number:06d}"
                source, target = self.folder / file, self._source(file, content)
                target.parent.mkdir(parents=True, exist_ok=True)
                before = signature(source)
                place(source, target)
                self._present[file] = (before, content)
            state[file] = content
        return state

    def forget(self, unused: State) -> None:
        """Throw away contents that no kept state needs."""
        for file, content in unused.items():
            if content != SEED:
                remove(self._kept / content)
                self._hashes.pop((file, content), None)

    def tables(self, database: str) -> Mapping[str, str]:
        """Return the hashes of a database's tables as they are now.

        Raises:
            EnvironmentDown: it cannot be read.
        """
        look = signature(self.folder / database)
        known = self._read.get(database)
        if known is None or known[0] != look:
            content = self._content(database)
            tables = self._hashes.get((database, content or ""))
            if tables is None:
                tables = self._hashed(self.folder / database)
            if content is not None:
                self._hashes[database, content] = tables
            known = self._read[database] = (look, tables)
        return known[1]

    def changed(self) -> tuple[str, ...]:
        """Return the tables of all databases whose rows differ from the seed's, sorted."""
        names: set[str] = set()
        for database in self.application.databases:
            if self._content(database) == SEED:
                continue
            seeded = self._hashes.get((database, SEED))
            if seeded is None:
                seeded = self._hashed(self._seed / database)
                self._hashes[database, SEED] = seeded
            now = self.tables(database)
            names |= {one for one in {*now, *seeded} if now.get(one) != seeded.get(one)}
        return tuple(sorted(names))

    def hashes(self) -> Mapping[str, str]:
        """Return the logical hash of each database, by ``application/file``."""
        name = self.application.name
        return {f"{name}/{one}": combined(self.tables(one)) for one in self.application.databases}

    def _content(self, file: str) -> str | None:
        """Return the name of the content a file has now; ``None`` if it was never named."""
        known = self._present.get(file)
        return known[1] if known and known[0] == signature(self.folder / file) else None

    def _source(self, file: str, content: str) -> Path:
        return self._seed / file if content == SEED else self._kept / content / Path(file).name

    def _settled(self, file: str) -> None:
        if file in self.application.databases:
            settled(self.folder / file)

    def _hashed(self, file: Path) -> Mapping[str, str]:
        try:
            return table_hashes(file, self.application.volatile)
        except sqlite3.Error as error:
            raise EnvironmentDown(f"{file.name} cannot be read: {error}") from error
