"""Calls on disk, by what they asked: one SQLite file, written a call at a time.

A call is there whole or not at all, whatever kills its writer (write-ahead log, one transaction a
call). Several runs may write to one file at the same time. Texts are stored once, compressed. What
goes in is the question and the answer: never a header, an address or a key of an endpoint.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

from webpilot.llm.database import Database
from webpilot.llm.protocol import Message, ModelReply, ModelRequest

__all__ = ["STORE_SCHEMA", "Entry", "Listed", "TapeStore"]

STORE_SCHEMA = 1
"""Version of the tables below, in the file's ``user_version``."""

TABLES = (
    "CREATE TABLE texts (digest TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE calls (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, "
    "purpose TEXT NOT NULL, question TEXT NOT NULL, reply TEXT NOT NULL, checksum TEXT NOT NULL)",
    "CREATE INDEX calls_by_purpose ON calls (purpose, number)",
)
COLUMNS = "key, purpose, question, reply, checksum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call: a question, with nonces masked, and its answer."""

    question: ModelRequest
    reply: ModelReply

    @property
    def key(self) -> str:
        """The question's key."""
        return self.question.key


class Listed(NamedTuple):
    """A call as an index has it."""

    purpose: str
    checksum: str
    """Of key and answer: equal answers to equal questions have equal ones."""


class TapeStore:
    """A file of calls.

    Args:
        path: made if missing, with its folder, unless it is only read.
        readonly: read what is there.

    Raises:
        ConfigError: there is no tape to read, or the file is none, is damaged, or another
            version's.
        RecordError: there is no space.
    """

    def __init__(self, path: str | Path, *, readonly: bool = False) -> None:
        self.path = Path(path)
        self._base = Database(self.path, tables=TABLES, version=STORE_SCHEMA, readonly=readonly)

    def get(self, key: str) -> ModelReply | None:
        """Return the answer to the question of this key, or ``None``.

        Raises:
            ConfigError: the record is damaged.
        """
        with self._base.explained():
            found = self._base.execute(
                "SELECT reply, checksum FROM calls WHERE key = ?", (key,)
            ).fetchone()
        return None if found is None else self._reply(key, *found)

    def put(self, request: ModelRequest, reply: ModelReply) -> None:
        """Keep an answer, in place of an earlier one to the same question.

        Raises:
            RecordError: no space; what was there before is kept.
        """
        asked = request.question
        key = asked.key
        told = json.dumps(asdict(replace(reply, taped=False)))
        messages = [(each.role, each.content) for each in asked.messages]
        schema = json.dumps(asked.schema)
        question = {
            "model": asked.model,
            "messages": [[role, _digest(content)] for role, content in messages],
            "schema": _digest(schema),
            "temperature": asked.temperature,
            "max_tokens": asked.max_tokens,
            "sample": asked.sample,
        }
        row = (key, asked.purpose, json.dumps(question), told, _checksum(key, told))
        with self._base.explained(), self._base.transaction():
            self._base.executemany(
                "INSERT OR IGNORE INTO texts VALUES (?, ?)",
                [(_digest(text), _packed(text)) for text in (schema, *(c for _, c in messages))],
            )
            self._base.execute("DELETE FROM calls WHERE key = ?", (key,))
            self._base.execute(f"INSERT INTO calls ({COLUMNS}) VALUES (?, ?, ?, ?, ?)", row)

    def index(self) -> dict[str, Listed]:
        """Return purpose and checksum of every call, by key; texts are not read."""
        with self._base.explained():
            rows = self._base.execute("SELECT key, purpose, checksum FROM calls ORDER BY key")
            return {key: Listed(purpose, checksum) for key, purpose, checksum in rows}

    def entry(self, key: str) -> Entry | None:
        """Return the call of this key, or ``None``.

        Raises:
            ConfigError: the record is damaged.
        """
        with self._base.explained():
            return next(self._read("WHERE key = ?", key), None)

    def entries(self) -> Iterator[Entry]:
        """Yield every call, in the order of keys, each checked against its key.

        Raises:
            ConfigError: a record is damaged.
        """
        with self._base.explained():
            yield from self._read("ORDER BY key")

    def latest(self, purpose: str, most: int) -> list[Entry]:
        """Return the calls of a purpose that were recorded last, the last one first."""
        with self._base.explained():
            return list(self._read("WHERE purpose = ? ORDER BY number DESC LIMIT ?", purpose, most))

    def remove(self, keys: Iterable[str]) -> None:
        """Remove calls and the texts that only they held, and give the space back."""
        with self._base.explained():
            with self._base.transaction():
                self._base.executemany("DELETE FROM calls WHERE key = ?", [(key,) for key in keys])
                used = {
                    digest
                    for (question,) in self._base.execute("SELECT question FROM calls")
                    for digest in _texts_of(json.loads(question))
                }
                there = {digest for (digest,) in self._base.execute("SELECT digest FROM texts")}
                self._base.executemany(
                    "DELETE FROM texts WHERE digest = ?", [(each,) for each in there - used]
                )
            self._base.execute("VACUUM")

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, rest: str, *values: object) -> Iterator[Entry]:
        # `rest` is one of the constants above, never a value.
        rows = self._base.execute(f"SELECT {COLUMNS} FROM calls {rest}", values)
        for key, purpose, question, reply, checksum in rows:
            entry = Entry(
                question=self._question(key, purpose, json.loads(question)),
                reply=self._reply(key, reply, checksum),
            )
            if entry.key != key:
                raise self._base.damaged(f"the question {key[:12]} is not the one it was")
            yield entry

    def _question(self, key: str, purpose: str, told: dict[str, Any]) -> ModelRequest:
        texts = {digest: self._text(key, digest) for digest in _texts_of(told)}
        return ModelRequest(
            purpose=purpose,
            model=told["model"],
            messages=tuple(
                Message(role=role, content=texts[digest]) for role, digest in told["messages"]
            ),
            schema=json.loads(texts[told["schema"]]),
            temperature=told["temperature"],
            max_tokens=told["max_tokens"],
            sample=told["sample"],
        )

    def _text(self, key: str, digest: str) -> str:
        found = self._base.execute(
            "SELECT content FROM texts WHERE digest = ?", (digest,)
        ).fetchone()
        if found is None:
            raise self._base.damaged(f"a text of the question {key[:12]} is missing")
        try:
            return zlib.decompress(found[0]).decode("utf-8", "surrogatepass")
        except (zlib.error, UnicodeDecodeError):
            raise self._base.damaged(f"a text of the question {key[:12]} cannot be read") from None

    def _reply(self, key: str, told: str, checksum: str) -> ModelReply:
        if _checksum(key, told) != checksum:
            raise self._base.damaged(f"the answer to {key[:12]} is not the one that was written")
        return ModelReply(**json.loads(told))


def _texts_of(question: dict[str, Any]) -> list[str]:
    """Return the digests of all texts that a stored question refers to."""
    return [question["schema"], *(digest for _, digest in question["messages"])]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def _checksum(key: str, told: str) -> str:
    return hashlib.sha256(f"{key}\n{told}".encode()).hexdigest()
