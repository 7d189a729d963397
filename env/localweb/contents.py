"""Files and folders that change: told apart, kept, and put back by a copy and a rename."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from webpilot.errors import SiteDown

__all__ = ["Signature", "place", "remove", "settled", "signature"]

Signature = Sequence[object]
"""Equal as long as nothing was written to a file or folder."""

HEADER = 100
"""Bytes at the beginning of a SQLite file; among them the number of its last transaction."""
JOURNAL = "-journal"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WAIT = 2.0
"""Seconds a transaction may still take when a file is to be copied."""


def signature(path: Path) -> Signature:
    """Return what tells the present content of a file or folder from a later one.

    The clock of a file system is too coarse for two writes in a row, so the head of a file counts
    too: a SQLite database numbers its transactions there.
    """
    if path.is_dir():
        return tuple(
            (str(one.relative_to(path)), *stamp(one))
            for one in sorted(path.rglob("*"))
            if one.is_symlink() or not one.is_dir()
        )
    if not path.exists():
        return ()
    with path.open("rb") as file:
        head = file.read(HEADER)
    return (*stamp(path), head)


def stamp(path: Path) -> Signature:
    """Return number, size and time of a file."""
    known = path.lstat()
    return known.st_ino, known.st_size, known.st_mtime_ns


def settled(path: Path) -> None:
    """Return when no transaction is under way in a database file.

    Raises:
        SiteDown: one does not come to its end.
    """
    journal = path.with_name(path.name + JOURNAL)
    due = time.monotonic() + WAIT
    while journal.exists():
        if time.monotonic() > due:
            raise SiteDown(f"{path.name} is in the middle of a transaction")
        time.sleep(0.005)


def place(source: Path, target: Path) -> None:
    """Have ``target`` hold what ``source`` holds, at once for whoever opens it next.

    A source that is not there leaves nothing there.

    Raises:
        SiteDown: it cannot be written (the disk is full, say); the mend is named.
    """
    fresh = target.with_name(f".{target.name}.new")
    stale = target.with_name(f".{target.name}.old")
    try:
        if not source.exists():
            remove(target)
        elif source.is_dir():
            shutil.copytree(source, fresh, symlinks=True)
            with suppress(FileNotFoundError):
                target.rename(stale)
            fresh.rename(target)
            remove(stale)
        else:
            # A journal that a killed server left belongs to the content that is thrown away.
            shutil.copyfile(source, fresh)
            fresh.replace(target)
            target.with_name(target.name + JOURNAL).unlink(missing_ok=True)
    except OSError as error:
        remove(fresh)
        why = str(error.args[0]) if error.errno is None else error.strerror
        mend = "free some space there" if error.errno in NO_SPACE else "make it writable"
        raise SiteDown(
            f"the data of a site cannot be written to {target}: {why}; {mend}, then run the same "
            "command with run.retry_errors=true"
        ) from error


def remove(path: Path) -> None:
    """Remove a file or folder, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
