"""The 812 official tasks: counted, checked, ordered, without an instance and without importing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from env.sites.addresses import Addresses
from env.webarena import selection
from env.webarena.catalogue import choose, digest, load, tasks, tasks_file
from env.webarena.cleanliness import Cleanliness
from env.webarena.fake import FakeInstance
from env.webarena.instance import Instance
from env.webarena.logins import LOGINS
from env.webarena.order import dependencies
from env.webarena.schema import EVALUATORS, HELPERS, problems
from env.webarena.sites import SITES, left_open
from experiments.webarena import main

COUNTS = {
    ("exact_match",): 40,
    ("exact_match", "url_match"): 5,
    ("must_include",): 172,
    ("must_include", "fuzzy_match"): 4,
    ("fuzzy_match",): 73,
    ("fuzzy_match", "url_match"): 5,
    ("fuzzy_na",): 36,
    ("url_match",): 66,
    ("program_html",): 282,
    ("url_match", "program_html"): 129,
}


def test_the_tasks_are_as_many_as_were_counted_by_hand() -> None:
    every = tasks()
    assert [task.number for task in every] == list(range(812))
    assert len({task.template for task in every}) == 190
    assert Counter(task.kinds for task in every) == COUNTS
    assert sum(task.tokenized for task in every) == 31


def test_each_site_has_its_tasks() -> None:
    assert {site: len(choose(tasks(), sites=[site])) for site in SITES} == {
        "gitlab": 204,
        "shopping": 192,
        "shopping_admin": 184,
        "reddit": 129,
        "map": 128,
        "wikipedia": 23,
    }
    assert sum(len(task.sites) == 1 for task in tasks()) == 764


def test_694_tasks_are_judged_without_a_model_and_118_may_ask_one() -> None:
    assert len(selection.tasks("no_judge_model")) == 694
    asking = choose(tasks(), subset="needs_judge_model")
    assert len(asking) == 118
    assert sum("fuzzy_na" in task.kinds for task in asking) == 36


def test_no_task_holds_what_the_evaluators_do_not_know() -> None:
    assert {task.id: problems(task.raw) for task in tasks() if problems(task.raw)} == {}


def test_every_address_is_filled_in_by_six_sites() -> None:
    at = Addresses.of({site: f"http://127.0.0.1/{site}" for site in SITES})
    left = [left_open(json.loads(at.fill(json.dumps(task.raw)))) for task in tasks()]
    assert set(left) == {()}


def test_the_order_is_over_the_same_tasks() -> None:
    assert {task.id for task in tasks()} == set(dependencies())
    assert len(selection.tasks()) == 812
    assert [task.number for task in selection.tasks("needs_judge_model")] == sorted(
        task.number for task in choose(tasks(), subset="needs_judge_model")
    )


def test_what_an_agent_is_told_does_not_change_with_the_evaluation() -> None:
    for task in tasks():
        blind = replace(task, kinds=(), raw={**task.raw, "eval": {"eval_types": ["hidden"]}})
        start = task.start_urls[-1]
        told = task.on_sites.told(seed=0, start_url=start)
        assert told == blind.on_sites.told(seed=0, start_url=start)


def test_the_file_is_found_without_importing_libwebarena() -> None:
    code = (
        "import sys; from env.webarena.catalogue import tasks; n = len(tasks());"
        "print(n, sorted({'webarena', 'nltk', 'openai', 'playwright'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "812 []\n"


def test_the_names_that_are_checked_are_libwebarenas_own() -> None:
    folder = tasks_file().parent
    evaluators = (folder / "evaluation_harness" / "evaluators.py").read_text(encoding="utf-8")
    helpers = (folder / "evaluation_harness" / "helper_functions.py").read_text(encoding="utf-8")
    assert all(f'case "{kind}":' in evaluators for kind in EVALUATORS)
    assert all(f"def {name}(" in helpers for name in HELPERS)


def test_the_accounts_are_libwebarenas_own() -> None:
    text = (tasks_file().parent / "browser_env" / "env_config.py").read_text(encoding="utf-8")
    for login in LOGINS.values():
        assert f'"username": "{login.username}"' in text
        assert f'"password": "{login.password}"' in text


def test_a_task_may_be_named_without_its_prefix() -> None:
    assert load("27") == load("webarena.27")
    assert load("27").intent.startswith("Tell me the count of comments")


def test_the_digest_of_all_tasks_is_that_of_libwebarena_0_0_4() -> None:
    assert digest(tasks()) == "48ec77a109bf65a6c257b1b810177151b488e9af18968be9041a9404832bb12b"


def test_the_dry_run_orders_all_of_them_without_an_instance(tmp_path: Path) -> None:
    file = tmp_path / "dry.json"
    command = [sys.executable, "-m", "experiments.webarena", "dry-run", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert (report["summary"]["tasks"], report["summary"]["problems"]) == (812, 0)
    assert len(report["rows"]) == 812
    assert "no WebArena instance was asked" in done.stdout


def test_a_run_may_start_on_a_whole_and_clean_instance_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path))
    asked = ["check", "--subset", "no_judge_model", "--template", "180"]
    with FakeInstance() as fake:
        for name, value in fake.environ.items():
            monkeypatch.setenv(name, value)
        assert main(["was-reset"]) == 0
        assert main(asked) == 0
        assert "as its reset at" in capsys.readouterr().out
        fake.answer_as("reddit", "gitlab")
        assert main(asked) == 2
        assert "answers as GitLab, which is gitlab, not as Postmill" in capsys.readouterr().err
        fake.answer_as("reddit", "reddit")
        with Cleanliness(Instance.from_environment(fake.environ)) as log:
            log.begin("run", "webarena.300")
            log.end("run", "webarena.300", ["POST /cart"])
        # It can be reset, and is before the first episode.
        assert main(asked) == 0
        assert "1 unsafe request (run/webarena.300)" in capsys.readouterr().out
        monkeypatch.delenv("WA_FULL_RESET")
        assert main(asked) == 2
        assert "benchmark.accept_dirty=true" in capsys.readouterr().err
