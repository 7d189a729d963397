"""The judge that asks the data: what it lets pass, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from env.judging import Ending, Opinion
from env.localweb.answers import answers
from env.localweb.database_judge import DatabaseJudge
from env.localweb.installing import install
from env.localweb.replica import Replica
from tests.env.pocket import ask, pocket
from webpilot.errors import ConfigError, EnvironmentDown
from webpilot.responses import TypedResponse
from webpilot.types import JsonItem

POCKET = pocket()


@dataclass
class Front:
    """The tab in front, as far as the judge looks at it."""

    url: str

    def evaluate(self, expression: str) -> str:
        assert expression == "location.href"
        return self.url


@pytest.fixture
def replica(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replica]:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))
    install([POCKET])
    with Replica(applications=[POCKET]).start() as running:
        yield running


def judged(
    replica: Replica,
    database: Mapping[str, Any],
    *,
    data: tuple[JsonItem, ...] | None = None,
    status: str = "SUCCESS",
    path: str = "/",
) -> Opinion:
    ending = Ending(
        page=cast(Any, Front(replica.urls["shopping"] + path)),
        answer="" if data is None else str(data[0]),
        response=TypedResponse(task_type="RETRIEVE", status=status, retrieved_data=data),
        har=None,
        sites=replica.urls,
    )
    return DatabaseJudge(replica)({"database": {"site": "shopping", **database}}, ending)


ROWS = {"sql": "SELECT name FROM things ORDER BY id", "rows": [["first"], ["second"]]}
MORE = {"sql": "SELECT name FROM things WHERE id > 2", "rows": [["added"]]}


def test_what_is_expected_of_the_data_is_looked_up(replica: Replica) -> None:
    assert judged(replica, {"expect": [ROWS]}).passed
    failed = judged(replica, {"expect": [ROWS, MORE]})
    assert not failed.passed
    assert "WHERE id > 2" in failed.reason


def test_what_else_changed_fails_the_task(replica: Replica) -> None:
    ask(replica.urls["shopping"], "POST", "/add")
    assert not judged(replica, {"expect": []}).passed
    assert judged(replica, {"expect": [MORE], "changes": {"shopping": ["things"]}}).passed


def test_a_table_that_must_change_and_did_not_fails_the_task(replica: Replica) -> None:
    assert not judged(replica, {"changes": {"shopping": ["things"]}}).passed


def test_one_too_many_fails_where_rows_are_counted(replica: Replica) -> None:
    counted = {"changes": {"shopping": {"things": [1, 0]}}}
    ask(replica.urls["shopping"], "POST", "/add")
    assert judged(replica, counted).passed
    ask(replica.urls["shopping"], "POST", "/add")
    assert "2 new and 0 gone" in judged(replica, counted).reason
    assert judged(replica, {"changes": {"shopping": {"things": None}}}).passed


def test_a_reset_makes_the_same_task_fail_again(replica: Replica) -> None:
    wanted = {"expect": [MORE], "changes": {"shopping": {"things": [1, 0]}}}
    ask(replica.urls["shopping"], "POST", "/add")
    assert judged(replica, wanted).passed
    replica.reset()
    assert not judged(replica, wanted).passed


def test_the_right_answer_is_computed_from_the_data(replica: Replica) -> None:
    asked = {"answer": {"sql": "SELECT name FROM things WHERE id = 2", "form": "text"}}
    assert judged(replica, asked, data=("Second",)).passed
    assert not judged(replica, asked, data=("first",)).passed
    assert not judged(replica, asked).passed
    counted = {"answer": {"sql": "SELECT COUNT(*) FROM things", "form": "number"}}
    assert judged(replica, counted, data=(2,)).passed
    ask(replica.urls["shopping"], "POST", "/add")
    changes = {"changes": {"shopping": ["things"]}}
    assert not judged(replica, counted | changes, data=(2,)).passed


def test_a_task_that_cannot_be_done_passes_only_when_that_is_said(replica: Replica) -> None:
    impossible = {"status": "NOT_FOUND_ERROR"}
    assert judged(replica, impossible, status="NOT_FOUND_ERROR").passed
    assert not judged(replica, impossible).passed
    assert not judged(replica, {}, status="NOT_FOUND_ERROR").passed
    ask(replica.urls["shopping"], "POST", "/add")
    assert not judged(replica, impossible, status="NOT_FOUND_ERROR").passed


def test_the_page_in_front_is_compared_by_path_and_by_query_where_one_is_given(
    replica: Replica,
) -> None:
    wanted = {"url": {"sql": "SELECT '/things/' || id || '/' FROM things WHERE id = 2"}}
    assert judged(replica, wanted, path="/things/2").passed
    assert judged(replica, wanted, path="/things/2/?from=list").passed
    assert not judged(replica, wanted, path="/things/1/").passed
    sorted_by = {"url": {"sql": "SELECT '/things/?sort=name&page=2'"}}
    assert judged(replica, sorted_by, path="/things/?page=2&sort=name").passed
    assert not judged(replica, sorted_by, path="/things/?sort=name").passed


def test_a_query_that_writes_or_is_none_is_the_tasks_mistake(replica: Replica) -> None:
    for sql in ("DELETE FROM things", "SELECT nothing FROM nowhere", "SELECT 1; SELECT 2"):
        with pytest.raises(ConfigError, match="SELECT|DELETE"):
            judged(replica, {"expect": [{"sql": sql, "rows": []}]})
    assert replica.changed() == {}


def test_a_query_without_an_end_is_cut(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("env.localweb.database_judge.STEPS", 10_000)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"
    with pytest.raises(ConfigError, match="interrupted"):
        judged(replica, {"expect": [{"sql": endless, "rows": []}]})


def test_a_database_that_is_gone_or_damaged_is_no_verdict(replica: Replica) -> None:
    replica.data("shopping").write_bytes(b"this is no database, but it is long enough" * 9)
    with pytest.raises(EnvironmentDown, match="cannot be read"):
        judged(replica, {"expect": [ROWS]})
    replica.data("shopping").unlink()
    with pytest.raises(EnvironmentDown, match="gone"):
        judged(replica, {"expect": [ROWS]})


@pytest.mark.parametrize(
    ("given", "right", "form", "passes"),
    [
        (["$1,023.50"], [1023.5], "number", True),
        (["The total is 23.99 dollars."], [23.99], "number", True),
        (["23.98"], [23.99], "number", False),
        (["between 23.99 and 30"], [23.99], "number", False),
        (["none"], [3], "number", False),
        ([3, 4], [3], "number", False),
        ([" 'Blue ' "], ["blue"], "text", True),
        (["dark blue"], ["blue"], "text", False),
        ([], ["blue"], "text", False),
        (["Pan, 8 inch, Red", "Lid"], ["Lid", "Pan, 8 inch, Red"], "list", True),
        (["Pan, 8 inch, Red and Lid"], ["Lid", "Pan, 8 inch, Red"], "list", True),
        (["1. Lid\n2. Pan, 8 inch, Red"], ["Lid", "Pan, 8 inch, Red"], "list", True),
        (["Lid"], ["Lid", "Pan"], "list", False),
        (["Lid, Pan, Pot"], ["Lid", "Pan"], "list", False),
        (["Lid", "Lid"], ["Lid"], "list", False),
    ],
)
def test_answers(given: list[object], right: list[object], form: str, passes: bool) -> None:
    assert answers(given, right, form=form) is passes


def test_an_answer_of_an_unknown_form_is_the_tasks_mistake() -> None:
    with pytest.raises(ConfigError, match="form"):
        answers(["a"], ["a"], form="essay")
