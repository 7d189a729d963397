"""What an episode did to its sites stands in its page, in the run's report and in the summary."""

from __future__ import annotations

import io
from html import escape
from pathlib import Path

from rich.console import Console
from sample_rows import failed, row

from webpilot.records.rows import EpisodeRow
from webpilot.records.statistics import summarise
from webpilot.records.writing import RunFolder
from webpilot.report import open_report
from webpilot.report.terminal import print_summary

SEARCHED = "search: POST shopping /basket/add/7/ (replica, put back)"
HELD = "search: would_mutate POST gitlab /tktedit/<script>alert(1)</script>"
COMMITTED = "commit: POST shopping /basket/add/7/"


def rows() -> list[EpisodeRow]:
    return [
        row(task="localweb.1", side_effects=(COMMITTED, SEARCHED)),
        failed(task="localweb.2", side_effects=(HELD,)),
        row(task="localweb.3", side_effects=(COMMITTED, HELD)),
        row(task="localweb.4"),
    ]


def test_an_episodes_page_and_the_report_show_its_side_effects_as_text(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with RunFolder(folder, config="searcher: webpilot\n") as run:
        for each in rows():
            run.episode(each.task, each.seed).close()
            run.append(each)
        run.write_summary()
    report = open_report(folder).read_text()
    assert report.count("<summary>side effects (") == 3
    assert "of the episodes 1 where the search wrote, 2 where the search was held back" in report
    pages = {
        each.task: (folder / "episodes" / f"{each.task}.0" / "tree.html").read_text()
        for each in rows()
    }
    for each in rows():
        page = pages[each.task]
        assert ("<h2>Side effects</h2>" in page) is bool(each.side_effects)
        for line in each.side_effects:
            assert f"<li><code>{escape(line)}</code></li>" in page
            assert f"<li><code>{escape(line)}</code></li>" in report
        assert "<script>" not in page


def test_the_summary_counts_episodes_by_who_wrote(tmp_path: Path) -> None:
    summary = summarise(rows())
    assert summary["side_effects"] == {"episodes": 3, "search": 1, "held_back": 2, "commit": 2}
    output = io.StringIO()
    print_summary(summary, console=Console(file=output, width=200))
    assert (
        "side effects: of the episodes 1 where the search wrote, 2 where the search was held back, "
        "2 where the commit wrote"
    ) in output.getvalue()


def test_a_run_without_side_effects_says_nothing_of_them() -> None:
    assert "side_effects" not in summarise([row()])
