"""The benchmarks draw the same scripts from a seed, compare honestly, and print what differs."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from env.gym.peer import Peer, Said, action_set
from env.miniwob.page import FOLDER
from env.server import PageServer, miniwob_folder
from experiments.bench import env_speed, parity, site_speed
from experiments.bench.drawing import MAKERS, Shown, draw
from webpilot.actions import PRIMITIVES, parse_action

PAGE = Shown(
    roles={"1": "textbox", "2": "button", "3": "combobox"},
    options=["Oslo", "Rome"],
    boxes={"1": (0.0, 0.0, 40.0, 20.0), "2": (0.0, 30.0, 40.0, 20.0)},
    url="http://127.0.0.1/",
)
KEYS = ["episodes", "observations", "equal_text", "equal_reward", "equal_error"]


@pytest.mark.parametrize("kind", sorted(set(MAKERS)))
def test_an_action_is_the_same_for_the_same_seed_and_can_be_read(kind: str) -> None:
    drawn = [[draw(random.Random(seed), PAGE, (kind,)) for seed in range(20)] for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert {parse_action(action, allowed=(kind,)).kind for action in drawn[0]} == {kind}


def test_every_primitive_of_the_action_set_can_be_drawn_but_those_on_files() -> None:
    kinds = set(action_set().action_set)
    assert kinds <= set(PRIMITIVES)
    assert kinds - set(MAKERS) == {"upload_file", "mouse_upload_file"}


def said(**changed: Any) -> Said:
    fields = {"text": "a\nb", "focused": "", "reward": 0.0, "done": False, "error": ""}
    return Said(**{**fields, "seconds": 0.1, **changed})


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({}, ()),
        ({"seconds": 9.0}, ()),
        ({"text": "a\nc"}, ("text",)),
        ({"reward": 1.0, "done": True}, ("reward", "done")),
        ({"error": "Error: x\nmore"}, ("error",)),
    ],
)
def test_text_reward_end_and_the_error_s_first_line_are_compared(changed, differs) -> None:
    assert parity.differing(said(**changed), said()) == differs


def test_only_the_first_line_of_an_error_counts() -> None:
    assert parity.differing(said(error="E: x\na"), said(error="E: x\nb")) == ()


def row(step: int, **changed: Any) -> parity.Compared:
    ours, theirs = said(**changed), said()
    return parity.Compared(
        task="click-test",
        seed=0,
        step=step,
        action="noop(0)" if step else "",
        differs=parity.differing(ours, theirs),
        ours=ours,
        theirs=theirs,
    )


def test_the_summary_counts_what_is_equal() -> None:
    rows = [row(0), row(1), row(2, text="x"), row(0, done=True)]
    found = parity.summary(rows)
    assert list(found) == KEYS
    assert list(found.values()) == [2, 4, 3, 3, 4]


def test_a_difference_is_told_with_task_seed_step_and_both_values() -> None:
    told = parity.told(row(2, text="a\nc", reward=1.0))
    assert "click-test seed 0 step 2: noop(0)" in told
    assert "only ours: c" in told
    assert "only BrowserGym: b" in told
    assert "reward: ours 1.0, BrowserGym 0.0" in told


@pytest.mark.timeout(240)
@pytest.mark.parametrize("task", ["click-checkboxes", "enter-text"])
def test_browsergym_says_the_same_of_a_random_script(task: str) -> None:
    with PageServer(miniwob_folder()) as server, Peer() as peer:
        rows = list(parity.compare(task, 5, steps=3, peer=peer, base_url=server.url + FOLDER))
    assert [one for one in rows if one.differs] == []
    assert len(rows) >= 2


def timed(contestant: str, reset: float, step: float) -> env_speed.Timed:
    return env_speed.Timed(
        task="click-test", contestant=contestant, round=1, reset_ms=reset, step_ms=(step, step)
    )


def test_speed_is_told_as_ratios_of_medians(tmp_path: Path) -> None:
    rows = [
        timed("browsergym", 1600.0, 1000.0),
        timed("browsergym, knobs", 1400.0, 400.0),
        timed("fast", 400.0, 100.0),
        timed("fast, eager", 500.0, 200.0),
        timed("restart", 100.0, 50.0),
        timed("floor", 50.0, 10.0),
    ]
    assert env_speed.summary(rows) == {
        "step_ratio_vs_browsergym": 10.0,
        "step_ratio_vs_browsergym_knobs": 4.0,
        "step_ratio_vs_floor": 10.0,
        "reset_ratio_vs_browsergym": 4.0,
        "episodes_ratio": 7.0,
    }
    assert env_speed.summary(rows, ours="restart")["episodes_ratio"] == 18.67
    report = env_speed.report(rows, 4)
    assert "1000" in report
    file = tmp_path / "speed.json"
    env_speed.save(file, env_speed.summary(rows), [])
    assert json.loads(file.read_text())["summary"]["episodes_ratio"] == 7.0


def visited(page: str, contestant: str, visit: float, scroll: float | None) -> site_speed.Timed:
    return site_speed.Timed(
        page=page, contestant=contestant, round=1, visit_ms=visit, scroll_ms=scroll
    )


def test_speed_on_sites_is_told_beside_what_the_sites_take_themselves() -> None:
    rows = [
        visited(page, name, slowness * visit, scroll)
        for page, slowness in (("shop", 4.0), ("wiki", 1.0))
        for name, visit, scroll in (
            ("browsergym", 1000.0, 800.0),
            ("browsergym, knobs", 300.0, 200.0),
            ("fast, eager", 200.0, 80.0),
            ("fast", 100.0, 40.0),
            ("floor", 50.0, None),
        )
    ]
    assert site_speed.summary(rows) == {
        "visit_ratio_vs_browsergym": 10.0,
        "visit_ratio_vs_browsergym_knobs": 3.0,
        "visit_ratio_vs_floor": 2.0,
        "scroll_ratio_vs_browsergym": 20.0,
        "scroll_ratio_vs_browsergym_knobs": 5.0,
    }
    assert site_speed.summary(rows, ours="fast, eager")["visit_ratio_vs_floor"] == 4.0
    assert "4000" in site_speed.report(rows)
