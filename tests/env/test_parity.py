"""Our texts, focus and error lines are BrowserGym's, action by action, on twelve tasks.

We go first and write down the action strings; BrowserGym's unmodified environment repeats them in
a process of its own, on the same served pages with the same seeds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from env.miniwob.catalogue import load
from env.miniwob.page import CANONICAL, FOLDER
from env.miniwob.site import MiniwobSite
from webpilot.actions import MINIWOB_ALL, parse_action
from webpilot.observation import Observation

pytestmark = pytest.mark.timeout(400)

SEED = 7
ROOT = Path(__file__).resolve().parents[2]

# Placeholders: {role#k} is the bid of the k-th element of a role (of a tag for cues, written
# <tag>#k), {role#k@fx,fy} the point at these fractions of its box, in the actions' coordinates.
SCRIPTS: dict[str, tuple[str, ...]] = {
    "click-checkboxes": (
        "click('{checkbox#0}')",
        "click('{checkbox#1}', 'right')",
        "keyboard_press('Tab')",
        "keyboard_press('Space')",
        "click('9999')",
        "click('{checkbox#0}', modifiers=['Shift'])",
        "fill('{checkbox#1}', 'x')",
        "click('{button#0}')",
    ),
    "enter-text": (
        "fill('{textbox#0}', 'Paris in spring')",
        "keyboard_press('ControlOrMeta+ArrowLeft')",
        "keyboard_type('early ')",
        "keyboard_press('Shift+Home')",
        "keyboard_type('Été ~ 9')",
        "keyboard_press('NoSuchKey')",
        "fill('{button#0}', 'x')",
        "fill('{textbox#0}', '')",
        "keyboard_press('Control+a')",
    ),
    "book-flight": (
        "fill('{textbox#0}', 'New York', True)",
        "keyboard_press('ArrowDown')",
        "keyboard_press('Enter')",
        "click('{textbox#2}')",
        "keyboard_press('Escape')",
        "click('3')",
        "fill('{textbox#1}', 'Bos')",
    ),
    "choose-list": (
        "click('{<option>#1}')",
        "click('{combobox#0}')",
        "keyboard_press('ArrowDown')",
        "keyboard_press('Enter')",
        "keyboard_type('B')",
        "noop(100)",
    ),
    "use-slider": (
        "mouse_move({<span>#0@0.5,0.5})",
        "mouse_down({.ui-slider-handle@0.5,0.5})",
        "mouse_move({.ui-slider@0.7,0.5})",
        "mouse_up({.ui-slider@0.7,0.5})",
        "keyboard_press('ArrowRight')",
        "mouse_click({.ui-slider@0.2,0.5})",
    ),
    "drag-items": (
        "mouse_down({<li>#0@0.5,0.5})",
        "mouse_move({<li>#1@0.5,0.5})",
        "mouse_move({<li>#2@0.5,0.9})",
        "mouse_up({<li>#2@0.5,0.9})",
        "mouse_dblclick({<li>#1@0.5,0.5}, 'left')",
    ),
    "scroll-text-2": (
        "scroll(0, 60)",
        "mouse_move({textbox#0@0.5,0.5})",
        "scroll(0, 60)",
        "scroll(0, -30.5)",
        "click('{textbox#0}')",
        "keyboard_press('PageDown')",
    ),
    "highlight-text": (
        "mouse_dblclick({.query@0.4,0.2})",
        "mouse_down({.query@0.05,0.1})",
        "mouse_up({.query@0.8,0.3})",
        "keyboard_press('Control+c')",
        "click('{button#0}')",
    ),
    "click-collapsible": (
        "click('{<h3>#0}')",
        "click('{<h3>#0}')",
        "click('{<h3>#0}')",
        "mouse_click(3, 3, 'middle')",
    ),
    "enter-date": (
        "fill('{<input>#0}', '2019-13-45')",
        "fill('{<input>#0}', '2019-11-05')",
        "click('{<input>#0}')",
        "keyboard_type('0203')",
        "click('{button#0}')",
    ),
    "click-menu": (
        "mouse_move({menuitem#0@0.5,0.5})",
        "mouse_move({menuitem#1@0.5,0.5})",
        "click('{menuitem#1}')",
        "keyboard_press('ArrowDown')",
    ),
    "click-shape": (
        "mouse_click({<svg>#0@0.3,0.3})",
        "mouse_click({<svg>#0@0.6,0.6}, 'right')",
        "click('{<svg>#0}')",
    ),
}

DELAYS = {"book-flight": 0.6, "click-collapsible": 0.6, "click-menu": 0.6, "use-slider": 0.4}


def filled(template: str, seen: Observation) -> str:
    """Return the action string with its placeholders replaced by what the page shows."""

    def one(match: re.Match[str]) -> str:
        selector, _, place = match[1].partition("@")
        bid, box = chosen(selector, seen)
        if not place:
            return bid
        across, down = (float(part) for part in place.split(","))
        x, y = box[0] + box[2] * across, box[1] + box[3] * down
        return f"{x * seen.scale:.2f}, {y * seen.scale:.2f}"

    return re.sub(r"\{([^{}]+)\}", one, template)


def chosen(selector: str, seen: Observation) -> tuple[str, tuple[float, float, float, float]]:
    name, _, rank = selector.partition("#")
    if name.startswith("<"):
        found: list[Any] = [cue for cue in seen.cues if cue.tag == name[1:-1]]
        if not found and name == "<option>":
            found = [one for one in seen.elements if "option" in one.role.lower()]
    elif name.startswith("."):
        classes = name[1:].split("-")
        found = [cue for cue in seen.cues if list(cue.words[: len(classes)]) == classes]
    else:
        found = [one for one in seen.elements if one.role == name]
    picked = found[int(rank or 0)]
    return picked.bid, picked.box or (0.0, 0.0, 0.0, 0.0)


def ours(site: MiniwobSite, task: str) -> dict[str, Any]:
    """Return what our page says to the task's script, and the script as it was executed."""
    page = site.page(load(task), seed=SEED, deadline=15.0)
    actions, errors = [], []

    def run() -> list[Observation]:
        page.load()
        seen = [page.observe()]
        for template in SCRIPTS[task]:
            actions.append(filled(template, seen[-1]))
            errors.append(page.act(parse_action(actions[-1])))
            seen.append(page.observe())
        page.close()
        return seen

    seen = site.thread.submit(run).result()
    return {
        "task": task,
        "seed": SEED,
        "delay": DELAYS.get(task, 0.25),
        "actions": actions,
        "texts": [one.text for one in seen],
        "focused": [one.focused for one in seen],
        "errors": errors,
    }


def theirs(scripts: list[dict[str, Any]], base_url: str, folder: Path) -> Iterator[dict[str, Any]]:
    told = {"task", "seed", "delay", "actions"}
    request = {
        "base_url": base_url + FOLDER,
        "scripts": [{key: script[key] for key in told} for script in scripts],
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.env.browsergym_texts"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        env={**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(folder)},
        cwd=ROOT,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], ...]]:
    """Both sides' words on every script."""
    site = MiniwobSite()
    try:
        mine = [ours(site, task) for task in SCRIPTS]
        base_url = site.server.url
        others = list(theirs(mine, base_url, tmp_path_factory.mktemp("browsers")))
    finally:
        site.close()
    for other in others:
        other["texts"] = [text.replace(base_url, CANONICAL) for text in other["texts"]]
    return {run["task"]: (run, other) for run, other in zip(mine, others, strict=True)}


@pytest.mark.parametrize("task", SCRIPTS)
def test_every_text_and_focus_equals_browsergyms(
    runs: dict[str, tuple[dict[str, Any], ...]], task: str
) -> None:
    mine, other = runs[task]
    for step, action in enumerate(["reset", *mine["actions"]]):
        assert mine["texts"][step] == other["texts"][step], f"after step {step}: {action}"
        assert mine["focused"][step] == other["focused"][step], f"after step {step}: {action}"


@pytest.mark.parametrize("task", SCRIPTS)
def test_every_error_has_browsergyms_class_and_first_line(
    runs: dict[str, tuple[dict[str, Any], ...]], task: str
) -> None:
    mine, other = runs[task]
    for action, error, wanted in zip(mine["actions"], mine["errors"], other["errors"], strict=True):
        assert first_line(error) == first_line(wanted), action


def first_line(error: str) -> str:
    return error.split("\n", 1)[0]


def test_the_scripts_use_every_primitive() -> None:
    used = {template.split("(", 1)[0] for script in SCRIPTS.values() for template in script}
    assert used == set(MINIWOB_ALL)
