from __future__ import annotations

import pytest

from webpilot.actions import MINIWOB_ALL
from webpilot.errors import ActionError
from webpilot.moves import parse_move, written
from webpilot.types import Action, Answer, Done, Infeasible, Outcome

MOVES: list[Action | Outcome] = [
    Action(kind="click", args=("12",)),
    Action(kind="fill", args=("a1", 'say "hi"\nto O\'Hara')),
    Done(),
    Infeasible(reason="there is no 'order 8'\nhere"),
]


@pytest.mark.parametrize("move", MOVES, ids=written)
def test_a_move_is_read_back_as_it_was_written(move: Action | Outcome) -> None:
    assert parse_move(written(move), allowed=MINIWOB_ALL) == move


@pytest.mark.parametrize("text", ["done()", " done( ) ", "done()\n"])
def test_a_claim_of_completion_is_one_bare_call(text: str) -> None:
    assert parse_move(text, allowed=()) == Done()


@pytest.mark.parametrize(
    "text",
    [
        "done",
        "done(1)",
        "done('because')",
        "done() and done()",
        "done()()",
        "done(); click('1')",
        "done(*[])",
        "I am done()",
        "report_infeasible()",
        "report_infeasible('')",
        "report_infeasible(' ')",
        "report_infeasible(reason='x')",
        "report_infeasible('a', 'b')",
        "report_infeasible(b'x')",
        "report_infeasible('a' + 'b')",
        "report_infeasible(f'{1}')",
        "report_infeasible(open('/etc/passwd'))",
        "report_infeasible('x').pop()",
        "__import__('os').system('x')",
        "answer('42')",
        "report_infeasible('" + "x" * 9_000 + "')",
        "report_infeasible(" + "(" * 5_000,
        "done(\0)",
        "",
    ],
)
def test_anything_else_is_refused_in_one_line_and_never_run(text: str) -> None:
    with pytest.raises(ActionError) as refused:
        parse_move(text, allowed=MINIWOB_ALL)
    assert "\n" not in str(refused.value)


def test_an_action_outside_the_benchmarks_set_is_refused() -> None:
    with pytest.raises(ActionError, match="allowed: click"):
        parse_move("fill('1', 'x')", allowed=("click",))


def test_an_answer_is_shown_although_it_is_never_proposed() -> None:
    assert written(Answer(text="42")) == "answer('42')"
