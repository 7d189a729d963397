"""What an instance's log says of its state, and on what terms an episode starts on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from env.webarena.cleanliness import Cleanliness, Standing, admit, log_file
from env.webarena.instance import Instance
from webpilot.errors import ConfigError, RecordError

HERE = Instance.from_environment({"WA_REDDIT": "http://reddit.here/"})
THERE = Instance.from_environment({"WA_REDDIT": "http://reddit.there"})
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path))
    return tmp_path


def opened(instance: Instance = HERE) -> Cleanliness:
    return Cleanliness(instance, now=lambda: NOON)


def test_an_instance_of_which_no_reset_is_known_is_not_clean() -> None:
    with opened() as log:
        assert not log.standing.clean
        assert log.standing.reason == "no reset of it is known, so its state is not"


def test_an_instance_is_clean_after_a_reset_and_episodes_that_only_read() -> None:
    with opened() as log:
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
        log.end("run", "webarena.1", [])
        assert log.standing == Standing(reset_at="2026-11-26T12:00:00+00:00", reset_by="server")
        assert log.standing.clean
        assert log.standing.reason == ""


def test_an_unsafe_request_makes_it_dirty_until_the_next_reset() -> None:
    with opened() as log:
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
        log.end("run", "webarena.1", ["POST /cart", "DELETE /cart/1"])
        assert not log.standing.clean
        assert "2 unsafe requests (run/webarena.1)" in log.standing.reason
        log.was_reset(by="hand")
        assert log.standing.clean


def test_an_episode_counts_as_unsafe_from_its_beginning_until_it_has_ended() -> None:
    with opened() as log:
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
        assert not log.standing.clean
        assert "run/webarena.1 did, which did not end" in log.standing.reason


def test_what_was_noted_outlives_the_process() -> None:
    with opened() as log:
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
        log.end("run", "webarena.1", ["POST /cart"])
        before = log.standing
    with opened() as log:
        assert log.standing == before


def test_an_episode_that_was_killed_keeps_the_instance_dirty_though_it_is_played_again() -> None:
    with opened() as log:
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
    with opened() as log:
        log.begin("run", "webarena.1")
        log.end("run", "webarena.1", [])
        assert log.standing.unfinished == ("run/webarena.1",)


def test_a_kill_in_the_middle_of_an_episode_leaves_a_dirty_instance() -> None:
    code = (
        "import sys, time\n"
        "from env.webarena.cleanliness import Cleanliness\n"
        "from env.webarena.instance import Instance\n"
        "log = Cleanliness(Instance.from_environment({'WA_REDDIT': 'http://reddit.here'}))\n"
        "log.was_reset(by='server')\n"
        "log.begin('run', 'webarena.5')\n"
        "print('begun', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGKILL)
    with opened() as log:
        assert log.standing.unfinished == ("run/webarena.5",)


def test_instances_are_told_apart_by_their_addresses_and_not_by_a_slash() -> None:
    with opened(HERE) as here, opened(THERE) as there:
        here.was_reset(by="server")
        assert here.standing.clean
        assert not there.standing.clean
    slashed = Instance.from_environment({"WA_REDDIT": "http://reddit.here"})
    assert log_file(slashed) == log_file(HERE)


def test_two_runs_never_share_an_instance() -> None:
    with opened(), pytest.raises(ConfigError, match="another run uses this WebArena instance"):
        opened()
    opened().close()


def test_a_line_that_a_kill_left_unfinished_is_cut_off() -> None:
    with opened() as log:
        log.was_reset(by="server")
    with log_file(HERE).open("a") as file:
        file.write('{"event": "reset", "at"')
    with opened() as log:
        assert log.standing.clean


def test_a_damaged_log_is_never_taken_for_a_clean_instance() -> None:
    with opened() as log:
        log.was_reset(by="server")
    log_file(HERE).write_text("[]\n")
    with pytest.raises(RecordError, match="reset it, then remove the file"):
        opened()
    with pytest.raises(RecordError):  # and it is not held for ever
        opened()


def test_many_requests_are_counted_and_some_are_kept() -> None:
    with opened() as log:
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
        log.end("run", "webarena.1", [f"POST /{number}" for number in range(1000)])
        assert log.standing.unsafe == 1000
    last = json.loads(log_file(HERE).read_text().splitlines()[-1])
    assert last["requests"] == [f"POST /{number}" for number in range(20)]


CLEAN = Standing(reset_at="2026-11-26T12:00:00+00:00")
DIRTY = Standing(reset_at="2026-11-26T12:00:00+00:00", unsafe=1, episodes=("run/webarena.1",))


@pytest.mark.parametrize("resettable", [True, False])
@pytest.mark.parametrize("accept", [True, False])
def test_a_clean_instance_is_used_as_it_is(resettable: bool, accept: bool) -> None:
    admission = admit(CLEAN, resettable=resettable, accept_dirty=accept)
    assert (admission.reset_first, admission.contaminated) == (False, "")


@pytest.mark.parametrize("standing", [DIRTY, Standing()])
def test_a_dirty_instance_is_reset_first_where_that_is_possible(standing: Standing) -> None:
    admission = admit(standing, resettable=True, accept_dirty=False)
    assert (admission.reset_first, admission.contaminated) == (True, "")


@pytest.mark.parametrize("standing", [DIRTY, Standing()])
def test_a_run_refuses_a_dirty_instance_that_cannot_be_reset(standing: Standing) -> None:
    with pytest.raises(ConfigError) as caught:
        admit(standing, resettable=False, accept_dirty=False)
    told = str(caught.value)
    assert "\n" not in told
    assert standing.reason in told
    assert "WA_FULL_RESET" in told
    assert "benchmark.accept_dirty=true" in told


@pytest.mark.parametrize("resettable", [True, False])
def test_a_result_on_an_accepted_dirty_instance_is_marked(resettable: bool) -> None:
    admission = admit(DIRTY, resettable=resettable, accept_dirty=True)
    assert not admission.reset_first
    assert "1 unsafe request (run/webarena.1)" in admission.contaminated


def test_a_full_disk_is_told_and_nothing_is_lost(home: Path) -> None:
    with opened() as log:
        log.was_reset(by="server")
    code = (
        "import resource, sys\n"
        "from env.webarena.cleanliness import Cleanliness\n"
        "from env.webarena.instance import Instance\n"
        "from webpilot.errors import RecordError\n"
        "log = Cleanliness(Instance.from_environment({'WA_REDDIT': 'http://reddit.here'}))\n"
        "size = log._log.path.stat().st_size\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, size + 10))\n"
        "try:\n    log.begin('run', 'webarena.1')\n"
        "except RecordError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("no space left to write")
    with opened() as log:
        assert log.standing.clean


def test_an_episode_is_cut_off_until_it_ends_or_another_one_begins() -> None:
    with opened() as log:
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
        log.end("run", "webarena.1", [])
        assert not log.cut_off("run", "webarena.1")
        assert log.begun("run", "webarena.1")
        log.begin("run", "webarena.2")
        assert log.cut_off("run", "webarena.2")
        assert not log.cut_off("other", "webarena.2")
        assert not log.cut_off("run", "webarena.1")
        log.begin("run", "webarena.2")  # and once more
        assert log.cut_off("run", "webarena.2")
        log.end("run", "webarena.2", [])
        assert not log.cut_off("run", "webarena.2")
        log.was_reset(by="hand")
        assert not log.begun("run", "webarena.2")
        assert not log.cut_off("run", "webarena.2")


def test_an_episode_on_an_instance_that_others_have_spoiled_is_not_the_only_one() -> None:
    with opened() as log:
        log.begin("run", "webarena.1")
        assert not log.cut_off("run", "webarena.1")  # no reset is known
        log.was_reset(by="server")
        log.begin("run", "webarena.1")
        log.end("run", "webarena.1", ["POST /cart"])
        log.begin("run", "webarena.2")
        assert not log.cut_off("run", "webarena.2")
