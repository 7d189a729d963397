"""The browser is looked for at set-up, in a fixed order; a run only reads what was chosen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from env import chromium
from env.chromium import RECORD, binary, browser_path, browser_version, find_candidates
from webpilot.errors import ConfigError


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.delenv("WEBPILOT_CHROMIUM", raising=False)
    return tmp_path


def program(path: Path, text: str = "\x7fELF") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_the_recorded_browser_is_used(prefix: Path) -> None:
    chosen = program(prefix / "chosen")
    (prefix / RECORD).write_text(f"{chosen}\n")
    assert browser_path() == chosen


def test_the_variable_wins_over_the_record(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (prefix / RECORD).write_text(f"{program(prefix / 'chosen')}\n")
    other = program(prefix / "other")
    monkeypatch.setenv("WEBPILOT_CHROMIUM", str(other))
    assert browser_path() == other
    assert list(find_candidates()) == [other]


def test_without_a_choice_the_error_names_the_mend(prefix: Path) -> None:
    with pytest.raises(ConfigError, match="make setup"):
        browser_path()


@pytest.mark.parametrize("record", ["", "/nowhere/chromium", "/etc/passwd"])
def test_a_record_that_leads_nowhere_is_an_error(prefix: Path, record: str) -> None:
    (prefix / RECORD).write_text(record + "\n")
    with pytest.raises(ConfigError, match="make setup") as caught:
        browser_path()
    assert "\n" not in str(caught.value)


def test_a_shell_wrapper_stands_for_the_program_it_starts(tmp_path: Path) -> None:
    real = program(tmp_path / "lib" / "chromium" / "chromium-shell")
    wrapper = program(tmp_path / "bin" / "chromium-shell", f'#!/bin/sh -e\n\n{real} "$@"\n')
    assert binary(wrapper) == real
    assert binary(real) == real


def test_playwrights_own_build_comes_first(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(prefix))
    wanted = [path for path in chromium.playwright_builds() if path.is_relative_to(prefix)]
    assert wanted
    for path in wanted[:1]:
        program(path)
    assert next(find_candidates()) == wanted[0]


def test_what_does_not_start_is_no_browser(tmp_path: Path) -> None:
    failing = program(tmp_path / "failing", "#!/bin/sh\nexit 1\n")
    mute = program(tmp_path / "mute", "#!/bin/sh\nexit 0\n")
    hanging = program(tmp_path / "hanging", "#!/bin/sh\nexec sleep 60\n")
    assert browser_version(failing) is None
    assert browser_version(mute) is None
    assert browser_version(hanging, timeout=0.5) is None
    assert browser_version(tmp_path / "missing") is None


def test_the_module_writes_the_one_line_that_set_up_records() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "env.chromium"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).resolve().parents[2],
        check=True,
    )
    (line,) = done.stdout.splitlines()
    assert browser_version(Path(line)) is not None
