"""What is asked of an instance from the command line, and what is noted of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from env.webarena.cleanliness import Cleanliness
from env.webarena.fake import FakeInstance
from env.webarena.fetching import Fetcher
from env.webarena.instance import Instance
from experiments.webarena import main


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeInstance]:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path))
    with FakeInstance() as instance:
        for name, value in instance.environ.items():
            monkeypatch.setenv(name, value)
        yield instance


def clean(fake: FakeInstance) -> bool:
    with Cleanliness(Instance.from_environment(fake.environ)) as log:
        return log.standing.clean


def test_a_reset_from_the_command_line_is_noted(
    fake: FakeInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    Fetcher().get(fake.url("gitlab"), timeout=5.0, data=b"x=1")
    assert not clean(fake)
    assert main(["reset"]) == 0
    assert "ready after 0 s" in capsys.readouterr().out
    assert (clean(fake), fake.changes, fake.resets) == (True, {}, 1)


def test_a_reset_that_fails_is_told_and_not_noted(
    fake: FakeInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.reset_fails(500)
    assert main(["reset"]) == 1
    assert capsys.readouterr().err.startswith("error: http://127.0.0.1:")
    assert not clean(fake)


def test_a_reset_by_hand_is_believed(
    fake: FakeInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["was-reset"]) == 0
    assert "reset by hand" in capsys.readouterr().out
    assert (clean(fake), fake.resets) == (True, 0)


def test_an_instance_in_use_is_not_reset_under_its_run(
    fake: FakeInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    with Cleanliness(Instance.from_environment(fake.environ)):
        assert main(["reset"]) == 2
    assert "another run uses this WebArena instance" in capsys.readouterr().err
    assert fake.resets == 0


def test_without_an_instance_everything_is_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("SHOPPING", "SHOPPING_ADMIN", "REDDIT", "GITLAB", "WIKIPEDIA", "MAP", "HOMEPAGE"):
        monkeypatch.delenv(f"WA_{name}", raising=False)
    monkeypatch.delenv("WA_FULL_RESET", raising=False)
    for command in ("reset", "was-reset"):
        assert main([command]) == 2
        assert capsys.readouterr().err.startswith("error: skipped: no WebArena instance")
