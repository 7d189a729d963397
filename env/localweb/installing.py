"""Everything the local suite needs on this machine, put there once."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from env.environments import home
from env.localweb.application import Application
from env.localweb.applications import APPLICATIONS
from env.localweb.seeds import MEND, application_python, made, make
from webpilot.errors import ConfigError

__all__ = ["install"]


def install(
    applications: Sequence[Application] = APPLICATIONS,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> None:
    """Install programs and environments and make the seeds, where they are not there already.

    Args:
        applications: which ones.
        tell: is given a line before each thing that takes time.

    Raises:
        ConfigError: something cannot be installed; the message names the mend.
    """
    with alone():
        programs(applications, tell)
        for application in applications:
            if not made(application):
                tell(f"installing the {application.name}")
                application_python(application, make=True)
                tell(f"seeding the {application.name}")
                make(application)
            application_python(application, make=True)


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time install; others wait here."""
    home().mkdir(parents=True, exist_ok=True)
    with (home() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def programs(applications: Sequence[Application], tell: Callable[[str], None]) -> None:
    """Install the Debian packages of the programs that are missing, if we may.

    Raises:
        ConfigError: they are missing still; the message names the command.
    """
    wanted = {name: package for one in applications for name, package in one.programs.items()}
    missing = sorted({package for name, package in wanted.items() if shutil.which(name) is None})
    if not missing:
        return
    command = f"apt-get install {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ConfigError(f"programs are missing: run `{command}` as root, then `{MEND}`")
    tell(f"installing {' '.join(missing)}")
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", "--quiet", *step],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if done.returncode or any(shutil.which(name) is None for name in wanted):
        tail = " ".join((done.stdout + done.stderr).split())[-300:]
        raise ConfigError(f"`{command}` failed: {tail}")
