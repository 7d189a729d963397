"""Virtual environments of other programs' own, beside ours: their pins contradict each other.

Everything that is installed, built or seeded for sites and their judges lies in one folder of the
checkout, :func:`home`; removing it undoes all of it. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from webpilot.errors import ConfigError

__all__ = ["environment", "home", "install_into", "installed", "requirements"]

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "WEBPILOT_HOME"
STAMP = "webpilot-pins"
"""Name of the file in an environment that holds the hash of what was installed into it."""


def home() -> Path:
    """Return the folder of everything installed for sites: ``.localweb`` beside the rooms.

    ``WEBPILOT_HOME`` names another one.
    """
    named = os.environ.get(VARIABLE, "")
    return Path(named).resolve() if named else ROOT / ".localweb"


def requirements(name: str) -> Path:
    """Return the file of exact versions and hashes that an environment is made from."""
    return ROOT / f"requirements-{name}.txt"


def installed(name: str, *, mend: str) -> Path:
    """Return the Python of an environment that was made before.

    Args:
        name: of the environment, and of its requirements file.
        mend: the command that makes it.

    Raises:
        ConfigError: it is not there, or its pins have changed since.
    """
    folder = home() / "environments" / name
    stamp = folder / STAMP
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != pins(name):
        raise ConfigError(f"the programs of `{name}` are not installed here: run `{mend}`")
    return folder / "bin" / "python"


def environment(name: str, *, mend: str) -> Path:
    """Return the Python of an environment, made or brought up to date first.

    Raises:
        ConfigError: the packages cannot be installed; the last lines of pip are in the message.
    """
    folder = home() / "environments" / name
    try:
        return installed(name, mend=mend)
    except ConfigError:
        shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    install_into(python, requirements(name), mend=mend)
    (folder / STAMP).write_text(pins(name), encoding="utf-8")
    return python


def install_into(python: Path, file: Path, *, mend: str) -> None:
    """Install the pinned packages of a file, checked by hash, without asking for anything else.

    Raises:
        ConfigError: they cannot be installed.
    """
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]
        + ["--require-hashes", "-r", str(file)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONWARNINGS": "ignore"},
    )
    if done.returncode:
        tail = " ".join((done.stdout + done.stderr).split())[-600:]
        raise ConfigError(
            f"pip could not install {file.name}; check the network, then `{mend}`: {tail}"
        )


def pins(name: str) -> str:
    """Return what an environment's stamp must say: the hash of its pins and its Python."""
    digest = hashlib.sha256(requirements(name).read_bytes()).hexdigest()
    return f"{digest} {sys.version.split()[0]}"
