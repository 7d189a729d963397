"""What is made of a run for a leaderboard, and which runs are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from env.verified.package import HAR, RESPONSE
from webpilot.cli import app, main
from webpilot.errors import ConfigError
from webpilot.records.reading import load_run
from webpilot.records.rows import EpisodeRow
from webpilot.records.trees import AttemptRecord, SearchRecord
from webpilot.records.writing import RunFolder
from webpilot.submission import submit
from webpilot.submission.choosing import choose

FILES = (RESPONSE, HAR)


def judged(task: int | str, *, benchmark: str = "webarena_verified", **changed: Any) -> EpisodeRow:
    fields: dict[str, Any] = {
        "task": f"{benchmark}.{task}",
        "split": "test",
        "seed": 0,
        "preset": "webpilot",
        "searcher": "webpilot",
        "policy": "llm",
        "model": "small-model",
        "success": True,
        "reward": 1.0,
        "reward_raw": 1.0,
        "stop_reason": "done",
        "committed_steps": 2,
        "trajectory": ("click('12')", "fill('13', 'Ada')"),
        "answer": "three",
    }
    return EpisodeRow(**(fields | changed))


def spoiled(task: int) -> EpisodeRow:
    return judged(
        task,
        success=None,
        reward=None,
        reward_raw=None,
        error_kind="site",
        stop_reason="infrastructure",
    )


def write(folder: Path, *rows: EpisodeRow, files: tuple[str, ...] = FILES) -> Path:
    """Write a run with these episodes."""
    with RunFolder(folder, config="policy: llm\n", about={"label": "small-model"}) as run:
        for row in rows:
            with run.episode(row.task, row.seed, clock=lambda: 0.0) as recorder:
                for name in files:
                    (recorder.folder / name).write_text("{}")
            run.append(row)
        run.write_summary()
    return folder


def test_a_whole_run_is_taken_with_nothing_left_out(tmp_path: Path) -> None:
    run = load_run(write(tmp_path / "run", judged(7), judged(107)))
    names = {"webarena_verified.7", "webarena_verified.107"}
    choice = choose(run, benchmark="webarena_verified", wanted=names, files=FILES)
    assert [one.row.task for one in choice.episodes if one.row] == sorted(names)
    assert choice.gaps == ()


@pytest.mark.parametrize(
    ("row", "files", "complaint"),
    [
        (spoiled(7), FILES, r"webarena_verified\.7\.0 without a verdict"),
        (judged(7, contaminated=True), FILES, r"webarena_verified\.7\.0 contaminated"),
        (judged(7), (RESPONSE,), r"webarena_verified\.7\.0 without network\.har"),
        (judged(7), (), r"without agent_response\.json and network\.har"),
        (judged(7, stop_reason="interrupted"), FILES, "without a verdict"),
    ],
)
def test_a_run_with_a_gap_is_refused_by_one_line_that_names_it(
    tmp_path: Path, row: EpisodeRow, files: tuple[str, ...], complaint: str
) -> None:
    run = load_run(write(tmp_path / "run", row, files=files))
    with pytest.raises(ConfigError, match=complaint) as caught:
        choose(run, files=FILES)
    assert "--partial" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_gap_is_left_out_where_that_was_asked_for(tmp_path: Path) -> None:
    rows = (judged(7), judged(8, contaminated=True), spoiled(9))
    run = load_run(write(tmp_path / "run", *rows))
    choice = choose(run, partial=True, files=FILES)
    assert [one.folder.name for one in choice.episodes] == ["webarena_verified.7.0"]
    assert choice.gaps == (
        "webarena_verified.8.0 contaminated by exploring",
        "webarena_verified.9.0 without a verdict",
    )


def test_tasks_that_were_not_played_are_a_gap(tmp_path: Path) -> None:
    run = load_run(write(tmp_path / "run", judged(0)))
    wanted = {f"webarena_verified.{number}" for number in range(20)}
    with pytest.raises(ConfigError, match=r"verified\.1, .*\.6 and 13 more not played, of 20"):
        choose(run, wanted=wanted)


def test_an_episode_that_goes_on_is_a_gap_and_a_superseded_one_is_none(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", judged(7))
    (folder / "episodes" / "webarena_verified.7.0.superseded-1").mkdir()
    assert choose(load_run(folder)).gaps == ()
    (folder / "episodes" / "webarena_verified.9.0").mkdir()
    with pytest.raises(ConfigError, match=r"webarena_verified\.9\.0 not finished"):
        choose(load_run(folder))


def test_of_several_attempts_at_a_task_one_must_be_chosen(tmp_path: Path) -> None:
    run = load_run(write(tmp_path / "run", judged(7), judged(7, seed=1)))
    wanted = {"webarena_verified.7"}
    with pytest.raises(ConfigError, match="choose with --seed"):
        choose(run, wanted=wanted)
    (one,) = choose(run, wanted=wanted, seed=1).episodes
    assert one.row is not None
    assert one.row.seed == 1


def test_nothing_at_all_is_refused_even_where_gaps_are_left_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no finished episode"):
        choose(load_run(write(tmp_path / "empty")))
    with pytest.raises(ConfigError, match="no episode that could be sent in"):
        choose(load_run(write(tmp_path / "spoiled", spoiled(7))), partial=True)


def test_two_benchmarks_are_not_sent_in_as_one(tmp_path: Path) -> None:
    run = load_run(write(tmp_path / "run", judged(7), judged(7, benchmark="webarena")))
    with pytest.raises(ConfigError, match="several benchmarks"):
        choose(run)


def test_a_form_refuses_another_benchmarks_run(tmp_path: Path) -> None:
    run = load_run(write(tmp_path / "run", judged(7, benchmark="webarena")))
    with pytest.raises(ConfigError, match="choose another --form"):
        choose(run, benchmark="webarena_verified")


def test_the_leaderboards_entry_says_what_the_rows_say(tmp_path: Path) -> None:
    rows = [judged(n, benchmark="webarena", success=n < 3, reward=float(n < 3)) for n in range(4)]
    made = submit(write(tmp_path / "run", *rows), form="browsergym", output=tmp_path / "out")
    (entry,) = json.loads((tmp_path / "out" / "run" / "webarena.json").read_text())
    assert entry["benchmark"] == "WebArena"
    assert entry["agent_name"] == "WebPilot-webpilot-small-model"
    assert (entry["score"], entry["std_err"]) == (75.0, 21.65)
    assert entry["followed_evaluation_protocol"] == "Yes"
    assert entry["original_or_reproduced"] == "Original"
    assert len(entry["date_time"]) == len("2026-11-26 17:35:34")
    assert made.tasks == 4
    assert "small-model" in (tmp_path / "out" / "run" / "README.md").read_text()


def test_what_only_the_user_knows_is_left_open_and_named(tmp_path: Path) -> None:
    run = write(tmp_path / "run", judged(1, benchmark="webarena"))
    made = submit(run, form="browsergym")
    (entry,) = json.loads(made.files[0].read_text())
    assert {name for name, value in entry.items() if value == "?"} == {
        "benchmark_specific",
        "benchmark_tuned",
        "reproducible",
    }
    assert any("benchmark_tuned" in line for line in made.to_do)


def test_exploration_is_said_to_be_outside_the_published_protocol(tmp_path: Path) -> None:
    run = write(tmp_path / "run", judged(1, benchmark="webarena", explored_steps=40))
    made = submit(run, form="browsergym")
    (entry,) = json.loads(made.files[0].read_text())
    assert entry["followed_evaluation_protocol"] == "No"
    assert "40 steps of exploration" in entry["comments"]


def test_the_same_run_has_the_same_study_id_and_another_one_another(tmp_path: Path) -> None:
    ids = []
    for name, answer in (("a", "x"), ("b", "x"), ("c", "y")):
        run = write(tmp_path / name, judged(1, benchmark="webarena", answer=answer))
        (entry,) = json.loads(submit(run, form="browsergym").files[0].read_text())
        ids.append(entry["study_id"])
    assert ids[0] == ids[1] != ids[2]


def test_a_suite_of_our_own_is_on_no_leaderboard(tmp_path: Path) -> None:
    run = write(tmp_path / "run", judged(1003, benchmark="localweb"))
    with pytest.raises(ConfigError, match="does not list"):
        submit(run, form="browsergym")


def test_a_trajectory_holds_actions_addresses_answer_and_score(tmp_path: Path) -> None:
    rows = (judged(7, benchmark="webarena"), judged(8, benchmark="webarena", success=False))
    run = write(tmp_path / "run", *rows)
    paged(run / "episodes" / "webarena.7.0", "webarena.7")
    made = submit(run, form="webarena", output=tmp_path / "out", name="mine")
    folder = tmp_path / "out" / "mine"
    assert json.loads((folder / "manifest.json").read_text()) == {"7": 1.0, "8": 0.0}
    assert sorted(one.name for one in folder.iterdir()) == ["7.json", "8.json", "manifest.json"]
    told = json.loads((folder / "7.json").read_text())
    assert told["task_id"] == 7
    assert told["actions"] == list(rows[0].trajectory)
    assert told["urls"] == ["http://shopping/", "http://shopping/a", "http://shopping/b"]
    assert (told["answer"], told["score"]) == ("three", 1.0)
    assert made.tasks == 2


def paged(folder: Path, task: str) -> None:
    """Give an episode two searches: the first try was given up, the second was taken over."""

    def node(key: int, parent: int | None, page: str) -> dict[str, Any]:
        move = None if parent is None else {"kind": "click", "raw": "click('12')"}
        return {"id": key, "parent": parent, "move": move, "page": page}

    lost = (node(0, None, "p0"), node(1, 0, "lost"))
    kept = (node(0, None, "p0"), node(1, 0, "p1"), node(2, 0, "lost"), node(3, 1, "p2"))
    tree = SearchRecord(
        task=task,
        seed=0,
        attempts=(
            AttemptRecord(subtask="all", attempt=0, chosen=(0, 1), nodes=lost),
            AttemptRecord(subtask="all", attempt=1, chosen=(0, 1, 3), nodes=kept),
        ),
    )
    (folder / "tree.json").write_text(tree.to_json())
    with (folder / "journal.jsonl").open("a") as journal:
        for digest, path in (("p0", ""), ("p1", "a"), ("p2", "b"), ("lost", "lost")):
            line = {"event": "observation", "digest": digest, "url": f"http://shopping/{path}"}
            journal.write(json.dumps({"seq": 1, "at": 0.0, **line}) + "\n")


def test_a_secret_of_our_environment_stands_in_nothing_that_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-canary-5f1c")
    row = judged(7, benchmark="webarena", answer="my key is sk-canary-5f1c")
    submit(write(tmp_path / "run", row), form="webarena", output=tmp_path / "out")
    made = [one.read_text() for one in (tmp_path / "out").rglob("*.json")]
    assert made
    assert not any("canary" in text for text in made)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    run = write(tmp_path / "run", judged(7, benchmark="webarena"))
    submit(run, form="webarena")
    with pytest.raises(ConfigError, match="--name"):
        submit(run, form="webarena")
    assert submit(run, form="webarena", name="second").tasks == 1


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"form": "fax"}, "choose one of verified, browsergym, webarena"),
        ({"form": "webarena", "name": "a/b"}, "--name=a/b cannot be used"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    tmp_path: Path, wish: dict[str, Any], complaint: str
) -> None:
    run = write(tmp_path / "run", judged(7, benchmark="webarena"))
    with pytest.raises(ConfigError, match=complaint):
        submit(run, **wish)


def test_a_place_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    run = write(tmp_path / "run", judged(7, benchmark="webarena"))
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="choose another --output"):
        submit(run, form="webarena", output=tmp_path / "file")


def test_the_command_prints_what_was_made_and_that_the_upload_is_the_users(tmp_path: Path) -> None:
    rows = (judged(7, benchmark="webarena"), replace(spoiled(9), task="webarena.9"))
    run = write(tmp_path / "run", *rows)
    done = CliRunner().invoke(app, ["submit", str(run), "--form", "webarena", "--partial"])
    assert done.exit_code == 0, done.output
    printed = done.output.replace("\n", " ")
    assert "manifest.json" in printed
    assert "1 task " in printed
    assert "left out: webarena.9.0 without a verdict" in printed
    assert "nothing was sent" in printed


def test_without_its_environment_the_package_is_refused_by_the_command_that_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "nothing"))
    run = write(tmp_path / "run", judged(7))
    monkeypatch.setattr("sys.argv", ["webpilot", "submit", str(run)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert "make verified" in told
    assert told.count("\n") == 1
