"""The notebook runs from first to last in a kernel of its own, and shows what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from env.miniwob.catalogue import load

ROOT = Path(__file__).resolve().parents[2]
TOUR = ROOT / "experiments" / "notebooks" / "tour.ipynb"


def read() -> Any:
    return nbformat.read(TOUR, as_version=4)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell: Any, kind: str = "text/plain") -> str:
    """All that a cell has printed, or displayed as ``kind``."""
    printed = [each.text for each in cell.outputs if each.output_type == "stream"]
    displayed = [each.data.get(kind, "") for each in cell.outputs if "data" in each]
    return "".join([*printed, *displayed])


def cell_with(notebook: Any, code: str) -> Any:
    (found,) = [cell for cell in code_cells(notebook) if code in cell.source]
    return found


def test_the_notebook_is_stored_without_outputs_and_says_that_no_model_plays() -> None:
    notebook = read()
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(notebook))
    assert "uses no language model" in notebook.cells[0].source


def test_the_notebook_plays_train_tasks_only() -> None:
    text = TOUR.read_text(encoding="utf-8")
    names = set(re.findall(r"miniwob\.[a-z0-9-]+", text))
    assert len(names) == 5
    assert {load(name).split for name in names} == {"train"}


@pytest.mark.timeout(240)
def test_the_notebook_shows_a_verdict_a_tree_a_comparison_and_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    client = NotebookClient(read(), kernel_name="python3", timeout=200, startup_timeout=60)
    done = client.execute(cwd=str(tmp_path))

    verdict = shown(cell_with(done, 'await wp.solve("miniwob.click-collapsible-2"'), "text/html")
    assert "click-collapsible-2, seed 0: solved in 3 actions" in verdict
    assert "no language model" in verdict
    assert len(shown(cell_with(done, "result.trajectory")).splitlines()) == 3

    assert "child of" in shown(cell_with(done, "result.tree.to_networkx"))
    (drawn,) = [cell for cell in code_cells(done) if cell.source == "result.tree"]
    picture = shown(drawn, "text/html")
    assert picture.startswith("<svg")
    assert picture.count('class="chosen" cx') == 4
    assert picture.count('class="lost" cx') > 0

    told = shown(cell_with(done, "child_reflection"))
    assert re.search(r"^promises +\d+\.\d", told, re.MULTILINE)
    assert "to children  Still missing:" in told

    table = shown(cell_with(done, "groupby"))
    rows = re.findall(r"^(greedy|webpilot) +(\d+) +(\d+) +(\d+)$", table, re.MULTILINE)
    assert [row[:2] for row in rows] == [("greedy", "3"), ("webpilot", "3")]
    assert int(rows[0][2]) <= int(rows[1][2])

    run = shown(cell_with(done, "wp.load_run"))
    assert "miniwob.navigate-tree" in run
    assert "True" in run
    assert "plan" in run
    assert not list(tmp_path.glob("**/results.jsonl"))
