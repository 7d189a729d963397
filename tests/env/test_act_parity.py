"""Every primitive does to a page what BrowserGym's does, event by event, and fails in its words.

We go first and write down the action strings; BrowserGym's unmodified environment repeats them in
a process of its own, on the same served pages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.env.windowed import EVERY, Windowed, odd_server, refusing, windowed

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).resolve().parents[2]
PROBE = "typeof probe === 'function' ? probe() : document.title"

# $id is an element's bid, @id its middle; SITE/ and ALIAS/ are the page server under two host
# names, ODD/ a server that answers strangely, NOBODY/ a port where none listens.
SCRIPTS: dict[str, tuple[str, ...]] = {
    "fields": (
        "select_option('$color', 'r')",
        "select_option('$color', 'Green')",
        "select_option('$color', ['r', 'g'])",
        "select_option('$color', 'b')",
        "select_option('$color', 'nope')",
        "select_option('$many', ['one', 'three'])",
        "select_option('$many', 'two')",
        "select_option('$many', [])",
        "select_option('$press', 'x')",
        "select_option('$locked', 'x')",
        "select_option('999', 'x')",
        "press('$name', 'Control+a')",
        "press('$name', 'x')",
        "press('$name', 'NoSuchKey')",
        "press('$press', 'Enter')",
        "press('$off', 'a')",
        "press('$note', 'End')",
        "press('$tip', 'a')",
        "focus('$note')",
        "focus('$off')",
        "focus('$press')",
        "focus('999')",
        "clear('$name')",
        "clear('$fixed')",
        "clear('$press')",
        "clear('$editor')",
        "fill('$name', 'Été', True)",
        "fill('$note', 'one\\nmore')",
    ),
    "mouse": (
        "dblclick('$press')",
        "dblclick('$off')",
        "dblclick('$name')",
        "dblclick('$press', 'right', ['Shift'])",
        "click('$press', modifiers=['Alt', 'ControlOrMeta'])",
        "hover('$opener')",
        "hover('$tip')",
        "hover('$off')",
        "hover('zz')",
        "mouse_move(1, 1)",
        "drag_and_drop('$from', '$to')",
        "drag_and_drop('$draggable', '$target')",
        "drag_and_drop('$from', '999')",
        "mouse_up(1, 1)",
        "mouse_drag_and_drop(@from, @to)",
        "mouse_drag_and_drop(@draggable, @target)",
        "mouse_drag_and_drop(@draggable, @from)",
        "mouse_drag_and_drop(@name, @press)",
        "mouse_down(@from)",
        "mouse_move(@to)",
        "mouse_up(@to)",
        "mouse_click(@press, 'middle')",
        "mouse_dblclick(@name)",
        "scroll_at(400, 400, 0, 200)",
        "scroll_at(10.5, 10, 0, -100.5)",
        "scroll(0, 50)",
        "hover('$deep')",
    ),
    # Nothing to scroll: how often BrowserGym tries again, and scrolls, depends on the machine.
    "blocked": (
        "hover('$under')",
        "click('$under')",
        "dblclick('$under', 'right')",
        "drag_and_drop('$from', '$under')",
        "mouse_up(1, 1)",
    ),
    "keys": (
        "mouse_click(@name)",
        "keyboard_press('Shift+1')",
        "keyboard_press('Shift+Digit2')",
        "keyboard_press('Control+Shift+t')",
        "keyboard_press('Shift+ArrowLeft')",
        "keyboard_down('Shift')",
        "keyboard_press('b')",
        "keyboard_press('KeyB')",
        "keyboard_type('cD?')",
        "keyboard_insert_text('xY é')",
        "click('$press')",
        "hover('$opener')",
        "mouse_click(@name)",
        "keyboard_down('Shift')",
        "dblclick('$press')",
        "drag_and_drop('$draggable', '$target')",
        "keyboard_up('Shift')",
        "keyboard_up('Shift')",
        "focus('$name')",
        "keyboard_down('a')",
        "keyboard_down('a')",
        "keyboard_up('a')",
        "keyboard_down('ControlOrMeta')",
        "keyboard_type('a')",
        "fill('$name', 'zz')",
        "press('$name', 'q')",
        "click('$press', modifiers=['Alt'])",
        "keyboard_up('Control')",
        "keyboard_down('Nope')",
        "keyboard_up('Nope')",
        "keyboard_down('Control+a')",
        "keyboard_insert_text('')",
        "keyboard_type('')",
        "noop(20)",
    ),
    "files": (
        "upload_file('$one', 'FILES/a.txt')",
        "upload_file('$one', ['FILES/a.txt', 'FILES/b.txt'])",
        "upload_file('$several', ['FILES/a.txt', 'FILES/b.txt'])",
        "upload_file('$several', [])",
        "upload_file('$asks', 'FILES/b.txt')",
        "upload_file('$label', 'FILES/b.txt')",
        "upload_file('$off', 'FILES/b.txt')",
        "upload_file('$press', 'FILES/b.txt')",
        "upload_file('$one', 'FILES/none.txt')",
        "upload_file('999', 'FILES/a.txt')",
        "mouse_upload_file(@one, 'FILES/b.txt')",
        "mouse_upload_file(@press, 'FILES/b.txt')",
    ),
    "tabs": (
        "click('$blank')",
        "tab_focus(0)",
        "fill('$field', 'kept')",
        "click('$open')",
        "tab_focus(-1)",
        "tab_focus(7)",
        "tab_close()",
        "goto('SITE/acts_tabs.html')",
        "click('$same')",
        "go_back()",
        "go_forward()",
        "go_forward()",
        "go_back()",
        "click('$push')",
        "go_back()",
        "go_forward()",
        "goto('about:blank')",
        "go_back()",
        "click('$other')",
        "go_back()",
        "click('$late')",
        "new_tab()",
        "go_back()",
        "goto('SITE/acts_second.html')",
        "tab_close()",
        "tab_close()",
        "tab_close()",
    ),
    "goto": (
        "goto('http://127.0.0.1:9/')",
        "goto('NOBODY/')",
        "go_back()",
        "go_forward()",
        "goto('nonsense')",
        "goto('')",
        "goto('http://')",
        "goto('SITE/acts_tabs.html#one')",
        "goto('SITE/acts_tabs.html#two')",
        "go_back()",
        "go_back()",
        "goto('ODD/empty')",
        "goto('ODD/missing')",
        "goto('ODD/broken')",
        "goto('SITE/acts_detour.html')",
        "goto('ALIAS/acts_detour.html')",
        "goto('ODD/unfinished')",
        "send_msg_to_user('It was built in 1751.')",
        "report_infeasible('No such field.')",
    ),
}
PAGE = {"tabs": "acts_tabs.html", "goto": "acts_tabs.html", "blocked": "acts.html#short"}

Run = list[dict[str, Any]]


def ours(it: Windowed, page: str, actions: list[str]) -> tuple[list[str], Run]:
    """Return the actions as they were executed, and what there was to see after each."""
    it.open(page)
    it.js(PROBE)
    told: list[str] = []
    seen: Run = []
    for template in actions:
        told.append(it.filled(template))
        error = it.do(told[-1])
        look = it.look()
        seen.append(
            {
                "error": error,
                "text": look.text,
                "focused": look.focused,
                "addresses": it.addresses,
                "front": it.front,
                "chat": [[one["role"], one["message"]] for one in it.chat.messages],
                "probe": it.js(PROBE),
            }
        )
    return told, seen


def theirs(scripts: list[dict[str, Any]], folder: Path) -> Iterator[Run]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.env.browsergym_acts"],
        input=json.dumps(scripts),
        capture_output=True,
        text=True,
        env={**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(folder)},
        cwd=ROOT,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], Run, Run]]:
    """Both sides' words on every script."""
    files = tmp_path_factory.mktemp("files")
    for name in ("a.txt", "b.txt"):
        (files / name).write_text(name, "utf-8")
    mine: dict[str, tuple[list[str], Run]] = {}
    requests: dict[str, dict[str, Any]] = {}
    nobody = refusing()
    with odd_server() as odd, windowed(uploads=(files,)) as it:
        for name, templates in SCRIPTS.items():
            page = PAGE.get(name, "acts.html")
            known = {"ODD/": odd, "NOBODY/": nobody, "FILES/": f"{files}/"}
            actions = [replaced(template, known) for template in templates]
            mine[name] = ours(it, page, actions)
            requests[name] = {
                "page": it.server.url + page,
                "actions": mine[name][0],
                "timeout_ms": round(it.timeout * 1000),
                "delay": 0.25 if "tabs" in page else 0.15,
            }
        others = played_by_browsergym(mine, requests, it.server.url, tmp_path_factory)
    return {name: (*mine[name], others[name]) for name in SCRIPTS}


def played_by_browsergym(
    mine: dict[str, tuple[list[str], Run]],
    requests: dict[str, dict[str, Any]],
    site: str,
    folders: pytest.TempPathFactory,
) -> dict[str, Run]:
    """Return BrowserGym's runs.

    Its waiting is in real time: on a busy machine it may look before a page has come to rest, or
    give up where nothing is in the way, which says nothing about us. A script that went another
    way is played again, with more time.
    """
    others: dict[str, Run] = {}
    wanted = list(requests)
    for _ in range(3):
        played = list(theirs([requests[name] for name in wanted], folders.mktemp("browsers")))
        for run in played:
            for step in run:
                # A page that does not load is given up by us; BrowserGym's goes on loading.
                text = step["text"].replace(site, "http://pages/")
                step["text"] = text.replace(", busy=1", "")
        others |= dict(zip(wanted, played, strict=True))
        wanted = [name for name in wanted if compared(mine[name][1]) != compared(others[name])]
        if not wanted:
            break
        for name in wanted:
            requests[name]["delay"] *= 2
    return others


def compared(run: Run) -> list[dict[str, Any]]:
    """What the tests below compare."""
    return [{**step, "error": first_line(step["error"])} for step in run]


def replaced(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


def first_line(error: str) -> str:
    return error.split("\n", 1)[0]


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_error_has_browsergyms_class_and_first_line(
    runs: dict[str, tuple[list[str], Run, Run]], script: str
) -> None:
    for action, mine, other in zip(*runs[script], strict=True):
        assert first_line(mine["error"]) == first_line(other["error"]), action


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("what", ["probe", "addresses", "front", "chat", "focused", "text"])
def test_what_can_be_seen_afterwards_is_the_same(
    runs: dict[str, tuple[list[str], Run, Run]], script: str, what: str
) -> None:
    for step, (action, mine, other) in enumerate(zip(*runs[script], strict=True)):
        assert mine[what] == other[what], f"after step {step}: {action}"


def test_what_stands_in_the_way_is_in_browsergyms_log(
    runs: dict[str, tuple[list[str], Run, Run]],
) -> None:
    reasons = []
    for script in ("fields", "mouse", "blocked"):
        for action, mine, other in zip(*runs[script], strict=True):
            # BrowserGym's marking leaves more attributes in an element than ours.
            reason = mine["error"].partition("\n")[2].partition("></div>")
            if reason[0] and not action.startswith("press("):
                reasons.append("".join(reason))
                assert reason[0] in other["error"], action
                assert reason[2] in other["error"], action
    assert len(reasons) == 8
    assert sum("intercepts pointer events" in reason for reason in reasons) == 4


def test_the_scripts_use_every_primitive() -> None:
    used = {template.split("(", 1)[0] for script in SCRIPTS.values() for template in script}
    assert used == set(EVERY)
