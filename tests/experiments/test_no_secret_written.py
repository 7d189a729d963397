"""No key, no header and no part of an address that may be a secret is written or said anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from form_model import ANSWERS, form_model

from webpilot.llm.faults import FAULTS, Fault, FaultServer
from webpilot.llm.loopback import ModelServer
from webpilot.llm.protocol import ModelReply
from webpilot.llm.store import TapeStore
from webpilot.llm.tapes import exported
from webpilot.llm.wire import envelope
from webpilot.records.reading import load_run

ROOT = Path(__file__).resolve().parents[2]
KEY, OTHER_KEY, HEADER, ADDRESS = (f"canary-{kind}-5f1c" for kind in ("key", "own", "head", "url"))
CANARIES = (KEY, OTHER_KEY, HEADER, ADDRESS)
HEADERS = {"X-Request-Id": HEADER, "Set-Cookie": f"session={HEADER}", "Server": HEADER}
"""What an endpoint sends with every answer; it must not be kept."""


def echo(status: int, code: str = "") -> Fault:
    """An error whose words repeat both keys, as some endpoints' do."""
    message = f"Incorrect API key provided: {KEY}, {OTHER_KEY}"
    body = {"error": {"message": message, "code": code or KEY, "type": KEY, "param": KEY}}
    return Fault(status=status, headers=HEADERS, body=json.dumps(body).encode())


PASSING = [
    echo(500),
    echo(429, "rate_limit_exceeded"),
    Fault(headers=HEADERS, body=f"<html>{KEY} {OTHER_KEY}".encode()),
    Fault(headers=HEADERS, body=json.dumps({"choices": [], "error": KEY}).encode()),
    Fault(headers=HEADERS, sent=20),
    Fault(headers={**HEADERS, "Retry-After": HEADER}, status=503, body=KEY.encode()),
    FAULTS["silent"],
]
"""Failures that another attempt gets over."""
FINAL = {
    "refused key": echo(401, "invalid_api_key"),
    "forbidden": echo(403),
    "not found": echo(404, "model_not_found"),
    "no credit": echo(429, "insufficient_quota"),
    "elsewhere": Fault(status=307, headers={**HEADERS, "Location": f"http://127.0.0.1:9/{HEADER}"}),
}
"""Failures that end an episode."""


def run(runs: Path, *overrides: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI")}
    return subprocess.run(
        [
            *(sys.executable, "-m", "experiments.run", "policy=llm", "task=miniwob.enter-text"),
            *(f"run.root={runs}", "run.name=r", "env.referee=0", "env.screenshots=false"),
            *overrides,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        env={**clean, "OPENAI_API_KEY": KEY, "OWN_KEY": OTHER_KEY, **environment},
    )


def places(runs: Path, done: subprocess.CompletedProcess[str]) -> Mapping[str, bytes]:
    """Everything that was said and written, the tape's texts unpacked too."""
    found = {
        str(path.relative_to(runs)): path.read_bytes()
        for path in sorted(runs.rglob("*"))
        if path.is_file()
    }
    tape = runs / "tape.sqlite"
    if tape.is_file():
        with TapeStore(tape, readonly=True) as store:
            found["tape, unpacked"] = "\n".join(exported(store)).encode()
    return {**found, "stdout": done.stdout.encode(), "stderr": done.stderr.encode()}


def leaks(found: Mapping[str, bytes]) -> list[tuple[str, str]]:
    return [
        (place, canary)
        for place, content in found.items()
        for canary in CANARIES
        if canary.encode() in content
    ]


def well(count: int) -> list[Fault]:
    return [Fault(headers=HEADERS)] * count


def two_each(faults: list[Fault]) -> list[Fault]:
    """The faults two by two, each pair got over, so that no wait grows long."""
    return [
        each
        for start in range(0, len(faults), 2)
        for each in (*faults[start : start + 2], *well(1))
    ]


def echoing() -> Fault:
    """A good answer that repeats the key where it may."""
    said = ModelReply(text=json.dumps(ANSWERS["describe"]()), model=f"m-{KEY}")
    told = {**envelope(said), "id": KEY, "system_fingerprint": KEY}
    return Fault(headers=HEADERS, body=json.dumps(told).encode())


def test_keys_and_headers_are_nowhere_after_a_run_whose_endpoints_fail(tmp_path: Path) -> None:
    seen: list[str] = []

    class Listening(FaultServer):
        def complete(self, handler, content):  # type: ignore[no-untyped-def]
            seen.append(handler.headers["Authorization"])
            super().complete(handler, content)

    with (
        Listening(form_model, [echoing(), *two_each(PASSING), *well(20)]) as server,
        Listening(form_model, [echo(500), *well(20)], models=["own"]) as other,
    ):
        done = run(
            tmp_path,
            *(f"llm.base_url={server.url}", "llm.model=scripted", "llm.timeout_s=2"),
            *(
                "llm.retries=8",
                "llm.roles.explorer.model=own",
                "llm.roles.explorer.key_env=OWN_KEY",
            ),
            f"llm.roles.explorer.base_url={other.url}",
        )
    assert done.returncode == 0, done.stderr
    assert set(seen) == {f"Bearer {KEY}", f"Bearer {OTHER_KEY}"}
    (row,) = load_run(tmp_path / "r").rows
    assert row.success
    journal = load_run(tmp_path / "r").episode("miniwob.enter-text", 0).journal()
    assert sum(event["event"] == "model retry" for event in journal) == len(PASSING) + 1
    found = places(tmp_path, done)
    names = {"results.jsonl", "journal.jsonl", "config.yaml", "summary.json", "report.html"}
    assert names <= {Path(place).name for place in found}
    assert "tape, unpacked" in found
    assert b"Enter" in found["tape, unpacked"]
    assert "m-***" in {event.get("answered_by") for event in journal}
    assert leaks(found) == []


@pytest.mark.parametrize("name", FINAL)
def test_keys_and_headers_are_nowhere_after_an_episode_that_its_endpoint_ended(
    name: str, tmp_path: Path
) -> None:
    with FaultServer(form_model, [FINAL[name]] * 30) as server:
        done = run(tmp_path, f"llm.base_url={server.url}", "llm.retries=1")
    assert done.returncode == 1
    (row,) = load_run(tmp_path / "r").rows
    assert row.error_kind == "llm"
    assert leaks(places(tmp_path, done)) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (f"llm.base_url=http://user:{ADDRESS}@127.0.0.1:9/v1", "with no user or password"),
        (f"llm.base_url='http://127.0.0.1:9/v1?key={ADDRESS}'", "nothing from ? or # on"),
        (f"llm.base_url='http://127.0.0.1:9/v1#{ADDRESS}'", "nothing from ? or # on"),
        (f"llm.roles.planner.base_url=http://{ADDRESS}@127.0.0.1:9/v1", "with no user or password"),
        (f"llm.roles.planner.base_url='http://127.0.0.1:9/v1?{ADDRESS}'", "nothing from ? or # on"),
        (f"llm.key_env={ADDRESS}", "must name a variable such as OPENAI_API_KEY"),
        (f"+llm.api_key={ADDRESS}", "llm has no setting 'api_key'"),
        (f"+llm.roles.planner.api_key={ADDRESS}", "planner has no setting 'api_key'"),
    ],
)
def test_a_secret_in_a_setting_is_refused_without_repeating_it(
    told: str, said: str, tmp_path: Path
) -> None:
    done = run(tmp_path, told)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert said in line
    assert leaks(places(tmp_path, done)) == []
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    "url", [f"http://user:{ADDRESS}@127.0.0.1:9/v1", f"http://127.0.0.1:9/v1?key={ADDRESS}"]
)
def test_a_secret_in_the_environments_address_is_refused_without_repeating_it(
    url: str, tmp_path: Path
) -> None:
    done = run(tmp_path, OPENAI_BASE_URL=url)
    assert done.returncode == 2
    assert done.stderr.startswith("error: OPENAI_BASE_URL must be an address")
    assert leaks(places(tmp_path, done)) == []


def test_a_list_of_models_that_repeats_the_key_is_not_repeated(tmp_path: Path) -> None:
    with ModelServer(form_model, models=["own", f"lora-{OTHER_KEY}"]) as server:
        done = run(
            tmp_path,
            *(f"llm.base_url={server.url}", "llm.key_env=OWN_KEY", "llm.roles.planner=big"),
        )
    assert done.returncode == 2
    assert "it lists own;" in done.stderr
    assert leaks(places(tmp_path, done)) == []
