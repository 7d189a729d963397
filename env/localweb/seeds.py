"""The pristine data of the applications: made once, by scripts that make the same each time."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from env.environments import environment, home, installed, requirements
from env.link.warden import Warden
from env.localweb.application import Application, Cookie, Place
from env.localweb.hashing import combined, table_hashes
from env.localweb.ports import free_ports
from env.localweb.served import Served
from webpilot.errors import ConfigError

__all__ = [
    "MEND",
    "application_python",
    "cookies_of",
    "made",
    "make",
    "manifest",
    "seed_folder",
    "seed_hash",
]

MEND = "make localweb"
COOKIES = "cookies.json"
MANIFEST = "manifest.json"


def seed_folder(application: Application) -> Path:
    """Return where the pristine data of an application lies."""
    return home() / "seed" / application.name


def manifest(application: Application) -> Mapping[str, Any]:
    """Return what was written down about a seed when it was made.

    ``logical``: by database, the hash of its content without what is volatile; ``made_from``: of
    what made it; ``bytes`` and ``seconds``.

    Raises:
        ConfigError: there is no seed, or it was made from something else.
    """
    file = seed_folder(application) / MANIFEST
    known: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    if known.get("made_from") != made_from(application):
        raise ConfigError(f"the data of the {application.name} is not there: run `{MEND}`")
    return known


def seed_hash(applications: Iterable[Application]) -> str:
    """Return one logical hash of what all of these have in their seeds.

    Raises:
        ConfigError: one has no seed, or it was made from something else.
    """
    return combined(
        {
            f"{one.name}/{file}": value
            for one in applications
            for file, value in manifest(one)["logical"].items()
        }
    )


def made(application: Application) -> bool:
    """Return whether the seed is there and up to date."""
    try:
        manifest(application)
    except ConfigError:
        return False
    return True


def cookies_of(application: Application) -> Mapping[str, Sequence[Cookie]]:
    """Return the cookies of the accounts that are logged in in the seed, by site."""
    file = seed_folder(application) / COOKIES
    held: Mapping[str, Sequence[Cookie]] = json.loads(file.read_text()) if file.is_file() else {}
    return held


def application_python(application: Application, *, make: bool = False) -> Path:
    """Return the Python that runs an application's programs; ``make`` installs what is missing.

    Raises:
        ConfigError: it is not installed, or cannot be.
    """
    if not application.environment:
        return Path(sys.executable)
    found = environment if make else installed
    return found(application.environment, mend=MEND)


def make(application: Application) -> None:
    """Make the seed anew.

    Raises:
        ConfigError: a script failed.
        SiteDown: the server does not start on what it made.
    """
    began = time.monotonic()
    final = seed_folder(application)
    final.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"{application.name}.", dir=final.parent))
    warden = Warden()
    warden.start()
    warden.add_folder(work)
    try:
        folder = work / "data"
        folder.mkdir()
        fill(application, folder, log=work / "server.log", warden=warden)
        note = described(application, folder)
        note["seconds"] = round(time.monotonic() - began, 1)
        (folder / MANIFEST).write_text(json.dumps(note, indent=1) + "\n")
        shutil.rmtree(final, ignore_errors=True)
        folder.rename(final)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        warden.stop()


def fill(application: Application, folder: Path, *, log: Path, warden: Warden) -> None:
    """Make the content, then log the accounts in at the running server."""
    python = application_python(application)
    place = Place(folder=folder, seed=folder, python=python, ports={})
    application.seed(place)
    if application.sign_in is not None:
        ports = free_ports(site.name for site in application.sites)
        serving = Place(folder=folder, seed=folder, python=python, ports=ports)
        server = Served(application, serving, log=log, warden=warden)
        try:
            server.start()
            server.wait()
            cookies = application.sign_in(
                {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
            )
        finally:
            server.stop()
        file = folder / COOKIES
        file.touch(mode=0o600)
        file.write_text(json.dumps(cookies, indent=1) + "\n")
    if application.settle is not None:
        application.settle(place)


def described(application: Application, folder: Path) -> dict[str, Any]:
    """Return what is written down about the content of a seed."""
    logical = {
        one: combined(table_hashes(folder / one, application.volatile))
        for one in application.databases
    }
    size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    return {"made_from": made_from(application), "logical": logical, "bytes": size}


def made_from(application: Application) -> str:
    """Return the hash of everything of ours that a seed depends on."""
    digest = hashlib.sha256()
    files = [one for source in application.sources for one in sorted(files_of(source))]
    if application.environment:
        files.append(requirements(application.environment))
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def files_of(source: Path) -> Sequence[Path]:
    """Return a file, or the files of a folder but for compiled ones."""
    if source.is_file():
        return [source]
    return [one for one in source.rglob("*") if one.is_file() and "__pycache__" not in one.parts]
