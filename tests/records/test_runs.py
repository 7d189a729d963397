from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sample_rows import row
from sample_run import EPISODES, build_run

from webpilot.errors import ConfigError
from webpilot.records.reading import Run, load_run
from webpilot.records.writing import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load_run(build_run(tmp_path_factory.mktemp("runs") / "sample"))


def test_results_are_a_table_with_one_line_per_episode(run: Run) -> None:
    table = run.results
    assert len(table) == len(EPISODES)
    assert list(table["task"]) == sorted(table["task"])
    assert table.set_index("task").loc["miniwob.drag-box", "measured.seconds"] == 3.0
    assert "measured" not in table


def test_the_summary_is_the_one_on_disk(run: Run) -> None:
    assert run.summary == json.loads((run.path / "summary.json").read_text())
    assert run.summary["by"]["part"]["tuned on"]["episodes"] == 1


def test_a_summary_that_is_behind_the_rows_is_computed_anew(tmp_path: Path) -> None:
    with RunFolder(tmp_path, config="a: 1", about={"label": "offline"}) as folder:
        folder.append(row())
        loaded = load_run(tmp_path)
    assert loaded.summary["strict"]["solved"] == 1
    assert loaded.summary["run"] == {"label": "offline"}


def test_an_episode_gives_its_tree_its_row_and_its_journal(run: Run) -> None:
    episode = run.episode("miniwob.click-checkboxes", 3)
    on_disk = json.loads((episode.folder / "tree.json").read_text())
    assert episode.tree.to_dict() == on_disk
    assert episode.row is not None
    assert episode.row.trajectory == ("click('14')", "click('17')", "click('22')")
    assert [event["seq"] for event in episode.journal()] == list(range(len(episode.journal())))
    assert len(run.episodes) == len(EPISODES)


def test_every_node_of_a_tree_finds_its_page(run: Run) -> None:
    episode = run.episode("miniwob.navigate-tree", 1)
    pages = episode.pages()
    for attempt in episode.tree.attempts:
        for node in attempt.nodes:
            assert pages[node["page"]]["text"].startswith("RootWebArea")


def test_a_step_shows_the_action_and_the_page_that_followed(run: Run) -> None:
    episode = run.episode("miniwob.click-checkboxes", 3)
    assert str(episode.show()).startswith("step 0: fresh page\nRootWebArea")
    second = episode.show(step=2)
    assert second.action == "click('17')"
    assert "checkbox 'KGo3', checked='true'" in second.text
    assert episode.show(-1).step == 3
    with pytest.raises(ConfigError, match="3 steps"):
        episode.show(step=9)


def test_a_page_shown_in_a_notebook_is_inert(run: Run) -> None:
    shown = run.episode("miniwob.unicode-test", 2).show(step=1)._repr_html_()
    assert "<script" not in shown
    assert "<img" not in shown


def test_an_episode_without_a_tree_has_an_empty_one(run: Run) -> None:
    assert run.episode("miniwob.click-test", 7).tree.attempts == ()


def test_what_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="seeds 3 of it"):
        run.episode("miniwob.click-checkboxes", 4)
    with pytest.raises(ConfigError, match="no episode of that task"):
        run.episode("miniwob.nothing", 0)
    with pytest.raises(ConfigError, match=r"results\.jsonl is missing"):
        load_run(tmp_path)


def test_a_run_can_be_read_while_a_line_is_being_written(tmp_path: Path) -> None:
    build_run(tmp_path)
    with (tmp_path / "results.jsonl").open("a") as results:
        results.write('{"schema": 1, "task": "mini')
    journal = tmp_path / "episodes" / "miniwob.drag-box.0" / "journal.jsonl"
    with journal.open("a") as lines:
        lines.write('{"seq": 99, "ev')
    loaded = load_run(tmp_path)
    assert len(loaded.rows) == len(EPISODES)
    assert loaded.episode("miniwob.drag-box", 0).journal()[-1]["seq"] < 99


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    build_run(tmp_path)
    journal = tmp_path / "episodes" / "miniwob.drag-box.0" / "journal.jsonl"
    journal.write_text(journal.read_text().replace('"schema": 1', '"schema": 9', 1))
    with pytest.raises(ConfigError, match="another version"):
        load_run(tmp_path).episode("miniwob.drag-box", 0).journal()


LIGHT = """
import sys; sys.path.insert(0, sys.argv[2])
from webpilot.records.reading import load_run
run = load_run(sys.argv[1])
tree = run.episode("miniwob.click-checkboxes", 3).tree
assert tree.attempts and run.summary and tree._repr_html_()
heavy = "playwright openai hydra browsergym gymnasium pandas networkx numpy jinja2 pydantic"
print(sorted(set(heavy.split()) & set(sys.modules)))
"""


def test_a_run_is_read_without_anything_heavy(run: Run) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(run.path), root],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin"},
    )
    assert done.stdout.strip() == "[]"
