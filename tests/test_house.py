"""Claims about the repository as a whole: what it holds, what it never holds, what it exports."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import socket
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

import webpilot as wp

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("webpilot", "planner", "mcts", "env", "prompts", "experiments", "conf")
SPEAKS = ("webpilot/cli.py", "experiments/", "scripts/", "tests/")
LONGEST = 400
"""Lines of a module."""


@cache
def tracked(suffix: str = "") -> tuple[Path, ...]:
    """Files under version control, as they stand in the work tree."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return tuple(path for path in paths if path.suffix.endswith(suffix) and path.is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def syntax() -> tuple[tuple[str, ast.AST], ...]:
    """Calls, imports and handlers of every tracked module, with the module's name."""
    kinds = (ast.Call, ast.Import, ast.ImportFrom, ast.ExceptHandler)
    return tuple(
        (name_of(path), node)
        for path in tracked(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, kinds)
    )


def imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def calls(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return ""


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_resolve_to_this_repository(room: str) -> None:
    # PyPI has distributions of these names; one of them would win over an editable install.
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert spec.origin == str(ROOT / room / "__init__.py")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_it_is_and_exports_what_it_names(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__doc__
    assert list(module.__all__) == sorted(module.__all__)
    for name in module.__all__:
        assert hasattr(module, name) or importlib.util.find_spec(f"{room}.{name}"), name


def test_the_room_env_is_not_hidden_from_git() -> None:
    done = subprocess.run(["git", "check-ignore", "env/x.py"], cwd=ROOT, check=False)
    assert done.returncode == 1


def test_the_public_names_are_the_declared_ones() -> None:
    assert dir(wp) == sorted(wp.__all__)
    assert {"Task", "Plan", "load_run", "solve", "solve_sync"} <= set(wp.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = wp.no_such_name


def test_no_public_name_is_also_a_module_that_would_hide_it() -> None:
    modules = {path.stem for path in (ROOT / "webpilot").iterdir()}
    assert modules & set(wp.__all__) == set()


def test_importing_webpilot_loads_no_browser_no_model_and_no_data_library() -> None:
    heavy = "{'playwright', 'browsergym', 'openai', 'pandas', 'numpy', 'hydra', 'env', 'mcts'}"
    code = f"import sys, webpilot; webpilot.Task; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_no_text_is_ever_run_as_code() -> None:
    found = [name for name, node in syntax() if calls(node) in {"exec", "eval", "__import__"}]
    assert found == []


def test_nothing_is_pickled_and_nothing_is_mocked() -> None:
    mocks = ".".join(("unittest", "mock"))  # in pieces, or a search for it would find this line
    banned = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", mocks}
    found = [(name, word) for name, node in syntax() for word in banned & set(imports(node))]
    # What other clients do to our observations, and the format that BrowserGym's own loop writes.
    clients = {("tests/gym/test_gym_lazy.py", "pickle"), ("tests/gym/test_gym_loops.py", "pickle")}
    assert set(found) <= clients


def test_no_except_clause_is_without_a_type() -> None:
    handlers = ((name, node) for name, node in syntax() if isinstance(node, ast.ExceptHandler))
    assert [name for name, node in handlers if node.type is None] == []


def test_only_the_commands_print() -> None:
    found = {name for name, node in syntax() if calls(node) == "print"}
    assert [name for name in sorted(found) if not name.startswith(SPEAKS)] == []


def test_no_module_is_longer_than_can_be_read() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in tracked(".py")}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_file_names_a_package_index_or_a_folder_of_one_machine() -> None:
    # Written in pieces, or this file would name them.
    index = r"(extra-)?index-" + r"url|https?://[^ \"]*/simple" + r"([/ \"]|$)"
    place = "/(work|farm|root)" + r"/\w|/home/(?!user\b)\w+/|/tmp/(lab|house)"
    pattern = re.compile(f"{index}|{place}", re.MULTILINE)
    found = {}
    for path in tracked():
        match = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
        if match:
            found[name_of(path)] = match[0]
    assert found == {}


def test_every_requirement_is_pinned_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *(each for extra in extras.values() for each in extra)]
    pins = (ROOT / "requirements.txt").read_text()
    for extra in ("local-llm", "webarena"):
        pins += (ROOT / f"requirements-{extra}.txt").read_text()
    builders = (ROOT / "requirements-build.txt").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", pins + builders))
    assert [text for text in entries if "==" not in text or "--hash=sha256:" not in text] == []
    names = {re.match(r"[\w.-]+", line)[0].lower() for line in declared}  # type: ignore[index]
    assert {name for name in names if not re.search(rf"(?m)^{re.escape(name)}==", pins)} == set()


def test_the_suite_leaves_out_what_needs_a_real_model_unless_it_is_named() -> None:
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    rest = ["--ignore-glob=tests/[a-km-z]*", "--ignore-glob=tests/llm/*_[a-rt-z]*"]
    for named, found in (("tests", False), ("tests/local_llm", True)):
        done = subprocess.run(
            [*collect, *rest, named], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert ("tests/local_llm/" in done.stdout) is found
    assert "tests/local_llm" in (ROOT / "Makefile").read_text()


def test_a_built_wheel_holds_every_file_of_the_rooms(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    rooms = {name_of(path) for path in tracked() if name_of(path).split("/")[0] in ROOMS}
    assert rooms - shipped == set()
    assert not [name for name in shipped if name.startswith(("tests/", "scripts/"))]


def test_the_citation_names_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_sockets_of_a_test_reach_this_machine_only() -> None:
    with pytest.warns(UserWarning, match="192.0.2.1"), pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
