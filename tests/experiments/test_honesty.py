"""The search never sees a reward, a file name or a title (decisions 1 and 7)."""

from __future__ import annotations

import pytest

from tests.experiments.played import played, source

CORE = "/core/core.js"
TASKS = [("miniwob.click-collapsible-2", 0), ("miniwob.enter-date", 1), ("miniwob.login-user", 2)]


def flipped() -> dict[str, str]:
    """MiniWoB++'s core with every reward's sign turned, whatever a page reports."""
    core = source(CORE)
    head = "core.endEpisode = function(reward, time_proportional, reason) {"
    assert core.count(head) == 1
    return {CORE: core.replace(head, head + " reward = -reward;")}


@pytest.mark.parametrize(("task", "seed"), TASKS)
def test_a_page_with_its_reward_flipped_grows_the_same_tree(task: str, seed: int) -> None:
    as_shipped = played(task, seed=seed)
    turned = played(task, seed=seed, changed=flipped())
    assert as_shipped.row.reward_raw == -(turned.row.reward_raw or 0) != 0
    assert as_shipped.record.to_json() == turned.record.to_json()
    assert as_shipped.row.trajectory == turned.row.trajectory


def without_names(value: object) -> object:
    """A tree's data without what a title or an address may change: the page's digest."""
    if isinstance(value, dict):
        return {key: without_names(item) for key, item in value.items() if key != "page"}
    if isinstance(value, list):
        return [without_names(item) for item in value]
    return value


@pytest.mark.parametrize(("task", "seed"), TASKS)
def test_another_title_changes_no_decision(task: str, seed: int) -> None:
    page = f"/miniwob/{task.removeprefix('miniwob.')}.html"
    shipped = source(page)
    start, end = shipped.index("<title>"), shipped.index("</title>")
    renamed = f"{shipped[:start]}<title>Quarterly figures{shipped[end:]}"
    as_shipped = played(task, seed=seed)
    other = played(task, seed=seed, changed={page: renamed})
    assert without_names(as_shipped.record.to_dict()) == without_names(other.record.to_dict())
    assert as_shipped.row.trajectory == other.row.trajectory


@pytest.mark.parametrize("preset", ["webpilot", "paper", "greedy"])
def test_the_same_seed_gives_the_same_bytes_twice(preset: str) -> None:
    first, second = (played("miniwob.click-collapsible-2", seed=4, preset=preset) for _ in range(2))
    assert len(first.record.attempts[0].nodes) > 1
    assert first.record.to_json() == second.record.to_json()
