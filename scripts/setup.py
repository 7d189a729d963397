"""Fills `.venv`: pinned packages, this project, and the path of a browser that starts.

Standard library only, run by :file:`setup.sh`. Each part is skipped while what it was made from is
unchanged, so a second call only compares hashes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "webpilot-setup.json"
CHROMIUM = VENV / "webpilot-chromium"
"""Holds the path of the browser; read by :mod:`env.chromium`."""
MINIMUM_FREE = 2 * 1024**3
"""Bytes: a full environment takes 0.9 GiB, wheels in flight the rest."""

NO_BROWSER = """\
setup: no Chromium was found that starts. Choose one of:
  make setup BROWSER=playwright                        downloads the build Playwright expects
  apt-get install -y chromium-headless-shell           Debian, as root; then: make setup
  WEBPILOT_CHROMIUM=/path/to/chromium make setup       any Chromium that is already there"""


NO_FONT = "Debian: apt-get install -y fontconfig fonts-liberation"


class SetupError(Exception):
    """Something is missing; the message names it and the command that mends it."""


def fingerprint(*files: Path) -> str:
    """Return a hash of the contents of files."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def run(command: Sequence[str | Path], *, mend: str, env: Mapping[str, str] | None = None) -> str:
    """Return what ``command`` prints; its last lines and ``mend`` become the error.

    Standard input is closed, so that nothing can wait for an answer.
    """
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SetupError(f"{tail}\nsetup: {mend}")
    return done.stdout


def say(text: str) -> None:
    """Print one line at once, so that a log shows what is being waited for."""
    print(text, flush=True)


def make_environment() -> None:
    """Make `.venv` anew unless its Python runs and it was made in this place."""
    if VENV.is_symlink():
        raise SetupError("setup: .venv is a link, and what it leads to would be emptied: remove it")
    home = VENV / "webpilot-home"
    if PYTHON.exists() and home.exists() and home.read_text() == str(VENV):
        probe = subprocess.run([PYTHON, "-c", "import pip"], capture_output=True)
        if probe.returncode == 0:
            return
    if Path(sys.prefix) == VENV:
        raise SetupError("setup: .venv is broken or was moved. Mend: make clean, then make setup")
    if shutil.disk_usage(ROOT).free < MINIMUM_FREE:
        raise SetupError("setup: less than 2 GiB free here. Mend: free some disk, then make setup")
    version = ".".join(str(part) for part in sys.version_info[:3])
    say(f"setup: .venv with Python {version} ({sys.executable})")
    venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    home.write_text(str(VENV))


def pip(*words: str | Path) -> None:
    """Install with pip, which is found in `.venv` and asks nobody."""
    run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps", *words],
        mend="pip could not install the pinned packages. Check the network (pip's own settings,"
        " such as PIP_INDEX_URL, are respected), then make setup",
        env={"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONWARNINGS": "ignore"},
    )


def install_build() -> None:
    """Install what builds packages: one dependency has no wheel, and neither have we."""
    pip("--require-hashes", "-r", "requirements-build.txt")


def install_packages() -> None:
    """Install every dependency at its pinned version, checked by hash."""
    pip("--require-hashes", "--no-build-isolation", "-r", "requirements.txt")


def install_project() -> None:
    """Install the rooms as they stand here: an edit needs no second set-up."""
    pip("--no-build-isolation", "--editable", ".")


def find_browser() -> str | None:
    """Return the path of the first browser that really starts, or ``None``."""
    done = subprocess.run(
        [PYTHON, "-m", "env.chromium"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.strip().splitlines()
    return lines[-1] if done.returncode == 0 and lines else None


def install_browser() -> None:
    """Record the browser to use, installing one where that is possible or asked for."""
    if os.environ.get("BROWSER") == "playwright":
        say("setup: downloading Playwright's own Chromium")
        run(
            [PYTHON, "-m", "playwright", "install", "chromium"],
            mend="Playwright could not download its Chromium (message above).\n" + NO_BROWSER[7:],
        )
    path = find_browser()
    wish = os.environ.get("WEBPILOT_CHROMIUM")
    if path is None and wish:
        raise SetupError(f"setup: WEBPILOT_CHROMIUM={wish} does not start. Correct or unset it")
    if path is None and may_install():
        say("setup: installing Debian's chromium-headless-shell")
        apt_install("chromium-headless-shell", mend=NO_BROWSER)
        path = find_browser()
    if path is None:
        raise SetupError(NO_BROWSER)
    install_font()
    CHROMIUM.write_text(path + "\n")
    say(f"setup: browser {path}")


def install_font() -> None:
    """See to it that pages made for Arial are laid out so; where that fails, say so and go on."""
    if font_stands():
        return
    if may_install():
        say("setup: installing Debian's fonts-liberation")
        with contextlib.suppress(SetupError):
            apt_install("fontconfig", "fonts-liberation", mend="")
    if not font_stands():
        say("setup: no font as wide as Arial; some pages will be laid out otherwise. " + NO_FONT)


def font_stands() -> bool:
    """Return whether a font as wide as Arial is there."""
    done = subprocess.run([PYTHON, "-m", "env.fonts"], cwd=ROOT, capture_output=True)
    return done.returncode == 0


def may_install() -> bool:
    """Return whether this is a Debian where we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def apt_install(*packages: str, mend: str) -> None:
    """Install Debian packages without anything they merely recommend."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    run([*apt, "update"], env=quiet, mend=mend)
    run([*apt, "install", "-y", "--no-install-recommends", *packages], env=quiet, mend=mend)


def browser_stands() -> bool:
    """Return whether the recorded browser is there and no other was asked for."""
    chosen = Path(CHROMIUM.read_text().strip()) if CHROMIUM.exists() else None
    if chosen is None or not os.access(chosen, os.X_OK):
        return False
    wish = os.environ.get("WEBPILOT_CHROMIUM")
    return os.environ.get("BROWSER") != "playwright" and (
        not wish or Path(wish).resolve() == chosen.resolve()
    )


def install_what_changed() -> bool:
    """Bring each part up to date, in order; return whether any was not."""
    build, pins = ROOT / "requirements-build.txt", ROOT / "requirements.txt"
    parts: tuple[tuple[str, Callable[[], None], str], ...] = (
        ("build tools", install_build, fingerprint(build)),
        ("pinned packages", install_packages, fingerprint(build, pins)),
        ("this project", install_project, fingerprint(build, ROOT / "pyproject.toml")),
    )
    stamps: dict[str, str] = json.loads(STAMPS.read_text()) if STAMPS.exists() else {}
    changed = False
    for name, install, stamp in parts:
        if stamps.get(name) != stamp:
            say(f"setup: {name}")
            install()
            stamps[name] = stamp
            STAMPS.write_text(json.dumps(stamps, indent=1))
            changed = True
    if not browser_stands():
        install_browser()
        changed = True
    return changed


def main() -> int:
    """Return 0 when everything stands, 1 after one clear error."""
    started = time.monotonic()
    try:
        make_environment()
        changed = install_what_changed()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    if changed:
        say(f"setup: ready in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
