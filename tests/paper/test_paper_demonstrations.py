"""The planning demonstrations: typed, of every domain, and of no benchmark."""

from __future__ import annotations

import pytest

from prompts.demonstrations import DOMAINS, demonstrations, domain
from prompts.paper_schema import counts


@pytest.mark.parametrize("name", DOMAINS)
def test_every_domain_has_four_plans_of_one_to_nine_whole_subtasks(name: str) -> None:
    found = demonstrations(name, "")
    assert len(found) == 4
    assert len({each.task for each in found}) == 4
    for each in found:
        assert 1 <= len(each.subtasks) <= 9
        for subtask in each.subtasks:
            assert subtask.goal
            assert subtask.expectation
            assert counts(subtask.necessary_actions) == bool(subtask.necessary_actions)
        # What reads the answer comes last: the published method stops there.
        assert not any(subtask.needs_answer for subtask in each.subtasks[:-1])


@pytest.mark.parametrize("name", DOMAINS)
def test_every_domain_shows_an_answer_and_a_necessary_action(name: str) -> None:
    subtasks = [subtask for each in demonstrations(name, "") for subtask in each.subtasks]
    assert any(subtask.needs_answer for subtask in subtasks)
    assert any(subtask.necessary_actions for subtask in subtasks)


@pytest.mark.parametrize(
    ("site", "benchmark", "name"),
    [
        ("miniwob", "miniwob", "widgets"),
        ("", "miniwob", "widgets"),
        ("", "something new", "widgets"),
        ("shopping", "webarena", "shop"),
        ("shopping_admin", "webarena", "cms"),
        ("reddit", "webarena", "forum"),
        ("gitlab reddit", "webarena", "gitlab"),
        ("wikipedia, map", "webarena", "map"),
        ("Map", "webarena", "map"),
        ("", "gitlab", "gitlab"),
    ],
)
def test_the_domain_is_the_first_sites_else_the_benchmarks(
    site: str, benchmark: str, name: str
) -> None:
    assert domain(site, benchmark) == name
