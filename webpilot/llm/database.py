"""One SQLite file of a known version, whose every error is a line that names the mend."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from webpilot.errors import ConfigError, RecordError

__all__ = ["Database"]

BUSY_SECONDS = 30.0
"""Time that a writer waits for another one."""


class Database:
    """An open file; what is written is there after a kill, a whole transaction or none of it.

    Write-ahead log, without waiting for the disk: a power cut may take the last transactions, and
    leaves the file valid.

    Args:
        path: made if missing, with its folder, unless it is only read.
        tables: statements that make the tables.
        version: of the tables.
        readonly: read what is there.

    Raises:
        ConfigError: there is nothing to read; or the file is of another kind, or damaged.
        RecordError: it cannot be written.
    """

    def __init__(
        self, path: Path, *, tables: Sequence[str], version: int, readonly: bool = False
    ) -> None:
        self.path = path
        if readonly and not path.is_file():
            raise ConfigError(f"there is no tape {path}: record one with llm.tape.mode=auto")
        with self.explained():
            if not readonly:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                # One loop uses it at a time, but not always that of the thread which opened it.
                check_same_thread=False,
            )
            try:
                self._prepare(tables, version, readonly)
            except BaseException:
                self._base.close()
                raise

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Return the rows of one statement."""
        return self._base.execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute one statement for each of the rows."""
        self._base.executemany(statement, rows)

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        self._base.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that the ``with`` body writes, or nothing."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn errors of SQLite, and of the system, into ours."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                raise RecordError(
                    f"no space left to write {self.path}: free some there and run the same command "
                    "again; all that was written before is kept"
                ) from error
            raise RecordError(
                f"cannot use {self.path} ({error}): make it and its folder writable, or choose "
                "another llm.tape.path"
            ) from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise self.damaged(str(error)) from error
        except OSError as error:
            raise RecordError(
                f"cannot write {self.path}: {error.strerror}; choose another llm.tape.path"
            ) from error

    def damaged(self, what: str) -> ConfigError:
        """Return the error of a file that does not hold what was written to it."""
        return ConfigError(
            f"{self.path} is damaged ({what}): move it away, and import an export of it, if any"
        )

    def _prepare(self, tables: Sequence[str], version: int, readonly: bool) -> None:
        """Make the tables, or see that they are those of this version."""
        if not readonly:
            self.execute("PRAGMA journal_mode = WAL")
            self.execute("PRAGMA synchronous = NORMAL")
            if self._empty():
                with self.transaction():
                    if self._empty():  # no other process was faster
                        for statement in tables:
                            self.execute(statement)
                        self.execute(f"PRAGMA user_version = {version}")
        if self.execute("PRAGMA user_version").fetchone()[0] != version:
            raise ConfigError(
                f"{self.path} is no tape of this version of WebPilot: choose another llm.tape.path"
            )

    def _empty(self) -> bool:
        found: int = self.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        return not found
