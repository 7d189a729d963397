"""From a finished run to a package: the official packager takes it, and the verdicts stay."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from env.verified import installing
from env.verified.catalogue import Catalogue
from env.verified.evaluator import VerifiedEvaluator
from env.verified.package import HAR, RESPONSE
from env.verified.sample_requests import har, page, post
from webpilot.errors import ConfigError
from webpilot.records.rows import EpisodeRow
from webpilot.records.writing import RunFolder
from webpilot.submission import submit

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "webarena_verified"
SHOP = "http://127.0.0.1:40001"
CANARY = "canary-5f1c"
CART = f"{SHOP}/checkout/cart/add/uenc/aHR0cDov/product/32202"
Told = tuple[Mapping[str, Any], Mapping[str, Any]]


def demonstration(number: int) -> Told:
    said = json.loads((DATA / str(number) / "agent_response.json").read_text())
    return said, json.loads((DATA / "network.har").read_text())


def bought(quantity: str) -> Told:
    """An agent that has put something into the cart, with secrets in all it has sent."""
    said = {"task_type": "MUTATE", "status": "SUCCESS", "retrieved_data": None}
    seen = {"PHPSESSID": CANARY, "mage-messages": "added"}
    return {**said, "error_details": None}, har(
        page(f"{SHOP}/", cookies=seen, answer_headers={"Set-Cookie": f"PHPSESSID={CANARY}"}),
        post(f"{SHOP}/customer/account/loginPost/", {"login[password]": CANARY, "u": "ada"}),
        post(
            CART,
            {"qty": quantity, "item": "32202", "form_key": CANARY},
            status=200,
            cookies=seen,
            headers={"Authorization": f"Basic {CANARY}"},
            answer=("text/html", CANARY),
        ),
    )


EPISODES: Mapping[int, Told] = {
    107: demonstration(107),
    108: demonstration(108),
    431: bought("1"),
    432: bought("1"),  # of another product
}
SCORES = {107: 0.0, 108: 1.0, 431: 1.0, 432: 0.0}


def written(
    folder: Path, *, contaminated: tuple[int, ...] = (), only: Collection[int] = range(812)
) -> Path:
    with RunFolder(folder, config="policy: llm\n") as run:
        for number, (said, sent) in EPISODES.items():
            if number not in only:
                continue
            row = EpisodeRow(
                task=f"webarena_verified.{number}",
                split="test",
                seed=0,
                preset="webpilot",
                searcher="webpilot",
                policy="llm",
                success=SCORES[number] == 1.0,
                reward=SCORES[number],
                reward_raw=SCORES[number],
                stop_reason="done",
                contaminated=number in contaminated,
            )
            with run.episode(row.task, 0) as recorder:
                (recorder.folder / RESPONSE).write_text(json.dumps(said))
                (recorder.folder / HAR).write_text(json.dumps(sent))
            run.append(row)
    return folder


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "webpilot", *words], cwd=ROOT, capture_output=True, text=True
    )


def evaluated(folder: Path) -> dict[int, float]:
    """Return the scores that the official command gives a folder of outputs."""
    config = folder.parent / "config.json"
    config.write_text(
        json.dumps(
            {
                "environments": {
                    "__SHOPPING__": {"urls": [SHOP]},
                    "__SHOPPING_ADMIN__": {"urls": ["http://192.168.1.35:7780/admin"]},
                }
            }
        )
    )
    program = [str(installing.python()), "-I", "-X", "utf8", "-W", "ignore", "-m"]
    named = ["--output-dir", str(folder), "--config", str(config)]
    done = subprocess.run(
        [*program, "webarena_verified", "eval-tasks", *named], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = (json.loads(one.read_text()) for one in folder.glob("*/eval_result.json"))
    return {one["task_id"]: one["score"] for one in found}


def test_a_run_becomes_a_package_that_is_whole_secret_free_and_judged_alike(tmp_path: Path) -> None:
    run = written(tmp_path / "verified run")
    done = command("submit", str(run), "--partial", "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "4 tasks" in done.stdout
    assert "nothing was sent" in done.stdout
    archive = tmp_path / "out" / "verified-run.tar.gz"
    assert done.stdout.splitlines()[0] == str(archive)
    names, texts = opened(archive)
    files = {f"{number}/{name}" for number in EPISODES for name in (RESPONSE, HAR)}
    assert names == {"summary.json", *map(str, EPISODES), *files}
    summary = json.loads(texts["summary.json"])
    assert summary["packaged_tasks"] == {
        "task_ids": sorted(EPISODES),
        "count": 4,
        "expected_count": 812,
    }
    assert summary["packaging_summary"]["tasks_with_issues"] == 0
    everything = [*texts.values(), *(one.read_text() for one in files_of(tmp_path / "out", "json"))]
    everything += [one.read_text() for one in files_of(tmp_path / "out", "har")]
    assert len(everything) > 2 * len(files)
    for secret in (CANARY, str(tmp_path), str(ROOT)):
        assert not [text for text in everything if secret in text]
    assert evaluated(tmp_path / "out" / "verified-run") == SCORES


def opened(archive: Path) -> tuple[set[str], dict[str, str]]:
    with tarfile.open(archive) as package:
        members = package.getmembers()
        texts = {}
        for member in members:
            if (file := package.extractfile(member)) is not None:
                texts[member.name] = file.read().decode()
    return {member.name for member in members}, texts


def files_of(folder: Path, ending: str) -> list[Path]:
    return list(folder.rglob(f"*.{ending}"))


def test_what_the_archive_holds_is_judged_as_our_own_evaluator_judges_the_run(
    tmp_path: Path,
) -> None:
    run = written(tmp_path / "run")
    submit(run, output=tmp_path / "out", partial=True)
    with tarfile.open(tmp_path / "out" / "run.tar.gz") as package:
        package.extractall(tmp_path / "unpacked", filter="data")
    sites = {"shopping": SHOP, "shopping_admin": "http://192.168.1.35:7780/admin"}
    with VerifiedEvaluator() as evaluator:
        for number in EPISODES:
            scores = []
            for folder in (
                run / "episodes" / f"webarena_verified.{number}.0",
                tmp_path / "unpacked" / str(number),
            ):
                said = json.loads((folder / RESPONSE).read_text())
                scores.append(evaluator.evaluate(number, said, folder / HAR, sites).score)
            assert scores == [SCORES[number]] * 2


def test_a_run_that_is_not_whole_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    run = written(tmp_path / "run", contaminated=(431,))
    done = command("submit", str(run))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "webarena_verified.431.0 contaminated by exploring" in done.stderr
    assert "not played, of 812" in done.stderr
    assert not (run / "submission").exists()


def test_a_run_of_hard_tasks_alone_must_hold_all_of_them_and_no_more(tmp_path: Path) -> None:
    run = written(tmp_path / "run", only=Catalogue().hard)
    with pytest.raises(ConfigError, match="not played, of 258"):
        submit(run)


def test_what_is_contaminated_is_in_no_package(tmp_path: Path) -> None:
    made = submit(written(tmp_path / "run", contaminated=(431,)), partial=True)
    names, _ = opened(made.files[0])
    assert "108" in names
    assert not [name for name in names if name.startswith("431")]
    assert any("431" in line for line in made.left_out)


def test_a_second_package_of_the_same_name_is_refused(tmp_path: Path) -> None:
    run = written(tmp_path / "run")
    submit(run, partial=True, name="mine")
    with pytest.raises(ConfigError, match="exists: remove it, or choose another --name"):
        submit(run, partial=True, name="mine")
