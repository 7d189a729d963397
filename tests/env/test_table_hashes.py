"""Logical hashes of databases: what counts, and what does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from env.localweb.application import Volatile
from env.localweb.hashing import combined, rows_between, table_hashes

MADE = """
CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, price REAL);
CREATE TABLE visits (number INTEGER);
CREATE TABLE visits_by_day (day TEXT);
INSERT INTO items VALUES (1, 'pan', 3.5), (2, 'pot', 7);
INSERT INTO visits VALUES (0);
"""
VISITS = [Volatile(name="visits*", reason="views count")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return made(tmp_path / "one.sqlite", MADE)


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(script)
    return path


def test_the_order_of_rows_in_the_file_does_not_matter(file: Path, tmp_path: Path) -> None:
    other = made(
        tmp_path / "two.sqlite", MADE.replace("(1, 'pan', 3.5), (2, 'pot', 7)", "(2, 'pot', 7)")
    )
    assert table_hashes(file) != table_hashes(other)
    made(other, "INSERT INTO items VALUES (1, 'pan', 3.5)")
    made(other, "INSERT INTO visits VALUES (9); DELETE FROM visits WHERE number = 9; VACUUM")
    assert table_hashes(file) == table_hashes(other)


def test_volatile_tables_and_columns_are_left_out(file: Path) -> None:
    before = table_hashes(file, VISITS)
    assert set(before) == {"items"}
    made(file, "UPDATE visits SET number = 1; INSERT INTO visits_by_day VALUES ('today')")
    assert table_hashes(file, VISITS) == before
    made(file, "UPDATE items SET price = 4 WHERE id = 1")
    assert table_hashes(file, VISITS) != before
    price = [*VISITS, Volatile(name="items.price", reason="only to see")]
    again = table_hashes(file, price)
    made(file, "UPDATE items SET price = 5 WHERE id = 1")
    assert table_hashes(file, price) == again


def test_the_type_of_a_value_counts(file: Path) -> None:
    before = table_hashes(file)
    made(file, "UPDATE items SET name = 7 WHERE id = 2")
    text = table_hashes(file)
    made(file, "UPDATE items SET name = CAST('7' AS BLOB) WHERE id = 2")
    assert len({combined(one) for one in (before, text, table_hashes(file))}) == 3


def test_rows_that_are_new_or_gone_are_told_apart(file: Path, tmp_path: Path) -> None:
    other = made(tmp_path / "two.sqlite", MADE)
    made(other, "UPDATE items SET price = 8 WHERE id = 2; INSERT INTO items VALUES (3, 'lid', 1)")
    assert sorted(rows_between(file, other, "items")) == [(2, "pot", 8.0), (3, "lid", 1.0)]
    assert rows_between(other, file, "items") == [(2, "pot", 7.0)]
    assert rows_between(file, other, "no such table") == []


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "text.sqlite"
    file.write_text("some text that is long enough to be looked at" * 5)
    with pytest.raises(sqlite3.Error):
        table_hashes(file)
