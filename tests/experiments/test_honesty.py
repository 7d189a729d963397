"""The search never sees a reward, a file name or a title (decisions 1 and 7)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from browsergym.miniwob.base import AbstractMiniwobTask

from env.miniwob.catalogue import MiniwobTask, load, task_classes
from tests.experiments.played import played, source

CORE = "/core/core.js"
OTHER = "quarterly-figures"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(MiniwobTask):
    """A task whose page lies under another name."""

    def instance(self, *, seed: int, base_url: str) -> AbstractMiniwobTask:
        kind = type("Renamed", (task_classes()[self.name],), {"subdomain": OTHER})
        return kind(seed=seed, base_url=base_url)


@pytest.mark.parametrize(("task", "seed"), TASKS)
def test_another_file_name_and_title_change_no_decision(
    task: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load(task)
    shipped = source(f"/miniwob/{found.name}.html")
    start, end = shipped.index("<title>"), shipped.index("</title>")
    renamed = f"{shipped[:start]}<title>Quarterly figures{shipped[end:]}"
    as_shipped = played(task, seed=seed)
    fields = {"id": found.id, "name": found.name, "group": found.group, "split": found.split}
    for module in ("env.miniwob.search", "env.miniwob.episode"):
        monkeypatch.setattr(f"{module}.load", lambda task_id: Renamed(**fields))
    other = played(task, seed=seed, changed={f"/miniwob/{OTHER}.html": renamed})
    assert without_names(as_shipped.record.to_dict()) == without_names(other.record.to_dict())
    assert as_shipped.row.trajectory == other.row.trajectory
    assert other.row.success == as_shipped.row.success


@pytest.mark.parametrize("preset", ["webpilot", "paper", "greedy"])
def test_the_same_seed_gives_the_same_bytes_twice(preset: str) -> None:
    first, second = (played("miniwob.click-collapsible-2", seed=4, preset=preset) for _ in range(2))
    assert len(first.record.attempts[0].nodes) > 1
    assert first.record.to_json() == second.record.to_json()
