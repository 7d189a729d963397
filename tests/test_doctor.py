from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from webpilot.doctor import (
    Check,
    Diagnosis,
    check_browser,
    check_endpoint,
    check_font,
    check_key,
    check_packages,
    check_pages,
    check_python,
    renders,
)


def test_only_what_the_default_job_needs_decides() -> None:
    there = Check(name="browser", ok=True, detail="")
    no_key = Check(name="key", ok=False, required=False, detail="", mend="export KEY")
    no_pages = Check(name="pages", ok=False, detail="", mend="make setup")
    assert Diagnosis(checks=(there, no_key)).ok
    assert not Diagnosis(checks=(there, no_pages)).ok


def test_every_missing_thing_comes_with_its_mend() -> None:
    missing = [
        check_python((3, 13, 0)),
        check_packages(["webpilot-no-such-package==1.0"]),
        check_endpoint({}),
        check_key({}),
    ]
    assert [check.ok for check in missing] == [False] * 4
    assert all(check.mend for check in missing)
    lines = Diagnosis(checks=tuple(missing)).lines()
    assert sum("mend:" in line for line in lines) == 4


def test_a_package_at_another_version_than_pinned_is_named() -> None:
    check = check_packages(["pytest==0.0.1", 'nothing==1 ; extra == "dev"'])
    assert not check.ok
    assert "pytest is " in check.detail
    assert "nothing" not in check.detail


def test_a_browser_path_that_is_not_there_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBPILOT_CHROMIUM", "/no/such/chromium")
    check = check_browser()
    assert not check.ok
    assert "/no/such/chromium" in check.detail
    assert "make setup" in check.mend


def test_a_program_that_draws_nothing_is_no_browser(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho Chromium 156.0\n")
    program.chmod(0o755)
    assert not renders(program)
    assert not renders(tmp_path / "absent")


def test_the_pages_are_found_without_an_address() -> None:
    check = check_pages()
    assert check.ok
    assert check.detail.startswith("130 pages")


def test_an_endpoint_is_ok_only_while_something_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        assert check_endpoint({"OPENAI_BASE_URL": url}).ok
    gone = check_endpoint({"OPENAI_BASE_URL": url})
    assert not gone.ok
    assert not gone.required
    assert not check_endpoint({"OPENAI_BASE_URL": "http://127.0.0.1:no-port/"}).ok


def test_a_key_is_never_printed() -> None:
    check = check_key({"OPENAI_API_KEY": "sk-secret"})
    assert check.ok
    assert "sk-secret" not in repr(check)


def webpilot(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "webpilot", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_command_succeeds_where_the_default_job_can_run() -> None:
    done = webpilot("doctor", "--json")
    report = json.loads(done.stdout)
    missing = [check for check in report["checks"] if check["required"] and not check["ok"]]
    assert (done.returncode, report["ok"], missing) == (0, True, [])


def test_the_command_fails_where_the_browser_is_missing() -> None:
    done = webpilot("doctor", WEBPILOT_CHROMIUM="/no/such/chromium")
    assert done.returncode == 1
    assert "missing browser" in done.stdout
    assert done.stdout.endswith("The default job cannot run yet.\n")


def test_viewing_what_is_no_run_is_one_clear_line(tmp_path: Path) -> None:
    done = webpilot("view", str(tmp_path))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(tmp_path) in done.stderr


@pytest.mark.parametrize(("family", "ok"), [("Liberation Sans", True), ("DejaVu Sans", False)])
def test_a_font_wider_than_arial_is_named_and_stops_nothing(
    family: str, ok: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher = tmp_path / "fc-match"
    matcher.write_text(f"#!/bin/sh\nprintf '{family}'\n")
    matcher.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    check = check_font()
    assert (check.ok, check.required) == (ok, False)
    assert family in check.detail
    assert check.mend == ("" if ok else "apt-get install fontconfig fonts-liberation")


def test_without_fontconfig_the_font_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "unknown" in check_font().detail
