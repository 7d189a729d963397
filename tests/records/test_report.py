from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sample_rows import failed, row, spoiled
from sample_run import EPISODES, build_run
from sample_trees import HOSTILE

from env.chromium import browser_path
from webpilot.errors import ConfigError
from webpilot.records.rows import EpisodeRow, Measured
from webpilot.records.statistics import summarise
from webpilot.records.trees import SearchRecord
from webpilot.records.writing import RunFolder
from webpilot.report import open_report, write_report, write_tree_page
from webpilot.report.terminal import LiveTable, print_notes, print_summary
from webpilot.report.words import why_failed

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class Page(HTMLParser):
    """What a page is made of: its tags with their attributes, its ids and its words."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(file.read_text(encoding="utf-8"))
        self.ids = [attributes["id"] for _, attributes in self.tags if "id" in attributes]
        self.text = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = build_run(tmp_path_factory.mktemp("runs") / "sample")
    open_report(folder)
    return folder


def pages(folder: Path) -> list[Path]:
    found = [folder / "report.html", *folder.glob("episodes/*/tree.html")]
    assert len(found) == 2 + len(EPISODES)
    return found


def tree_page(folder: Path, name: str) -> Page:
    return Page(folder / "episodes" / name / "tree.html")


def test_every_page_forbids_all_but_what_it_holds_itself(folder: Path) -> None:
    for file in pages(folder):
        page = Page(file)
        [policy] = [each for each in page.all("meta") if "http-equiv" in each]
        assert policy["http-equiv"] == "Content-Security-Policy"
        assert str(policy["content"]).startswith(POLICY)
        for tag, attributes in page.tags:
            assert tag not in ("script", "iframe", "object", "embed", "link", "base", "form")
            for name, value in attributes.items():
                assert not name.startswith("on")
                assert name != "src" or str(value).startswith("data:image/png;base64,")
                assert name != "href" or not str(value).startswith(("http", "//", "javascript"))


def test_every_link_leads_somewhere(folder: Path) -> None:
    for file in pages(folder):
        page = Page(file)
        assert len(set(page.ids)) == len(page.ids)
        for link in page.all("a"):
            target = str(link["href"])
            if target.startswith("#"):
                assert target[1:] in page.ids
            else:
                assert (file.parent / target).is_file()


def test_a_hostile_page_is_shown_as_text(folder: Path) -> None:
    page = tree_page(folder, "miniwob.unicode-test.2")
    assert HOSTILE in page.words
    assert page.all("script") == []
    assert HOSTILE.replace("'", "&#39;") not in (folder / "report.html").read_text()


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """Yield a port of this machine and what was sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(connection.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        over.set()
        thread.join()


def opened(file: Path, profile: Path) -> str:
    """Return the document that a browser made of a page, after its scripts could run."""
    command = [browser_path(), "--headless", "--disable-gpu", "--dump-dom"]
    command += ["--no-sandbox"] if os.geteuid() == 0 else []
    command += [f"--user-data-dir={profile}", "--virtual-time-budget=1000", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_opened_in_a_browser_a_hostile_page_does_nothing(
    folder: Path, tmp_path: Path, listener: tuple[int, list[bytes]]
) -> None:
    try:
        browser_path()
    except ConfigError as error:
        pytest.skip(str(error))
    port, heard = listener
    source = folder / "episodes" / "miniwob.unicode-test.2" / "tree.html"
    aimed = source.read_text().replace("127.0.0.1:9/", f"127.0.0.1:{port}/")
    assert str(port) in aimed
    shown = tmp_path / "hostile.html"
    shown.write_text(aimed)
    document = opened(shown, tmp_path / "one")
    assert "<title>miniwob.unicode-test seed 2" in document
    assert heard == []
    # The same attack without our escaping is stopped by the policy alone.
    raw = f"<img src='http://127.0.0.1:{port}/x'><script>document.title='owned'</script>"
    shown.write_text(aimed.replace("</main>", f"{raw}</main>"))
    document = opened(shown, tmp_path / "two")
    assert "<title>owned" not in document
    assert heard == []
    # And without the policy it would have worked, so this test can fail.
    shown.write_text(f"<title>mine</title>{raw}")
    assert "<title>owned" in opened(shown, tmp_path / "three")
    assert heard


def test_the_report_opens_with_the_rates_the_label_and_the_way_to_repeat_it(folder: Path) -> None:
    text = Page(folder / "report.html").text
    opening = text[: text.index("Not solved")]
    assert opening.index("2 of 5 solved") < opening.index("4 of 6 solved")
    for told in (
        "95 % interval 11.8 to 76.9 %",
        "offline policy, no language model",
        "explored steps 120",
        "chromium 156.0.7431.2",
        "python -m experiments.run +experiment=sample",
        "search replays the same seed at will",
        "random 13.1 %, scripted 22.4 %",
        "mean raw reward 0.62",
        "1 episode is not counted",
    ):
        assert told in opening


def test_failures_stand_first_each_with_one_line_why(folder: Path) -> None:
    text = Page(folder / "report.html").text
    parts = [text.index(name) for name in ("Not solved 3", "Not counted 1", "Every episode 7")]
    assert parts == sorted(parts)
    failures = text[parts[0] : parts[1]]
    assert "the search held the task for done, the benchmark did not (raw reward -1)" in failures
    assert "solved by BrowserGym's metric only (raw reward 0.4)" in failures
    assert "not counted, browser: the page died" in text[parts[1] : parts[2]]


def test_an_episode_that_goes_on_is_shown_as_such(folder: Path) -> None:
    text = Page(folder / "report.html").text
    assert "Not finished 1" in text
    assert "Enter 04/09/2016" in text
    assert "no verdict yet" in tree_page(folder, "miniwob.enter-date.5").text


def test_a_tree_page_shows_what_was_tried_what_it_scored_and_why_it_lost(folder: Path) -> None:
    page = tree_page(folder, "miniwob.click-checkboxes.3")
    for told in (
        "Select u2Bd, KGo3 and click Submit.",
        "raw reward 1.00",
        "button 'Submit'",
        "less than 0.96 of #4 click('14')",
        "the action failed: ValueError: Could not find element with bid '18'",
        "xTRh9 is not among the boxes the goal names",
        "page ended",
        "judged done",
        "Submit ends the page; tick the boxes first.",
        "KGo3 is still to be ticked.",
        "2 × restart, exact",
        "restart and replay, equivalent",
        "noop()",
        "it submits",
        "checkbox 'KGo3', checked='true'",
    ):
        assert told in page.text
    assert len(page.all("svg")) == 1
    assert len([each for each in page.all("path") if " path" in str(each["class"])]) == 3
    assert len(page.all("img")) == 4


def test_a_drifted_node_and_a_path_that_was_not_taken_over_are_marked(folder: Path) -> None:
    page = tree_page(folder, "miniwob.navigate-tree.1")
    assert "drifted" in page.text
    assert "going back here gave another page" in page.text
    assert page.text.count("path not taken over") == 1
    assert "stop: done" in page.text


def test_the_committed_steps_are_those_of_the_row(folder: Path) -> None:
    page = tree_page(folder, "miniwob.navigate-tree.1")
    start = page.text.index("Committed path")
    film = page.text[start : page.text.index("Search 1")]
    assert "1click('31') treeitem 'Folder B' 2click('33')" in film


def test_the_step_where_a_commit_stopped_is_marked(tmp_path: Path) -> None:
    build_run(tmp_path)
    results = tmp_path / "results.jsonl"
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    for line in lines:
        if line["task"] == "miniwob.drag-box":
            line["commit_drift_step"] = 0
    results.write_text("".join(json.dumps(line) + "\n" for line in lines))
    open_report(tmp_path)
    why = "the element of committed step 1 was not found on the judged page"
    assert why in Page(tmp_path / "report.html").text
    assert "the commit stopped" in tree_page(tmp_path, "miniwob.drag-box.0").text


def test_an_episodes_page_can_be_written_before_its_row(tmp_path: Path) -> None:
    build_run(tmp_path)
    episode = tmp_path / "episodes" / "miniwob.drag-box.0"
    item = failed(task="miniwob.drag-box", error="no luck", error_kind="agent")
    with (episode / "journal.jsonl").open("a") as journal:
        journal.write(json.dumps({"seq": 9, "at": 1.0, "event": "result", **item.to_dict()}) + "\n")
    final = Page(write_tree_page(episode)).text
    assert "no luck" not in final, "the row of the run is the final one"
    (tmp_path / "results.jsonl").write_text("")
    assert "no luck" in Page(write_tree_page(episode)).text
    with pytest.raises(ConfigError, match="holds no episode"):
        write_tree_page(tmp_path)


def test_a_page_is_written_again_only_when_it_is_behind(tmp_path: Path) -> None:
    build_run(tmp_path)
    report = open_report(tmp_path)
    for file in pages(tmp_path):
        os.utime(file, ns=(2**60, 2**60))
    marked = tmp_path / "episodes" / "miniwob.drag-box.0" / "tree.html"
    marked.write_text("mine")
    report.write_text("mine")
    for file in (marked, report):
        os.utime(file, ns=(2**61, 2**61))
    open_report(tmp_path)
    assert (marked.read_text(), report.read_text()) == ("mine", "mine")
    for file in (tmp_path / "results.jsonl", marked.parent / "tree.json"):
        os.utime(file, ns=(2**62, 2**62))
    open_report(tmp_path)
    assert "mine" not in (marked.read_text(), report.read_text())


def test_a_run_without_an_episode_has_a_report(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("")
    assert "No episode has ended yet" in Page(write_report(tmp_path)).text
    with pytest.raises(ConfigError, match="holds no run"):
        open_report(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (row(), ""),
        (failed(stop_reason="budget", explored_steps=40), "budget ran out after 40 explored"),
        (failed(stop_reason="limit", committed_steps=10), "cut at the limit of 10 actions"),
        (failed(stop_reason="exhausted"), "no action was ever tried"),
        (failed(stop_reason="exhausted", explored_steps=3), "nothing left to try"),
        (failed(stop_reason="drift"), "no path could be reached again"),
        (failed(stop_reason="infeasible"), "given up"),
        (failed(error="FormatError: no verb", error_kind="agent"), "FormatError: no verb"),
        (failed(commit_drift_step=2), "committed step 3 was not found"),
        (spoiled(), "not counted, browser: the page died"),
    ],
)
def test_why_an_episode_failed_is_one_line(item: EpisodeRow, line: str) -> None:
    told = why_failed(item)
    assert line in told
    assert bool(told) == bool(line)
    assert "\n" not in told


def console(**options: Any) -> tuple[Console, io.StringIO]:
    output = io.StringIO()
    return Console(file=output, width=110, **options), output


def test_without_a_terminal_progress_is_one_plain_line_per_episode() -> None:
    plain, output = console(force_terminal=False)
    with LiveTable(total=2, console=plain) as table:
        table.start("miniwob.click-test", 0)
        table.add(row())
        table.start("miniwob.click-test", 1)
        table.add(failed(seed=1))
    lines = output.getvalue().splitlines()
    assert lines[0] == "[1/2] miniwob.click-test seed 0: solved"
    assert lines[1].startswith("[2/2] miniwob.click-test seed 1: the search held the task for done")
    assert len(lines) == 2
    assert "\x1b" not in output.getvalue()


def test_in_a_terminal_the_finished_table_stays() -> None:
    shown, output = console(force_terminal=True, color_system=None)
    with LiveTable(total=1, console=shown) as table:
        table.start("miniwob.click-test", 0)
        table.add(row(rollouts=4))
    assert "miniwob.click-test" in output.getvalue().splitlines()[-1]


def test_the_summary_gives_the_strict_metric_first_with_floors_and_caveat() -> None:
    plain, output = console(force_terminal=False)
    rows = [row(), failed(seed=1), row(task="miniwob.click-tab", split="test"), spoiled(seed=3)]
    summary = summarise([*rows, row(task="miniwob.circle-center", strict_success=None)])
    print_summary(summary | {"run": {"label": "offline [policy]"}}, console=plain)
    text = output.getvalue()
    assert "offline [policy]" in text
    assert text.index("strict") < text.index("BrowserGym's metric")
    assert "2/3  66.7 % [20.8, 93.9]" in text
    assert "3/4  75.0 %" in text
    assert "split: train" in text
    assert "graded pages, outside the strict metric: 1 episode" in text
    assert "not counted: miniwob.click-test seed 3 (browser): the page died" in text
    assert "random 13.1 %, scripted 22.4 %" in text
    assert "search replays the same seed at will" in text


@pytest.mark.parametrize(("fair", "even"), [(100.0, ", served alike to 1.000 (Jain)"), (0.0, "")])
def test_the_summary_says_how_the_models_calls_were_served(fair: float, even: str) -> None:
    plain, output = console(force_terminal=False)
    waits = {"wait_p50_s": 0.25, "wait_p99_s": 1.5, "served_tokens": fair, "fair_tokens": fair}
    measured = Measured(serving={**waits, "shared_prefix": 0.625, "cached_tokens": 12_000})
    print_summary(summarise([row(measured=measured)]), console=plain)
    text = " ".join(output.getvalue().split())
    assert f"0.25 s (P50) and 1.50 s (P99) in the slowest episode{even}; 62 % of a prompt" in text
    assert "12,000 tokens were cached by the endpoint" in text


def test_a_summary_of_nothing_and_notes_are_printed(tmp_path: Path) -> None:
    plain, output = console(force_terminal=False)
    print_notes(["[chromium] was 1 and is 2"], console=plain)
    print_summary(summarise([]), report=tmp_path / "report.html", console=plain)
    lines = output.getvalue().splitlines()
    assert lines[0] == "note: [chromium] was 1 and is 2"
    assert lines[-1] == f"report: {tmp_path / 'report.html'}"


def test_a_page_shows_what_actions_did_and_what_was_read_and_learnt(folder: Path) -> None:
    assert (
        "an empty page · the form is gone" in tree_page(folder, "miniwob.click-checkboxes.3").text
    )
    page = tree_page(folder, "miniwob.navigate-tree.1").text
    assert "Lesson of the attempt before: Open the other branch first." in page
    assert "Read off pages" in page
    assert "the ownerAda “by Ada”" in page


def test_a_plan_that_was_given_up_says_why(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run", config="a: 1\n") as run:
        item = failed(task="miniwob.drag-box", seed=0, stop_reason="infeasible")
        with run.episode(item.task, item.seed) as recorder:
            told = {"revision": 0, "supersedes": None, "rationale": "", "subtasks": []}
            recorder.event("plan", {**told, "infeasible": "there is no such box"})
            recorder.tree(SearchRecord(task=item.task, seed=item.seed))
        run.append(item)
    open_report(tmp_path / "run")
    page = tree_page(tmp_path / "run", "miniwob.drag-box.0").text
    assert "Given up as infeasible: there is no such box" in page
