"""A step that changes a site is sent at most once, and none is lost without a word."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from env.restore.ledger import LedgerServer
from tests.webpilot.posting import STEPS, observed
from webpilot.errors import ConfigError, SiteUnknown
from webpilot.observation import Observation
from webpilot.once import CommitOnce
from webpilot.steps import StepJournal, StepKey, path_hash, steps_file
from webpilot.types import Action

ROOT = Path(__file__).resolve().parents[2]
LINES = tuple(f"{place} {raw}" for place, raw in enumerate(STEPS) if raw.startswith("click"))
"""What the site holds after the whole episode."""
KEY = StepKey(task="shop.1", seed=0, path=path_hash([]), action="click('1')")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LedgerServer]:
    with LedgerServer(tmp_path) as served:
        yield served


def run(journal: Path, server: LedgerServer, position: int = 0) -> tuple[int, str]:
    """How a process ended that was to die at a point, and what it said."""
    command = [sys.executable, "-m", "tests.webpilot.posting", str(journal)]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}", str(position)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def fresh(server: LedgerServer, journal: Path) -> None:
    server.put_back("ledger-0")
    journal.unlink(missing_ok=True)


def test_killed_anywhere_no_step_is_sent_twice_and_none_is_lost_silently(
    server: LedgerServer, tmp_path: Path
) -> None:
    journal = tmp_path / "steps" / "shop.jsonl"
    server.take()
    code, told = run(journal, server)
    assert (code, told.split(" of ")[0], server.lines) == (0, "done 4", LINES)
    points = int(told.split()[3])
    assert points > 20
    ends = []
    for position in range(1, points + 1):
        fresh(server, journal)
        assert run(journal, server, position) == (-signal.SIGKILL, "")
        code, told = run(journal, server)
        assert code == 0
        assert server.lines == LINES[: len(server.lines)]  # each once, in order
        if told.startswith("done 4"):
            assert server.lines == LINES
        else:
            # The one that may or may not be there is named, and nothing follows it.
            place = int(told.split()[1])
            assert f"contaminated: {STEPS[place]} of shop.1 seed 0 was begun" in told
            assert "\n" not in told
            clicks = sum(raw.startswith("click") for raw in STEPS[:place])
            assert len(server.lines) in (clicks, clicks + 1)
        ends.append(told.split()[0])
    assert {"done", "unknown"} == set(ends)


def test_killed_again_and_again_no_step_is_sent_twice(server: LedgerServer, tmp_path: Path) -> None:
    journal = tmp_path / "steps" / "shop.jsonl"
    server.take()
    for position in (3, 5, 9, 14):
        fresh(server, journal)
        for _ in range(6):
            run(journal, server, position)
        assert server.lines == LINES[: len(server.lines)]


class Episode:
    """Carries out what is asked up to a limit, and keeps it."""

    def __init__(self, limit: int = 10) -> None:
        self.committed: tuple[Action, ...] = ()
        self._limit = limit

    async def commit(self, actions: Sequence[Action]) -> Observation:
        self.committed += tuple(actions)[: max(0, self._limit - len(self.committed))]
        return observed(f"http://shop/{len(self.committed)}")


def click(bid: str) -> Action:
    return Action(kind="click", args=(bid,))


def committed(file: Path, episode: Episode, *bids: str, **options: object) -> CommitOnce:
    with StepJournal(file) as journal:
        careful = CommitOnce(episode, journal, task="shop.1", seed=0, **options)  # type: ignore[arg-type]
        asyncio.run(careful.commit([click(bid) for bid in bids]))
    return careful


def test_done_steps_are_skipped_and_their_effect_taken_for_granted(tmp_path: Path) -> None:
    file = tmp_path / "steps.jsonl"
    committed(file, Episode(), "1", "2")
    went: list[str] = []

    async def arrive(url: str) -> Observation:
        went.append(url)
        return observed(url)

    again = Episode()
    careful = committed(file, again, "1", "2", "3", arrive=arrive)
    assert [action.raw for action in again.committed] == ["click('3')"]
    assert [action.raw for action in careful.committed] == [f"click('{n}')" for n in "123"]
    assert went == ["http://shop/1", "http://shop/2"]


def test_an_attempt_that_goes_another_way_than_what_the_site_holds_sends_nothing(
    tmp_path: Path,
) -> None:
    file = tmp_path / "steps.jsonl"
    committed(file, Episode(), "1", "2")
    other = Episode()
    with pytest.raises(SiteUnknown, match=r"the site holds click\('2'\) of shop.1 seed 0"):
        committed(file, other, "1", "3")
    assert other.committed == ()
    with StepJournal(file) as journal:
        assert journal.begin(replace(KEY, path="elsewhere"))
    with pytest.raises(SiteUnknown, match="goes another way"):
        committed(file, other, "1", "2", "3")
    assert other.committed == ()
    shorter = committed(file, Episode(), "1")
    assert [key.action for key in shorter.left] == ["click('2')", "click('1')"]


def test_the_same_action_elsewhere_is_another_step(tmp_path: Path) -> None:
    file = tmp_path / "steps.jsonl"
    episode = Episode()
    committed(file, episode, "1", "1")
    assert len(episode.committed) == 2
    with StepJournal(file) as journal:
        assert len({key.path for key in journal.finished}) == 2


def test_a_step_the_episode_did_not_take_may_be_sent_later(tmp_path: Path) -> None:
    file = tmp_path / "steps.jsonl"
    assert committed(file, Episode(limit=1), "1", "2").committed == (click("1"),)
    again = Episode()
    committed(file, again, "1", "2")
    assert again.committed == (click("2"),)


def test_steps_that_only_read_are_repeated_freely(tmp_path: Path) -> None:
    file = tmp_path / "steps.jsonl"
    for _ in range(2):
        episode = Episode()
        committed(file, episode, "1", unsafe=lambda action: False)
        assert episode.committed == (click("1"),)
    assert file.read_text() == ""


def test_a_step_that_ended_in_an_error_stays_begun(tmp_path: Path) -> None:
    file = tmp_path / "steps.jsonl"

    class Failing(Episode):
        async def commit(self, actions: Sequence[Action]) -> Observation:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        committed(file, Failing(), "1")
    with pytest.raises(SiteUnknown, match="not sent again") as raised:
        committed(file, Episode(), "1")
    assert raised.value.kind == "site"


def test_a_torn_line_is_none_and_a_damaged_one_stops_everything(tmp_path: Path) -> None:
    file = tmp_path / "steps.jsonl"
    with StepJournal(file) as journal:
        assert journal.begin(KEY)
    whole = file.read_text()
    file.write_text(whole + '{"state": "done", "ta')
    with StepJournal(file) as journal, pytest.raises(SiteUnknown):
        journal.begin(KEY)
    file.write_text(whole.replace("begun", "gone"))
    with pytest.raises(ConfigError, match="line 1, is damaged"):
        StepJournal(file)
    file.write_text(whole)
    StepJournal(file).close()  # the file was let go of


def test_two_processes_do_not_share_a_journal(tmp_path: Path) -> None:
    file = tmp_path / "steps.jsonl"
    with StepJournal(file), pytest.raises(ConfigError, match="another process"):
        StepJournal(file)


def test_the_journal_holds_one_json_line_for_each_change(tmp_path: Path) -> None:
    file = steps_file(tmp_path, "shop.1", 3)
    assert file == tmp_path / "steps" / "shop.1.3.jsonl"
    odd = StepKey(task="shop.1", seed=3, path="", action="fill('1', 'a\u2028b\nc')")
    with StepJournal(file) as journal:
        journal.begin(odd)
        journal.done(odd, url="http://shop/\u2028")
    states = [json.loads(line)["state"] for line in file.read_text().splitlines()]
    assert states == ["begun", "done"]
    with StepJournal(file) as journal:
        assert journal.finished == (odd,)
        assert not journal.begin(odd)
