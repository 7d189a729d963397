"""A replica that stays up between commands, and what cannot be installed or put back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from env.link.warden_program import started
from env.localweb import background
from env.localweb.contents import place
from env.localweb.installing import install
from tests.env.pocket import PROGRAM, ask, pocket
from webpilot.errors import ConfigError, EnvironmentDown, SiteDown

KEEPER = f"""
import sys
sys.path.insert(0, {str(PROGRAM.parents[2])!r})
from env.localweb import background
from env.localweb.replica import Replica
from tests.env.pocket import pocket
background.keep(Replica(applications=[pocket()]))
"""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))
    install([pocket()])
    yield
    background.stop()


def test_it_is_started_once_reset_from_outside_and_stopped_without_leftovers() -> None:
    known = background.start(["-c", KEEPER])
    assert background.start(["-c", KEEPER])["pid"] == known["pid"]
    seeded = known["hash"]
    ask(known["urls"]["shopping"], "POST", "/add")
    again = background.reset()
    assert (again["resets"], again["hash"]) == (1, seeded)
    assert background.stop()
    assert background.running() is None
    assert not any(started(pid) for pid in known["servers"])
    assert not Path(known["folder"]).exists()
    assert not background.stop()


def test_a_keeper_that_was_killed_runs_no_more_and_leaves_no_server() -> None:
    known = background.start(["-c", KEEPER])
    os.kill(known["pid"], signal.SIGKILL)
    until(lambda: background.running() is None)
    until(lambda: not any(started(pid) for pid in known["servers"]))
    with pytest.raises(ConfigError, match="start"):
        background.reset()


def test_why_nothing_started_is_told() -> None:
    with pytest.raises(SiteDown, match="no shop today"):
        background.start(["-c", "raise SystemExit('no shop today')"])


def test_a_missing_program_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    wanting = replace(pocket(), programs={"the-fossil-of-old": "fossil-of-old"})
    with pytest.raises(ConfigError, match="apt-get install fossil-of-old"):
        install([wanting])


def test_what_cannot_be_written_back_is_no_failure_of_the_agent(tmp_path: Path) -> None:
    source = tmp_path / "content"
    source.write_text("content")
    with pytest.raises(EnvironmentDown, match=r"shop\.sqlite: No such file"):
        place(source, tmp_path / "gone" / "shop.sqlite")


def until(settled: Callable[[], bool]) -> None:
    for _ in range(200):
        if settled():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")
