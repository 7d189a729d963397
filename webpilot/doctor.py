"""What this machine has of what WebPilot needs, and the exact mend for what is missing."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from env.chromium import browser_path, browser_version
from env.fonts import AS_WIDE_AS_ARIAL, arial
from env.server import miniwob_folder
from env.webarena.readiness import doctor_checks
from webpilot.checks import Check
from webpilot.errors import ConfigError

__all__ = ["Check", "Diagnosis", "diagnose"]

SETUP = "make setup"
RENDER_TIMEOUT = 30.0
"""Seconds a browser gets to draw one line of text; a warm one takes 0.3."""
PAGE = "<b id=a>text</b><script>if (a.offsetWidth > 9) a.title = 'drawn'</script>"
"""Measures its own text, which a browser without any font cannot do."""
CONNECT_TIMEOUT = 3.0
"""Seconds a model endpoint gets to accept a connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All checks, in the order in which they should be mended."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether the default job can run."""
        return all(check.ok for check in self.checks if check.required)

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as plain data."""
        return {"ok": self.ok, "checks": [asdict(check) for check in self.checks]}

    def lines(self) -> list[str]:
        """Return one line per check, with its mend beneath it where something is missing."""
        found: list[str] = []
        width = max([16, *(len(check.name) + 1 for check in self.checks)])
        for check in self.checks:
            optional = "" if check.ok or check.required else " (not needed by the default job)"
            found.append(
                f"{'ok' if check.ok else 'missing':8}{check.name:{width}}{check.detail}{optional}"
            )
            if check.mend:
                found.append(f"{'':{8 + width}}mend: {check.mend}")
        return found


def diagnose(environment: Mapping[str, str] = os.environ) -> Diagnosis:
    """Return what is there and what is missing. Starts the browser once, contacts no public host.

    A model endpoint and the sites of WebArena are tried only where ``environment`` names them.
    """
    return Diagnosis(
        checks=(
            check_python(sys.version_info[:3]),
            check_packages(metadata.requires("webpilot") or []),
            check_browser(),
            check_font(),
            check_pages(),
            check_endpoint(environment),
            check_key(environment),
            *doctor_checks(environment),
        )
    )


def check_python(version: tuple[int, int, int]) -> Check:
    """Return whether this interpreter is one that WebPilot is tested on."""
    ok = (3, 11) <= version[:2] <= (3, 12)
    detail = ".".join(str(part) for part in version)
    mend = "" if ok else "make setup PYTHON=/path/to/python3.12 (or 3.11)"
    return Check(name="Python", ok=ok, detail=detail, mend=mend)


def check_packages(requirements: list[str]) -> Check:
    """Return whether every requirement is installed, those pinned at their exact version."""
    wrong: list[str] = []
    names = [line for line in requirements if "extra ==" not in line]
    for line in names:
        name = re.match(r"[\w.-]+", line)
        pin = re.search(r"==([\w.]+)", line)
        if name is None:
            continue
        try:
            version = metadata.version(name[0])
        except metadata.PackageNotFoundError:
            wrong.append(f"{name[0]} is not installed")
            continue
        if pin is not None and version != pin[1]:
            wrong.append(f"{name[0]} is {version}, not {pin[1]}")
    if wrong:
        return Check(name="packages", ok=False, detail="; ".join(wrong), mend=SETUP)
    return Check(name="packages", ok=True, detail=f"{len(names)} direct requirements installed")


def check_browser() -> Check:
    """Return whether the browser chosen at set-up draws a page."""
    try:
        path = browser_path()
    except ConfigError as error:
        return Check(name="browser", ok=False, detail=str(error), mend=SETUP)
    version = browser_version(path)
    if version is None or not renders(path):
        detail = f"{path} does not draw a page (a library or every font may be missing)"
        mend = f"apt-get install fonts-liberation, or WEBPILOT_CHROMIUM=/another/chromium {SETUP}"
        return Check(name="browser", ok=False, detail=detail, mend=mend)
    return Check(name="browser", ok=True, detail=f"{version} ({path})")


def renders(path: Path) -> bool:
    """Return whether the browser draws text: without any font it starts, but dies on a page."""
    with tempfile.TemporaryDirectory(prefix="webpilot-doctor-") as profile:
        command = [
            str(path),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--dump-dom",
            f"data:text/html,{PAGE}",
        ]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=RENDER_TIMEOUT
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0 and b'title="drawn"' in done.stdout


def check_font() -> Check:
    """Return whether a font as wide as Arial is there; MiniWoB++ is laid out for it."""
    family = arial()
    if family in AS_WIDE_AS_ARIAL:
        return Check(name="font", ok=True, required=False, detail=f"{family} (for Arial)")
    detail = f"{family} stands in for Arial: some pages are laid out otherwise"
    mend = "apt-get install fontconfig fonts-liberation"
    return Check(name="font", ok=False, required=False, detail=detail, mend=mend)


def check_pages() -> Check:
    """Return whether the pages of MiniWoB++ are installed."""
    try:
        folder = miniwob_folder()
    except ConfigError as error:
        return Check(name="MiniWoB++ pages", ok=False, detail=str(error), mend=SETUP)
    count = len(list((folder / "miniwob").glob("*.html")))
    return Check(name="MiniWoB++ pages", ok=True, detail=f"{count} pages in {folder}")


def check_endpoint(environment: Mapping[str, str]) -> Check:
    """Return whether the model server that ``OPENAI_BASE_URL`` names accepts a connection."""
    name, url = "model endpoint", environment.get("OPENAI_BASE_URL", "")
    if not url:
        detail = "OPENAI_BASE_URL is not set"
        mend = "export OPENAI_BASE_URL=http://127.0.0.1:8000/v1 (any OpenAI-compatible server)"
        return Check(name=name, ok=False, required=False, detail=detail, mend=mend)
    place = urlsplit(url)
    try:
        port = place.port or (443 if place.scheme == "https" else 80)
        with socket.create_connection((place.hostname or "", port), CONNECT_TIMEOUT):
            return Check(name=name, ok=True, required=False, detail=f"{place.hostname}:{port}")
    except (OSError, ValueError) as error:
        detail = f"{place.hostname or url!r} does not answer ({error})"
        mend = "start that server, or correct OPENAI_BASE_URL"
        return Check(name=name, ok=False, required=False, detail=detail, mend=mend)


def check_key(environment: Mapping[str, str]) -> Check:
    """Return whether a key is set; its value is never read further."""
    if environment.get("OPENAI_API_KEY"):
        return Check(name="model key", ok=True, required=False, detail="OPENAI_API_KEY is set")
    return Check(
        name="model key",
        ok=False,
        required=False,
        detail="OPENAI_API_KEY is not set",
        mend="export OPENAI_API_KEY=... (any word for a local server)",
    )
