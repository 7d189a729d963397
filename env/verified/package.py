"""What is sent in to WebArena-Verified: two files a task, archived by its own packager.

``FOLDER/{task_id}/agent_response.json`` and ``FOLDER/{task_id}/network.har`` are written here; the
packager (``webarena-verified create-submission-pkg``) runs in its own environment.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from env.sites.scrubbing import scrubbed
from env.sites.secret_texts import without
from env.verified import installing
from webpilot.errors import ConfigError
from webpilot.responses import TypedResponse

__all__ = ["HAR", "RESPONSE", "Output", "Package", "check_package", "lay_out", "pack"]

RESPONSE = "agent_response.json"
HAR = "network.har"
SUMMARY = "summary.json"
PACKING = 1800.0
"""Seconds the packager may take (50 for 812 tasks of 50 requests each, on a busy machine)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What one episode leaves for the evaluator."""

    task_id: int
    response: Path
    """Its typed response, as JSON."""
    har: Path
    """The requests of its committed path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An archive that the packager made and that was opened and checked since."""

    file: Path
    summary: Path
    """What the packager says of it, beside the archive as well as in it."""
    task_ids: tuple[int, ...]
    """Those that are in it, ascending."""

    @property
    def size(self) -> int:
        """Bytes of the archive."""
        return self.file.stat().st_size


def lay_out(outputs: Iterable[Output], folder: Path, *, secrets: Iterable[str] = ()) -> None:
    """Write the two files of every task, scrubbed of credentials.

    Args:
        outputs: one for each task.
        folder: made; it must not exist.
        secrets: texts that must stand nowhere in these files.

    Raises:
        ConfigError: the folder exists, or a file is not what it should be.
    """
    hidden = tuple(secrets)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ConfigError(f"{folder} exists: remove it, or choose another --name") from None
    for output in outputs:
        response = _response(_json(output.response), output.response)
        har = scrubbed(_json(output.har), secrets=hidden)
        if not har["log"]["entries"]:
            raise ConfigError(f"{output.har} holds no request: its episode must be run again")
        target = folder / str(output.task_id)
        target.mkdir()
        plain = without(response.to_dict(), hidden)
        (target / RESPONSE).write_text(_text(plain), encoding="utf-8")
        (target / HAR).write_text(_text(har), encoding="utf-8")


def pack(
    outputs: Iterable[Output], target: Path, name: str, *, secrets: Iterable[str] = ()
) -> Package:
    """Return the archive ``target/NAME.tar.gz``, made of what :func:`lay_out` writes beside it.

    Where anything goes wrong, nothing is left behind.

    Raises:
        ConfigError: the name cannot be used, a file is not what it should be, the packager failed,
            or what it made is not whole.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ConfigError(
            f"{name!r} cannot name a package: use letters, digits, hyphen, underscore"
        )
    folder, file, summary = (
        target / name,
        target / f"{name}.tar.gz",
        target / f"{name}.tar_{SUMMARY}",
    )
    if there := [one for one in (folder, file, summary) if one.exists()]:
        raise ConfigError(f"{there[0]} exists: remove it, or choose another --name")
    # The packager does not make this folder, and fails where a name is given and it is missing.
    target.mkdir(parents=True, exist_ok=True)
    try:
        lay_out(outputs, folder, secrets=secrets)
        _run_packager(folder, target.resolve(), name)
        wanted = [int(one.name) for one in folder.iterdir()]
        return Package(file=file, summary=summary, task_ids=check_package(file, wanted))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        for one in (file, summary):
            one.unlink(missing_ok=True)
        raise


def check_package(file: Path, wanted: Sequence[int]) -> tuple[int, ...]:
    """Return the ids of the tasks in an archive, after looking into every file of it.

    Args:
        file: the archive.
        wanted: ids that must be in it, and no others.

    Raises:
        ConfigError: it is no archive, or is not laid out as WebArena-Verified lays it out.
    """
    ids = tuple(sorted(wanted))
    names = {SUMMARY, *(str(one) for one in ids)}
    names |= {f"{one}/{part}" for one in ids for part in (RESPONSE, HAR)}
    try:
        with tarfile.open(file, "r:gz") as archive:
            members = {one.name: one for one in archive.getmembers()}
            if odd := sorted(members.keys() ^ names):
                raise ConfigError(f"{file} is not laid out as it must be: {', '.join(odd[:5])}")
            data = {
                name: json.load(archive.extractfile(one) or _nothing(name))
                for name, one in members.items()
                if "." in name
            }
    except (OSError, tarfile.TarError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read as a package: {error}") from error
    for one in ids:
        _response(data[f"{one}/{RESPONSE}"], file)
        # The packager leaves out pictures, styles and scripts, and nothing else.
        if not isinstance(data[f"{one}/{HAR}"].get("log", {}).get("entries"), list):
            raise ConfigError(f"{file} holds no requests of task {one}")
    if sorted(data[SUMMARY]["packaged_tasks"]["task_ids"]) != list(ids):
        raise ConfigError(f"the summary in {file} names other tasks than the archive holds")
    return ids


def _run_packager(folder: Path, target: Path, name: str) -> None:
    program = [str(installing.python()), "-I", "-X", "utf8", "-W", "ignore", "-m"]
    # It writes down the folders that it was given: a relative one names no place of this machine.
    named = ["--run-output-dir", folder.name, "--output", str(target), "--name", name]
    try:
        done = subprocess.run(
            [*program, "webarena_verified", "create-submission-pkg", *named],
            cwd=folder.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=PACKING,
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(f"WebArena-Verified's packager did not end in {PACKING:g} s") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no word"]
        raise ConfigError(f"WebArena-Verified's packager failed: {lines[-1]}")


def _response(data: Any, file: Path) -> TypedResponse:
    try:
        items = data["retrieved_data"]
        return TypedResponse(
            **{**data, "retrieved_data": None if items is None else tuple(items)},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{file} holds no typed response: {error}") from None


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _nothing(name: str) -> Any:
    raise ConfigError(f"{name} is no file")
