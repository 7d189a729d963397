"""What the suite must be told about one application to install, seed, run and put it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Application", "Command", "Cookie", "Place", "Site", "Volatile"]

Cookie = Mapping[str, Any]
"""A cookie as Playwright's storage state has it, without ``domain``: name, value, path, expires
(seconds, -1 for the session's), httpOnly, secure, sameSite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One of WebArena's sites, as an application serves it on a port of its own.

    Browsers do not keep the cookies of two ports of one host apart: the cookies of every site need
    names of their own.
    """

    name: str
    """WebArena's: ``shopping``, ``shopping_admin``, ``reddit``, ``gitlab`` or ``wikipedia``."""
    path: str = ""
    """What its address has behind host and port, without a slash at the end."""
    page: str = "/"
    """Path of a cheap page that anybody may see, from the root of the port."""
    text: str
    """A text of that page which no other site's has: how a health check knows the site."""
    account_page: str = ""
    """Path of a page that shows who is logged in; empty where nobody logs in."""
    account_text: str = ""
    """A text of that page which only the logged-in account is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an application runs, or is to be seeded."""

    folder: Path
    """Its data: the files and folders the application names, and nothing else. Writable."""
    seed: Path
    """The pristine data; while it is being made, the same as ``folder``. Read-only."""
    python: Path
    """The Python of its own environment; ours, where it has none."""
    ports: Mapping[str, int]
    """A free loopback port for each of its sites; empty while it is being seeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How its server is started; it stays in the foreground and binds 127.0.0.1 alone."""

    words: Sequence[str]
    """Program and arguments; no shell reads them."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables beside those of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volatile:
    """A table or column that is left out of hashes and of what counts as changed."""

    name: str
    """``table`` or ``table.column``; a ``*`` at the end stands for anything."""
    reason: str
    """Why plain views, or time alone, change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One program of others, and what we bring to it.

    Its pages must read the same tomorrow: nothing in the seed depends on the day it was made, and
    where the program shows how long ago something was, its clock stands still (see ``apps/``).
    """

    name: str
    """``shop``, ``forum``, ``tracker`` or ``wiki``: its folder in ``seed/`` and in a replica."""
    sites: tuple[Site, ...]
    """What it serves, each on its own port."""
    command: Callable[[Place], Command]
    """The server over ``place.folder``, listening on ``place.ports``."""
    seed: Callable[[Place], None]
    """Fills an empty ``place.folder``; the same logical content each time.

    Runs subprocesses in the application's environment; raises ``ConfigError`` naming the mend.
    """
    sources: tuple[Path, ...]
    """Files and folders of ours the seed is made from: when one changes, the seed is made anew."""
    environment: str = ""
    """Name of its own environment (``requirements-NAME.txt``); empty where it needs none."""
    programs: Mapping[str, str] = field(default_factory=dict)
    """Programs it needs on the machine, and the Debian package of each: ``fossil`` of it."""
    databases: tuple[str, ...] = ()
    """Its SQLite files below the folder, none in WAL mode; judges read the first.

    Put back by a file copy while the server runs: it must hold no connection between requests.
    """
    files: tuple[str, ...] = ()
    """Other files and folders the server writes; put back where they changed."""
    shared: tuple[str, ...] = ()
    """Files and folders of the seed that no request changes: never copied, see ``place.seed``."""
    volatile: tuple[Volatile, ...] = ()
    """What plain views change in its databases, with the reason for each."""
    sign_in: Callable[[Mapping[str, str]], Mapping[str, Sequence[Cookie]]] | None = None
    """Log the accounts in over HTTP, once, at the end of seeding.

    Takes the addresses of the sites of the running server, returns the cookies by site.
    """
    settle: Callable[[Place], None] | None = None
    """Called after that, with the server stopped: sessions made to last, log-in times put back."""
