"""What is done with whole tapes: written as text and read back, compared, cut down to some runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from webpilot.errors import ConfigError
from webpilot.llm.differences import COMPARED, first_difference, nearest
from webpilot.llm.protocol import Message, ModelReply, ModelRequest
from webpilot.llm.store import STORE_SCHEMA, Entry, TapeStore

__all__ = ["Compared", "Imported", "compare", "exported", "imported", "trim"]

HEAD = {"webpilot_tape": STORE_SCHEMA}
SHOWN = 10
"""Questions of each kind that a comparison names."""


def exported(store: TapeStore) -> Iterator[str]:
    """Yield a tape as lines of JSON, without line ends: a head, then a call each, sorted by key."""
    yield json.dumps(HEAD)
    for entry in store.entries():
        asked = entry.question
        yield json.dumps(
            {
                "key": asked.key,
                "purpose": asked.purpose,
                "model": asked.model,
                "temperature": asked.temperature,
                "max_tokens": asked.max_tokens,
                "sample": asked.sample,
                "messages": [asdict(message) for message in asked.messages],
                "schema": asked.schema,
                "reply": asdict(entry.reply),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did."""

    added: int
    equal: int
    """Calls that the tape held already."""
    kept: int
    """Questions to which the tape held another answer, which stays."""


def imported(lines: Iterable[str], store: TapeStore) -> Imported:
    """Return what came of adding exported calls to a tape.

    Raises:
        ConfigError: a line is none of an export, or was edited: it does not have its key.
        RecordError: no space.
    """
    counts = Counter(added=0, equal=0, kept=0)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
            if number == 1:
                if read != HEAD:
                    raise ValueError("no head of this version")
                continue
            entry = _entry(read)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"line {number} is none of an exported tape: {error}") from None
        there = store.get(entry.key)
        if there is None:
            store.put(entry.question, entry.reply)
        counts["added" if there is None else "equal" if there == entry.reply else "kept"] += 1
    return Imported(**counts)


def _entry(read: Mapping[str, Any]) -> Entry:
    messages = tuple(Message(**message) for message in read["messages"])
    plain = {name: read[name] for name in ("purpose", "model", "temperature", "max_tokens")}
    question = ModelRequest(
        messages=messages, schema=read["schema"], sample=read["sample"], **plain
    )
    if question.key != read["key"]:
        raise ValueError("its question does not have its key")
    known = {field.name for field in fields(ModelReply)}
    if read["reply"].keys() != known:
        raise ValueError("its reply has other fields")
    return Entry(question=question, reply=ModelReply(**read["reply"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """In what two tapes differ, as keys of calls."""

    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    answered_otherwise: tuple[str, ...]
    """Questions on both, with another answer on each."""
    lines: tuple[str, ...]
    """The same for a person, with what differs in the first few questions."""

    @property
    def equal(self) -> bool:
        """Whether both hold the same answers to the same questions."""
        return not (self.only_first or self.only_second or self.answered_otherwise)


def compare(first: TapeStore, second: TapeStore) -> Compared:
    """Return in what two tapes differ.

    Raises:
        ConfigError: a record is damaged.
    """
    one, other = first.index(), second.index()
    only_first = tuple(key for key in one if key not in other)
    only_second = tuple(key for key in other if key not in one)
    otherwise = tuple(
        key for key in one if key in other and one[key].checksum != other[key].checksum
    )
    return Compared(
        only_first=only_first,
        only_second=only_second,
        answered_otherwise=otherwise,
        lines=(
            *_listed(f"only in {first.path}", only_first, first, second),
            *_listed(f"only in {second.path}", only_second, second, first),
            *_listed("answered otherwise", otherwise, first, None),
        ),
    )


def _listed(
    title: str, keys: tuple[str, ...], store: TapeStore, other: TapeStore | None
) -> Iterator[str]:
    """Yield how many questions there are of which purpose, and how the first ones differ.

    Args:
        title: what they have in common.
        keys: of the questions.
        store: the tape that holds them.
        other: the tape that does not.
    """
    if not keys:
        return
    index = store.index()
    counts = Counter(index[key].purpose for key in keys)
    told = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    yield f"{title}: {len(keys)} ({told})"
    for key in keys[:SHOWN]:
        purpose, differs = index[key].purpose, ""
        entry = store.entry(key) if other is not None else None
        if entry is not None and other is not None:
            there = (each.question for each in other.latest(purpose, COMPARED))
            like = nearest(entry.question, there)
            differs = f": {first_difference(like, entry.question)}" if like is not None else ""
        yield f"  {purpose} {key[:12]}{differs}"
    if len(keys) > SHOWN:
        yield f"  … and {len(keys) - SHOWN} more"


def trim(store: TapeStore, used: Collection[str]) -> int:
    """Return how many calls were removed from a tape: all whose keys are not ``used``."""
    unused = [key for key in store.index() if key not in used]
    if unused:
        store.remove(unused)
    return len(unused)
