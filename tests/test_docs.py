"""The pages on roles and mechanisms name what is there, and the code on them runs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcts import searchers
from planner import config as planning

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("roles/*.md"), *DOCS.glob("mechanisms/*.md")])
OURS = [*PAGES, DOCS / "index.md", DOCS / "write-your-own.md"]
SEARCHERS = {
    "paper": searchers.paper(),
    "webpilot": searchers.webpilot(),
    "greedy": searchers.greedy(),
}
LONGEST, WIDEST = 105, 120


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def in_code(page: Path) -> list[str]:
    """Everything between single backticks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text_of(page))


def test_the_index_lists_every_page() -> None:
    linked = set(re.findall(r"\]\(([^)#]+\.md)\)", text_of(DOCS / "index.md")))
    assert {name_of(page) for page in DOCS.rglob("*.md")} - linked == {"index.md"}


@pytest.mark.parametrize("page", OURS, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(page))
    assert [link for link in links if not (page.parent / link).is_file()] == []


def test_there_is_a_page_for_each_role_and_each_is_short() -> None:
    roles = {"planner", "controller", "extractor", "explorer", "appraiser", "verifier"}
    assert {page.stem for page in DOCS.glob("roles/*.md")} == roles
    assert {name_of(page) for page in PAGES if len(text_of(page).splitlines()) > LONGEST} == set()
    prose = [line for page in OURS for line in text_of(page).splitlines() if line[:1] != "|"]
    assert [line for line in prose if len(line) > WIDEST] == []


@pytest.mark.parametrize("page", OURS, ids=name_of)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    rooms = ("webpilot", "planner", "mcts", "env", "prompts", "experiments", "conf", "tests")
    named = [word for word in in_code(page) if word.startswith(tuple(f"{r}/" for r in rooms))]
    assert [word for word in named if not (ROOT / word).exists()] == []


def test_every_template_that_a_roles_page_names_is_there() -> None:
    found = {path.stem for path in (ROOT / "prompts").glob("*/*.j2")} - {"_parts"}
    rows = [
        line
        for page in DOCS.glob("roles/*.md")
        for line in text_of(page).splitlines()
        if line.startswith("| templates")
    ]
    named = {word for row in rows for word in re.findall(r"`(\w+)`", row.partition("|")[2])}
    assert named - {"propose", "describe", "reflect"} <= found
    assert found - named - {"propose", "describe"} == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_override_on_a_page_can_be_given(page: Path) -> None:
    for word in in_code(page):
        for group, key, value in re.findall(r"\b(searcher|planner)\.(\w+)=(\w+)", word):
            changes: dict[str, Any] = {key: int(value) if value.isdigit() else value}
            if group == "searcher":
                searchers.override(searchers.webpilot(), **changes)
            else:
                planning.override(planning.webpilot(), **changes)
        for name in re.findall(r"\+experiment=(\w+)", word):
            assert (ROOT / "conf" / "experiment" / f"{name}.yaml").is_file()


def settings() -> Iterator[tuple[str, str, str, str]]:
    """Yield page, searcher, setting and value, cell by cell of the tables of their settings."""
    for page in PAGES:
        for line in text_of(page).splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) != 5 or not cells[0].startswith("`searcher."):
                continue
            keys = [key.removeprefix("searcher.") for key in re.findall(r"`([\w.]+)`", cells[0])]
            for searcher, cell in zip(SEARCHERS, cells[2:], strict=True):
                values = cell.split(", ") if len(keys) > 1 else [cell]
                if cell != "not used" and keys != ["calibration"]:
                    for key, value in zip(keys, values, strict=True):
                        yield name_of(page), searcher, key, value


@pytest.mark.parametrize(("page", "searcher", "key", "value"), list(settings()))
def test_every_default_on_a_page_is_the_searchers(
    page: str, searcher: str, key: str, value: str
) -> None:
    default = getattr(SEARCHERS[searcher], key)
    if callable(default):
        named = re.match(r"`(\w+)`", value)
        assert named is not None
        assert searchers.TABLES[key][named[1]] is default
    else:
        assert float(value) == default


def sections() -> dict[str, str]:
    """The code of each section of the page, as one script."""
    parts = re.split(r"^## ", text_of(DOCS / "write-your-own.md"), flags=re.MULTILINE)[1:]
    return {
        part.splitlines()[0]: "\n\n".join(re.findall(r"```python\n(.*?)```", part, re.DOTALL))
        for part in parts
    }


SAID = {"A searcher": "solved: True", "A role": "solved: True", "A world": "counted by"}


def test_every_section_of_write_your_own_has_code_that_ends_in_a_check() -> None:
    assert sections().keys() == SAID.keys()
    for script in sections().values():
        assert re.search(r"check_(searcher|roles|world)\(", script)


@pytest.mark.parametrize("section", SAID)
def test_the_code_of_a_section_runs_as_it_stands(section: str, tmp_path: Path) -> None:
    script = tmp_path / "own.py"
    script.write_text(sections()[section], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=100, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(SAID[section])


def test_every_bug_of_the_published_code_has_tests_that_exist() -> None:
    tests = "\n".join(text_of(file) for file in (ROOT / "tests").rglob("test_*.py"))
    rows = [line for line in text_of(DOCS / "bugs.md").splitlines() if re.match(r"\| \d", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 19))
    named = [re.findall(r"`(test_\w+)`", row.split("|")[3]) for row in rows]
    assert all(named)
    assert [name for names in named for name in names if f"def {name}(" not in tests] == []
