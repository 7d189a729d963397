"""Both policies on a site with a server, by either way of exploring."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import webpilot as wp
from tests.experiments.form_model import form_model
from tests.sites.small_site import SmallBenchmark, SmallSite
from webpilot.agent import AgentConfig
from webpilot.course import EpisodePlan
from webpilot.episode import play
from webpilot.llm.settings import ModelSettings
from webpilot.policies import PolicySettings
from webpilot.presets import PRESETS
from webpilot.records.rows import EpisodeRow

GOAL = 'Set the line to "milk".'


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    small = SmallSite(tmp_path)
    yield small
    small.close()


def played(site: SmallSite, preset: str, policy: str, *, shared: bool) -> EpisodeRow:
    """The row of one episode on the page with the form."""
    method = PRESETS[preset]
    settings = PolicySettings(name=policy, prompts=method.prompts, model=ModelSettings.of({}))
    model = wp.ScriptedLLM(form_model) if policy == "llm" else None
    task = site.task(intent=GOAL, start_urls=("__SHOPPING__/form.html",))
    plan = EpisodePlan(
        task=task.id,
        seed=0,
        split="open",
        preset=preset,
        searcher=method.searcher,
        policy=policy,
        cast=settings.cast(salt=b"0" * 16, llm=model),
        config=AgentConfig(search=method.agent.search, plan=method.agent.plan),
        limits=method.bounds(policy),
    )
    return asyncio.run(play(plan, SmallBenchmark(site, task, shared=shared))).row


@pytest.mark.parametrize("shared", [False, True], ids=["replica", "readonly"])
@pytest.mark.parametrize(
    ("preset", "policy"),
    [("webpilot", "llm"), ("paper", "llm"), ("webpilot", "offline"), ("greedy", "offline")],
)
def test_a_form_is_sent_once_where_it_is_judged(
    site: SmallSite, preset: str, policy: str, shared: bool
) -> None:
    site.server.take()
    row = played(site, preset, policy, shared=shared)
    assert row.error is None
    assert row.success
    assert [name.partition("(")[0] for name in row.trajectory] == ["fill", "click"]
    assert "commit: POST shopping /ledger" in site.ledger.kinds()
    if shared:
        assert site.server.lines == ("milk",)
        assert "search: would_mutate POST shopping /ledger" in site.ledger.kinds()
