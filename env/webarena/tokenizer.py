"""The data of NLTK's word tokenizer, which one rule of libwebarena's string match needs.

A reference of a single character is looked for among the words of the answer, or "0" would be
found in "10". NLTK cuts text into sentences before words, with trained data (``punkt_tab``) that it
downloads. Official runs need that. Where nothing can be downloaded, :func:`make_untrained` writes
the four files empty: a full stop is then split off from abbreviations too, where a sentence could
end. Good for our own tasks, and said.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from env.environments import home
from webpilot.records.disk import write_atomically

__all__ = ["DOWNLOAD", "Tokenizer", "found", "make_untrained"]

DATA = Path("tokenizers", "punkt_tab", "english")
FILES = ("abbrev_types.txt", "collocations.tab", "ortho_context.tab", "sent_starters.txt")
SYSTEM_FOLDERS = (
    *(Path(sys.prefix) / below / "nltk_data" for below in ("", "share", "lib")),
    *(Path("/usr") / below / "nltk_data" for below in ("share", "local/share", "lib", "local/lib")),
)
"""Where NLTK looks last."""
DOWNLOAD = ".venv/bin/python -m nltk.downloader punkt_tab"
"""The command that fetches the trained data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenizer:
    """Data of the tokenizer, found somewhere."""

    folder: Path
    """What NLTK calls a data folder: it holds ``tokenizers/``."""
    trained: bool
    """Whether it is the real data; else all four files are empty."""

    @property
    def name(self) -> str:
        """What a result says of it."""
        return "punkt_tab" if self.trained else "punkt_tab, untrained stand-in"


def found(environ: Mapping[str, str]) -> Tokenizer | None:
    """Return the first data on NLTK's own search path, else our stand-in, else ``None``."""
    for folder in (*_search_path(environ), stand_in()):
        files = [folder / DATA / name for name in FILES]
        if all(file.is_file() for file in files):
            return Tokenizer(folder=folder, trained=any(file.stat().st_size > 0 for file in files))
    return None


def stand_in() -> Path:
    """Return the data folder that our stand-in is written to."""
    return home() / "nltk"


def make_untrained() -> Tokenizer:
    """Return the untrained stand-in, written if it is not there: for our own tasks alone."""
    for name in FILES:
        file = stand_in() / DATA / name
        if not file.is_file():
            write_atomically(file, "")
    return Tokenizer(folder=stand_in(), trained=False)


def _search_path(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the folders that NLTK looks into, in its order, without importing it."""
    for named in environ.get("NLTK_DATA", "").split(os.pathsep):
        if named:
            yield Path(named).expanduser()
    if environ.get("HOME"):
        yield Path(environ["HOME"]) / "nltk_data"
    yield from SYSTEM_FOLDERS
