"""The task list is BrowserGym's; what is special about some tasks stands in tables of ours."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from env.miniwob.catalogue import (
    ACTION_LIMIT,
    GRADED,
    HELD_OUT_GROUPS,
    NEVER_RESTARTED,
    REAL_TIME,
    catalogue,
    load,
    page_seed,
    task_classes,
    tasks,
)
from env.miniwob.episode import open_episode
from env.miniwob.reference import Replay, judge
from env.miniwob.search import open_search
from env.miniwob.site import MiniwobSite
from env.server import miniwob_folder
from webpilot.errors import ConfigError
from webpilot.observation import Element, Observation
from webpilot.types import Action, Done

ROOT = Path(__file__).resolve().parents[2]


def test_the_splits_are_browsergyms() -> None:
    sizes = {split: len(tasks(split)) for split in ("train", "test", "all", "heldout", "tuning")}
    assert sizes == {"train": 62, "test": 63, "all": 125, "heldout": 16, "tuning": 46}
    assert {task.name for task in tasks("heldout")} <= {task.name for task in tasks("train")}
    assert not {task.name for task in tasks("heldout")} & {task.name for task in tasks("tuning")}
    assert set(catalogue()) == set(task_classes())


def test_the_held_out_groups_are_those_of_the_published_list() -> None:
    text = (ROOT / "docs" / "tuning.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", text, re.MULTILINE)
    assert {int(group) for group, _ in rows} == HELD_OUT_GROUPS
    named = {name for _, cell in rows for name in re.findall(r"`([^`]+)`", cell)}
    assert named == {task.name for task in tasks("heldout")}


def test_tables_name_tasks_that_exist() -> None:
    for table in (GRADED, REAL_TIME, NEVER_RESTARTED):
        assert set(table) <= set(catalogue())
        assert all(table.values())


def test_graded_pages_compute_their_reward_from_a_distance() -> None:
    """The table again by another route: a non-literal reward built on a division or difference."""
    folder = miniwob_folder() / "miniwob"
    continuous = re.compile(
        r"(score = \(\w+ - \w+\)\s*/|endEpisode\(\(\w+-\w+\)/|r = 1\.0 - \(Math\.abs)"
    )
    found = {
        task.name
        for task in tasks()
        if continuous.search((folder / f"{task.name}.html").read_text(encoding="utf-8"))
    }
    assert found == set(GRADED)


@pytest.mark.parametrize(
    ("wrong", "close"),
    [("miniwob.click-chekboxes", "miniwob.click-checkboxes"), ("clicktest", "miniwob.click-test")],
)
def test_an_unknown_task_names_close_matches_in_one_line(wrong: str, close: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(close)) as caught:
        load(wrong)
    assert "\n" not in str(caught.value)


def test_an_unknown_split_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="heldout"):
        tasks("validation")


def test_the_prefix_of_a_task_may_be_left_out() -> None:
    assert load("click-test") == load("miniwob.click-test")


def test_the_page_seed_is_what_browsergyms_task_would_draw() -> None:
    task = load("click-test")
    for seed in (0, 3, 2**31):
        instance = task.instance(seed=seed, base_url="http://x/")
        assert page_seed(seed) == instance.random.randint(0, 1000000)


def named(seen: Observation, role: str, name: str = "") -> Element:
    return next(one for one in seen.elements if one.role == role and name in one.name)


def click(target: Element) -> Action:
    return Action(kind="click", args=(target.bid,), target=target)


def fill(target: Element, text: str) -> Action:
    return Action(kind="fill", args=(target.bid, text), target=target)


def paths(name: str, goal: str, root: Observation) -> list[Action]:
    """A short committed path for a task, right or nearly right."""
    submit = next((one for one in root.elements if one.role == "button"), None)
    if name == "enter-text":
        wanted = re.findall(r'"(.+?)"', goal)[0]
        return [fill(named(root, "textbox"), wanted), click(named(root, "button"))]
    if name == "click-checkboxes-large":
        # Every second of the wanted boxes: partial credit, which BrowserGym counts as success.
        words = re.findall(r"\w+", goal)
        boxes = [one for one in root.elements if one.role == "checkbox" and one.name in words]
        return [*(click(box) for box in boxes[::2]), click(named(root, "button", "Submit"))]
    assert submit is not None
    if name == "search-engine":
        # The right result, whose link leads to "#": BrowserGym takes the page for another one.
        wanted = re.findall(r'"(.+?)"', goal)[0]
        result = Action(kind="click", args=("28",))
        return [fill(named(root, "textbox"), wanted), click(submit), result]
    return [click(submit)]


@pytest.mark.timeout(300)
def test_our_verdict_on_a_committed_path_is_browsergyms_own() -> None:
    async def ours(site: MiniwobSite, name: str, seed: int) -> tuple[Replay, float, float]:
        async with open_search(site, name, seed=seed) as search:
            actions = paths(name, search.task.goal, search.root)[:ACTION_LIMIT]
        async with open_episode(site, name, seed=seed) as episode:
            await episode.commit(actions)
            verdict = await episode.judge(Done())
            raws = tuple(action.raw for action in episode.committed)
            assert episode.commit_drift_step is None
        replay = Replay(task=f"miniwob.{name}", seed=seed, actions=raws)
        return replay, verdict.reward, verdict.reward_raw

    cases = [
        ("click-test", 1),
        ("enter-text", 2),
        ("click-checkboxes-large", 3),
        ("click-dialog", 4),
        ("click-test-2", 5),
        ("search-engine", 1),
    ]
    with MiniwobSite() as site:
        mine = [asyncio.run(ours(site, name, seed)) for name, seed in cases]
    theirs = judge([replay for replay, _, _ in mine])
    assert [(reward, raw) for _, reward, raw in mine] == [
        (opinion.reward, opinion.reward_raw) for opinion in theirs
    ]
    rewards = [reward for _, reward, _ in mine]
    assert 1.0 in rewards
    assert any(0 < raw < 1 for _, _, raw in mine)
