"""Where the Chromium binary is: looked for once at set-up, read from a record ever after.

``python -m env.chromium`` writes the first candidate that really starts; set-up stores that line
in the file :data:`RECORD` under ``sys.prefix``. At run time nothing is searched.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from webpilot.errors import ConfigError

__all__ = ["RECORD", "browser_path", "browser_version", "find_candidates"]

RECORD = "webpilot-chromium"
"""Name of the one-line file under ``sys.prefix`` that holds the choice made at set-up."""

VARIABLE = "WEBPILOT_CHROMIUM"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FOLDERS = (Path("/usr/lib/chromium"), Path("/usr/lib/chromium-browser"), Path("/opt/google/chrome"))
MAC = Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
MEND = "run `make setup`, or set WEBPILOT_CHROMIUM to a Chromium binary"


def browser_path() -> Path:
    """Return the browser chosen at set-up, or the one ``WEBPILOT_CHROMIUM`` names.

    Raises:
        ConfigError: neither is set, or the file is not there or cannot be executed.
    """
    named = os.environ.get(VARIABLE, "")
    record = Path(sys.prefix) / RECORD
    if named:
        source, text = VARIABLE, named
    elif record.is_file():
        source, text = str(record), record.read_text(encoding="utf-8").strip()
    else:
        raise ConfigError(f"no browser: {MEND}")
    path = Path(text).expanduser()
    if not text or not path.is_file() or not os.access(path, os.X_OK):
        raise ConfigError(f"no browser at {text!r} (named by {source}): {MEND}")
    return binary(path)


def find_candidates() -> Iterator[Path]:
    """Yield browser binaries of this machine, best first; none of them has been started."""
    named = os.environ.get(VARIABLE, "")
    if named:
        path = Path(named).expanduser()
        if path.is_file():
            yield binary(path)
        return
    seen: set[Path] = set()
    for path in (*playwright_builds(), *installed()):
        if path.is_file() and os.access(path, os.X_OK) and path not in seen:
            seen.add(path)
            yield path


def binary(path: Path) -> Path:
    """Return the program that a distribution's shell wrapper starts, or ``path`` itself.

    Debian's wrapper adds flags that change what is rendered, so it is never used.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    if not head.startswith(b"#!"):
        return path
    for match in re.findall(rb"(/[\w./-]*/chrom[\w-]*)", head):
        target = Path(os.fsdecode(match))
        if target.is_file() and target != path and not starts_with_shebang(target):
            return target
    for folder in FOLDERS:
        target = folder / path.name
        if target.is_file() and not starts_with_shebang(target):
            return target
    return path


def starts_with_shebang(path: Path) -> bool:
    """Return whether the file is a script."""
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def installed() -> Iterator[Path]:
    """Yield the browsers of the machine, headless shells before full browsers."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield binary(Path(found))
        for folder in FOLDERS:
            yield folder / name
    yield MAC


def playwright_builds() -> Iterator[Path]:
    """Yield the build that the installed Playwright was pinned to, where it was downloaded."""
    spec = importlib.util.find_spec("playwright")
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    listing = package / "driver" / "package" / "browsers.json"
    if not listing.is_file():
        return
    browsers = json.loads(listing.read_text(encoding="utf-8"))["browsers"]
    revisions = {entry["name"]: entry["revision"] for entry in browsers}
    roots = playwright_roots(package)
    inside = {
        "chromium-headless-shell": ("chrome-linux/headless_shell", "chrome-mac/headless_shell"),
        "chromium": ("chrome-linux/chrome", "chrome-mac/Chromium.app/Contents/MacOS/Chromium"),
    }
    for name, programs in inside.items():
        if name not in revisions:
            continue
        for root in roots:
            for program in programs:
                yield root / f"{name.replace('-', '_')}-{revisions[name]}" / program


def playwright_roots(package: Path) -> tuple[Path, ...]:
    """Return the folders Playwright downloads its browsers to."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if named == "0":
        return (package / "driver" / "package" / ".local-browsers",)
    if named:
        return (Path(named),)
    home = Path.home()
    return (home / ".cache" / "ms-playwright", home / "Library" / "Caches" / "ms-playwright")


def browser_version(path: Path, *, timeout: float = 20.0) -> str | None:
    """Return what ``path --version`` says, or ``None`` where it does not start.

    ``timeout`` is in seconds.
    """
    try:
        done = subprocess.run(
            [str(path), "--version", "--no-sandbox"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    text = done.stdout.strip()
    return text if done.returncode == 0 and re.search(r"\d+\.\d+", text) else None


def main() -> int:
    """Write the first candidate that starts; return the exit status."""
    for path in find_candidates():
        if browser_version(path) is not None:
            sys.stdout.write(f"{path}\n")
            return 0
    sys.stderr.write("no Chromium found that starts\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
