"""Scripted solutions pass and near-misses fail, under every judge a task names; a fixed dozen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from env.localweb.catalogue import load, tasks
from env.localweb.grounds import LocalwebGrounds
from env.sites.definition import SiteTask
from env.sites.exploring import READONLY
from env.sites.suite import SiteSuite
from experiments.localweb_check import SAMPLE, chosen, scripts_of, tried

DOZEN = chosen(everything=False)


@pytest.fixture(scope="module")
def suite() -> Iterator[SiteSuite]:
    with SiteSuite(LocalwebGrounds(explore=READONLY)) as opened:
        yield opened


@pytest.mark.parametrize("task", DOZEN, ids=lambda task: task.id)
def test_a_solution_pleases_every_judge_and_a_near_miss_none(
    suite: SiteSuite, task: SiteTask
) -> None:
    found = asyncio.run(tried(suite, [task]))
    assert len(found) >= 3
    assert [
        f"{each.script}: {each.error or each.reasons}" for each in found if not each.right
    ] == []


def test_the_dozen_has_every_kind_and_site() -> None:
    assert len(DOZEN) == len(SAMPLE) == 12
    assert {task.kind for task in DOZEN} == {task.kind for task in tasks("all")}
    assert {site for task in DOZEN for site in task.sites} == {
        site for task in tasks("all") for site in task.sites
    }


def test_every_task_has_a_solution_and_near_misses_and_the_database_judges_it() -> None:
    for task in tasks("all"):
        scripts = scripts_of(task)
        assert len(scripts) >= 3, task.id
        assert "database" in task.judges, task.id
        assert load(task.id) == task
