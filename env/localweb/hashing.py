"""What an application's database holds, apart from what merely reading pages changes."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

from env.localweb.application import Volatile

__all__ = ["combined", "reading", "rows_between", "steady_columns", "table_hashes"]

WAIT = 5.0
"""Seconds a reader waits for a writer."""


def reading(file: Path) -> closing[sqlite3.Connection]:
    """Return a connection that can read a database and nothing else; close it by ``with``."""
    return closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=WAIT))


def table_hashes(file: Path, volatile: Sequence[Volatile] = ()) -> Mapping[str, str]:
    """Return a hash of the rows of each table, by its name, in the order of names.

    Rows count as a set: neither their order in the file nor free pages matter. Left out are
    ``volatile`` tables and columns, tables without any other column, and virtual tables (what they
    hold lies in tables of their own).

    Raises:
        sqlite3.Error: it is no database, or is being written to for too long.
    """
    with reading(file) as database:
        columns = steady_columns(database, volatile)
        return {table: rows_hash(database, table, columns[table]) for table in sorted(columns)}


def steady_columns(
    database: sqlite3.Connection, volatile: Sequence[Volatile]
) -> Mapping[str, Sequence[str]]:
    """Return the columns that count, by table."""
    named = [one.name for one in volatile]
    found = {}
    for table in tables(database):
        if any(fnmatchcase(table, pattern) for pattern in named):
            continue
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({quoted(table)})")]
        steady = [
            one for one in columns if not any(fnmatchcase(f"{table}.{one}", name) for name in named)
        ]
        if steady:
            found[table] = steady
    return found


def tables(database: sqlite3.Connection) -> Iterator[str]:
    """Yield the names of the tables that hold rows themselves."""
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    for name, made in rows:
        if not str(made or "").upper().startswith("CREATE VIRTUAL"):
            yield str(name)


def rows_hash(database: sqlite3.Connection, table: str, columns: Sequence[str]) -> str:
    """Return the hash of a table's rows in those columns."""
    chosen = ", ".join(map(quoted, columns))
    rows = database.execute(f"SELECT {chosen} FROM {quoted(table)}")
    digest = hashlib.sha256(repr(tuple(columns)).encode())
    for row in sorted(map(repr, rows)):
        digest.update(row.encode())
    return digest.hexdigest()


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def combined(parts: Mapping[str, str]) -> str:
    """Return one hash of several, each known by a name."""
    lines = "\n".join(f"{name} {parts[name]}" for name in sorted(parts))
    return hashlib.sha256(lines.encode()).hexdigest()


def rows_between(
    before: Path, after: Path, table: str, volatile: Sequence[Volatile] = ()
) -> list[tuple[object, ...]]:
    """Return the rows of a table that ``after`` has and ``before`` has not.

    Columns that are volatile are left out; a table that is not there has no rows.
    """
    now, then = (Counter(rows_of(file, table, volatile)) for file in (after, before))
    return list((now - then).elements())


def rows_of(file: Path, table: str, volatile: Sequence[Volatile]) -> list[tuple[object, ...]]:
    """Return the rows of a table in the columns that count."""
    with reading(file) as database:
        columns = steady_columns(database, volatile).get(table)
        if columns is None:
            return []
        chosen = ", ".join(map(quoted, columns))
        return [tuple(row) for row in database.execute(f"SELECT {chosen} FROM {quoted(table)}")]
