"""The spans of a real run with a scripted model: printed by the command, or sent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from form_model import form_model
from test_model_run import run

import webpilot as wp
from webpilot.errors import ConfigError
from webpilot.records.reading import EpisodeRecord, load_run
from webpilot.serving import LOOPBACK, Serving
from webpilot.spans.sending import exported, sender, writer

NAME, TASK = "traced", "miniwob.enter-text"
GOAL_WORD = "Myron"
"""What the goal of seed 0 has typed."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float, float]:
    """A run of one episode, with the moments before and after it."""
    runs, before = tmp_path_factory.mktemp("runs"), time.time()
    with wp.ModelServer(form_model) as server:
        done = run(runs, server, f"run.name={NAME}", "llm.model=tiny")
    assert done.returncode == 0, done.stderr
    return runs / NAME, before, time.time()


@pytest.fixture(scope="module")
def episode(played: tuple[Path, float, float]) -> EpisodeRecord:
    return load_run(played[0]).episode(TASK, 0)


def spans(path: Path, *options: str) -> list[dict[str, Any]]:
    """Return what the command prints, each span with plain attributes."""
    done = subprocess.run(
        [sys.executable, "-m", "webpilot", "spans", str(path), *options],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return [span for line in done.stdout.splitlines() for span in plain(json.loads(line))]


def plain(batch: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in batch["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                told = {each["key"]: each["value"] for each in span["attributes"]}
                yield {
                    **span,
                    "told": {key: next(iter(value.values())) for key, value in told.items()},
                    "start": int(span["startTimeUnixNano"]) / 1e9,
                    "end": int(span["endTimeUnixNano"]) / 1e9,
                }


def test_every_call_and_every_node_of_the_record_is_a_span_inside_its_parent(
    played: tuple[Path, float, float], episode: EpisodeRecord
) -> None:
    path, before, after = played
    found = spans(path)
    by_id = {span["spanId"]: span for span in found}
    (root,) = (span for span in found if not span.get("parentSpanId"))
    assert len({span["traceId"] for span in found}) == 1
    assert root["name"] == "invoke_agent webpilot"
    assert before - 1 <= root["start"] <= root["end"] <= after + 1
    assert root["told"]["webpilot.task"] == TASK
    for span in found:
        if span is not root:
            parent = by_id[span["parentSpanId"]]
            assert parent["start"] <= span["start"] <= span["end"] <= parent["end"]

    asked = [event for event in episode.journal() if event["event"] == "model call"]
    calls = [span for span in found if span["name"] == "chat tiny"]
    assert [call["told"]["gen_ai.prompt.name"] for call in calls] == [
        event["purpose"] for event in asked
    ]
    for call, event in zip(calls, asked, strict=True):
        assert int(call["told"]["gen_ai.usage.input_tokens"]) == event["reported_in"]
        assert call["end"] - root["start"] == pytest.approx(event["at"], abs=1e-5)
    steps = [span for span in found if span["name"].startswith("step ")]
    nodes = [node for search in episode.tree.attempts for node in search.nodes]
    made = {str(node["id"]) for node in nodes if node["parent"] is not None}
    assert {step["told"]["webpilot.node.id"] for step in steps} == made
    assert {by_id[step["parentSpanId"]]["name"] for step in steps} == {"search"}
    under = {by_id[call["parentSpanId"]]["name"].split()[0] for call in calls}
    assert under == {"invoke_agent", "step"}


def test_nothing_that_page_goal_or_prompt_says_is_printed_unless_asked_for(
    played: tuple[Path, float, float],
) -> None:
    path, _, _ = played
    shown, told = repr(spans(path)), repr(spans(path, "--content"))
    prompted = repr(spans(path, "--tape", str(path.parent / "tape.sqlite")))
    for word in (GOAL_WORD, "textbox", "Submit"):
        assert word not in shown
        assert word in told
    assert "You operate a web page" not in shown + told
    assert "You operate a web page" in prompted


def test_the_same_episode_is_the_same_trace_each_time(played: tuple[Path, float, float]) -> None:
    assert spans(played[0]) == spans(played[0])


class Collector(BaseHTTPRequestHandler):
    """Keeps what is sent to it; answers with the server's ``status``."""

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, body))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize("status", [200, 400])
def test_spans_are_sent_to_a_collector_or_the_failure_names_the_mend(
    status: int, played: tuple[Path, float, float]
) -> None:
    collector = ThreadingHTTPServer((LOOPBACK, 0), Collector)
    collector.got, collector.status = [], status  # type: ignore[attr-defined]
    with Serving(collector, name="collector") as serving:
        exporter = sender(f"http://{LOOPBACK}:{serving.port}/v1/traces")
        if status == 200:
            done = dict(exported(played[0], exporter))
        else:
            with pytest.raises(ConfigError, match="could not be delivered: check the address"):
                dict(exported(played[0], exporter))
    ((path, body),) = collector.got  # type: ignore[attr-defined]
    assert path == "/v1/traces"
    sent = list(plain(json.loads(body)))
    if status == 200:
        assert done == {f"{TASK}.0": len(sent)}
        assert sent == spans(played[0])


def test_a_journal_that_does_not_say_when_it_began_is_dated_by_its_file(
    played: tuple[Path, float, float], tmp_path: Path
) -> None:
    path = Path(shutil.copytree(played[0], tmp_path / NAME))
    (journal,) = path.glob("episodes/*/journal.jsonl")
    head, *rest = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    old = {key: value for key, value in json.loads(head).items() if key != "began"}
    journal.write_text(json.dumps(old) + "\n" + "".join(rest), encoding="utf-8")
    os.utime(journal, (1_700_000_000, 1_700_000_000))
    (root,) = (span for span in spans(path) if not span.get("parentSpanId"))
    assert root["end"] == pytest.approx(1_700_000_000, abs=1e-3)


def test_an_episode_under_way_is_left_out_and_said_to_be(
    played: tuple[Path, float, float], tmp_path: Path
) -> None:
    path = Path(shutil.copytree(played[0], tmp_path / NAME))
    (journal,) = path.glob("episodes/*/journal.jsonl")
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    journal.write_text("".join(lines[:-1]) + lines[-1][:40], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "webpilot", "spans", str(path)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "0 spans of 0 episodes, 1 unfinished left out\n"


def test_without_its_packages_the_command_names_the_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("file", "http.trace_exporter"):
        monkeypatch.setitem(sys.modules, f"opentelemetry.exporter.otlp.json.{name}", None)
    for make in (sender, lambda: writer(sys.stdout)):
        with pytest.raises(ConfigError, match="not installed: `make setup`"):
            make()


def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "webpilot", "spans", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("webpilot: ")
    assert "holds no run" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_run_needs_none_of_it() -> None:
    code = "import sys, experiments.run; print([m for m in sys.modules if 'telemetry' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
