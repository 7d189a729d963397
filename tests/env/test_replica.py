"""Replicas of the local suite, over a tiny application of our own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from env.environments import home
from env.link.warden_program import started
from env.localweb.installing import install
from env.localweb.replica import Replica
from env.localweb.seeds import cookies_of, made, manifest
from tests.env.pocket import PROGRAM, ask, pocket
from webpilot.errors import ConfigError, EnvironmentDown, SiteDown

POCKET = pocket()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))
    install([POCKET])


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(applications=[POCKET]).start() as running:
        yield running


def add(replica: Replica) -> None:
    assert ask(replica.urls["shopping"], "POST", "/add") == "done"


def test_a_seed_is_made_once_and_anew_when_what_made_it_changed(tmp_path: Path) -> None:
    before = manifest(POCKET)
    install([POCKET])
    assert manifest(POCKET) == before
    other = tmp_path / "more.txt"
    other.write_text("one")
    changed = pocket()
    changed = type(changed)(
        **{name: getattr(changed, name) for name in changed.__slots__} | {"sources": (other,)}
    )
    assert not made(changed)
    install([changed])
    assert made(changed)
    assert not made(POCKET)


def test_two_seedings_have_the_same_logical_content(tmp_path: Path) -> None:
    before = manifest(POCKET)["logical"]
    (home() / "seed" / "pocket" / "manifest.json").unlink()
    install([POCKET])
    assert manifest(POCKET)["logical"] == before


def test_cookies_of_a_seed_are_for_its_owner_alone() -> None:
    assert cookies_of(POCKET)["shopping"][0]["value"] == "fixed"
    assert (home() / "seed" / "pocket" / "cookies.json").stat().st_mode & 0o777 == 0o600


def test_a_replica_without_a_seed_names_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "nothing"))
    with pytest.raises(ConfigError, match="make localweb"):
        Replica(applications=[POCKET])


def test_a_view_changes_nothing_that_counts(replica: Replica) -> None:
    assert replica.hash() == replica.seed_hash()
    assert ask(replica.urls["shopping"], "GET", "/") == "Pocket shop"
    assert replica.hash() == replica.seed_hash()
    assert replica.changed() == {}


def test_a_write_changes_the_hash_and_names_its_table(replica: Replica) -> None:
    add(replica)
    assert replica.hash() != replica.seed_hash()
    assert replica.changed() == {"shopping": ("things",)}


def test_a_reset_brings_back_data_and_files_while_the_server_runs(replica: Replica) -> None:
    add(replica)
    ask(replica.urls["shopping"], "POST", "/file")
    index = replica.folder / "pocket" / "index"
    assert (index / "written").exists()
    replica.reset()
    assert replica.hash() == replica.seed_hash()
    assert [one.name for one in index.iterdir()] == ["words"]
    add(replica)
    assert replica.changed() == {"shopping": ("things",)}


def test_a_snapshot_is_put_back_however_often(replica: Replica) -> None:
    root = replica.take()
    add(replica)
    one, hash_of_one = replica.take(), replica.hash()
    add(replica)
    hash_of_two = replica.hash()
    assert len({hash_of_one, hash_of_two, replica.seed_hash()}) == 3
    for name, wanted in ((one, hash_of_one), (root, replica.seed_hash()), (one, hash_of_one)):
        replica.put_back(name)
        assert replica.hash() == wanted
    add(replica)
    assert replica.hash() == hash_of_two


def test_a_snapshot_of_an_unchanged_state_costs_no_copy(replica: Replica) -> None:
    add(replica)
    replica.take()
    kept = sorted((replica.folder / "kept").rglob("*.sqlite"))
    replica.take()
    assert sorted((replica.folder / "kept").rglob("*.sqlite")) == kept


def test_old_snapshots_go_and_say_so(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("env.localweb.states.SNAPSHOTS", 2)
    names = []
    for _ in range(4):
        add(replica)
        names.append(replica.take())
    with pytest.raises(EnvironmentDown, match=names[0]):
        replica.put_back(names[0])
    assert len(list((replica.folder / "kept").rglob("*.sqlite"))) == 2
    replica.put_back(names[2])
    replica.put_back(names[3])


def test_the_accounts_are_logged_in_after_a_reset(replica: Replica) -> None:
    state = replica.storage_state(["shopping"])
    assert [(one["name"], one["domain"]) for one in state["cookies"]] == [
        ("pocket-session", "127.0.0.1")
    ]
    replica.reset()
    replica.check()


def test_a_server_that_died_is_named_and_rebuilt_on_its_port(replica: Replica) -> None:
    address = replica.urls["shopping"]
    add(replica)
    os.killpg(replica.pids[0], signal.SIGKILL)
    until(lambda: started(replica.pids[0]) is None)
    with pytest.raises(SiteDown, match="shopping"):
        replica.check()
    replica.rebuild()
    replica.check()
    assert replica.urls["shopping"] == address
    assert replica.hash() == replica.seed_hash()


def test_a_port_on_which_another_site_answers_is_refused(tmp_path: Path) -> None:
    stranger = pocket(name="stranger", text="Quite another shop")
    with pytest.raises((ConfigError, SiteDown), match="shopping"):
        install([stranger])


def test_a_server_that_may_be_reached_from_outside_is_refused() -> None:
    open_to_all = pocket(name="open", host="0.0.0.0")
    with pytest.raises(ConfigError, match=r"0\.0\.0\.0"):
        install([open_to_all])
    assert not list((home() / "seed").glob("open*"))


def test_a_port_in_use_is_a_site_that_does_not_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"shopping": taken.getsockname()[1]}
        with pytest.raises(SiteDown, match="shopping"):
            Replica(ports=ports, applications=[POCKET]).start()
    assert not list((home() / "replicas").iterdir())


def test_nothing_is_left_after_close() -> None:
    replica = Replica(applications=[POCKET]).start()
    pids, folder = tuple(replica.pids), replica.folder
    assert all(started(pid) for pid in pids)
    replica.close()
    replica.close()
    assert not any(started(pid) for pid in pids)
    assert not folder.exists()


KILLED = f"""
import sys
sys.path.insert(0, {str(PROGRAM.parents[2])!r})
from env.localweb.replica import Replica
from tests.env.pocket import pocket
replica = Replica(applications=[pocket()]).start()
print(*replica.pids, replica.folder, flush=True)
input()
"""


def test_nothing_is_left_after_a_kill_of_the_process_that_holds_it() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        pid, folder = process.stdout.readline().split()
        assert started(int(pid))
        process.kill()
        process.wait()
    until(lambda: started(int(pid)) is None and not Path(folder).exists())


def until(settled: Callable[[], bool]) -> None:
    for _ in range(200):
        if settled():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")
