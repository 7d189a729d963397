"""Writing that survives a kill and a full disk: whole files, and logs of whole lines."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from webpilot.errors import ConfigError, RecordError

__all__ = ["UNFINISHED", "LineLog", "clean_up", "sync_folder", "write_atomically"]

UNFINISHED = ".unfinished"
"""End of the name of a file that is being written."""

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn an operating system's error about ``path`` into one line that names the mend."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            mend = "free some space there and run the same command again"
            raise RecordError(
                f"no space left to write {path}: {mend}; all that was written before is kept"
            ) from error
        raise RecordError(
            f"cannot write {path}: {error.strerror}; make its folder writable, or choose another "
            "with run.root="
        ) from error


def write_atomically(path: Path, content: str | bytes) -> None:
    """Put ``content`` at ``path`` whole or not at all, also when killed on the way.

    Raises:
        RecordError: no space, or the folder cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def clean_up(folder: Path) -> None:
    """Remove what a kill left of files that were being written into ``folder`` or below it."""
    for leftover in folder.rglob(f".*{UNFINISHED}"):
        leftover.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class LineLog:
    """A file that is only ever appended to, a whole line at a time.

    A line that a kill left unfinished is cut off when the log is opened; a line that the disk has
    no room for is taken back, so the file stays valid. One process writes at a time.

    Args:
        path: made if missing, with its folder.
        durable: wait for the disk after each line.

    Raises:
        ConfigError: another process holds the log.
        RecordError: the file cannot be written.
    """

    def __init__(self, path: Path, *, durable: bool) -> None:
        self.path = path
        self._durable = durable
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise ConfigError(
                f"{path} is being written by another process: wait for that run to end, or choose "
                "another run.name="
            ) from error
        self.repaired = self._cut_torn_line()

    def _cut_torn_line(self) -> int:
        """Return how many bytes of an unfinished last line were cut off."""
        size = os.fstat(self._file).st_size
        keep, block = 0, 1 << 16
        for end in range(size, 0, -block):
            start = max(0, end - block)
            newline = os.pread(self._file, end - start, start).rfind(b"\n")
            if newline >= 0:
                keep = start + newline + 1
                break
        if keep < size:
            os.ftruncate(self._file, keep)
        return size - keep

    def append(self, line: str) -> None:
        """Write one line, which must hold no line end itself.

        Raises:
            RecordError: no space; the file is as it was before.
        """
        if "\n" in line:
            raise ValueError("a log's line holds no line end")
        data = memoryview(line.encode() + b"\n")
        before = os.fstat(self._file).st_size
        with _explained(self.path):
            try:
                while data:
                    data = data[os.write(self._file, data) :]
                if self._durable:
                    os.fsync(self._file)
            except OSError:
                os.ftruncate(self._file, before)
                raise

    def close(self) -> None:
        """Let another process write; closing twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
