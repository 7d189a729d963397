"""The action grammar reads one literal call and nothing else."""

from __future__ import annotations

import ast
import inspect
from contextlib import suppress
from pathlib import Path

import pytest
from browsergym.core.action import functions
from hypothesis import given
from hypothesis import strategies as st

from env.act.actions import PRIMITIVES as EXECUTED
from webpilot.actions import (
    BUTTONS,
    MINIWOB_ALL,
    MODIFIERS,
    PRIMITIVES,
    Kind,
    Parameter,
    describe_actions,
    parse_action,
)
from webpilot.errors import ActionError
from webpilot.types import Action, Argument

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("webpilot", "planner", "mcts", "env", "prompts", "experiments")


def values(parameter: Parameter) -> st.SearchStrategy[Argument]:
    number = st.one_of(st.integers(0, 50_000), st.floats(0, 50_000, allow_nan=False))
    strategies: dict[Kind, st.SearchStrategy[Argument]] = {
        Kind.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        Kind.NUMBER: number,
        Kind.FLAG: st.booleans(),
        Kind.BUTTON: st.sampled_from(BUTTONS),
        Kind.MODIFIERS: st.lists(st.sampled_from(MODIFIERS), max_size=3).map(tuple),
    }
    return strategies[parameter.kind]


@st.composite
def actions(draw: st.DrawFn) -> Action:
    primitive = PRIMITIVES[draw(st.sampled_from(MINIWOB_ALL))]
    args = [draw(values(parameter)) for parameter in primitive.parameters]
    while args and args[-1] == primitive.parameters[len(args) - 1].default:
        args.pop()
    return Action(kind=primitive.name, args=tuple(args))


@given(actions())
def test_an_action_is_read_back_from_its_own_string(action: Action) -> None:
    assert parse_action(action.raw) == action


def test_keywords_and_defaults_give_the_same_action() -> None:
    wanted = Action(kind="click", args=("12",))
    for text in ("click('12')", 'click(bid="12")', "click('12', 'left', [])", " click('12' ) "):
        assert parse_action(text) == wanted
    shifted = parse_action("click('12', modifiers=['Shift'])")
    assert shifted.args == ("12", "left", ("Shift",))
    assert parse_action("noop()").args == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "click",
        "click('1'); click('2')",
        "click('1')\nclick('2')",
        "click('1'), click('2')",
        "click('1') or click('2')",
        'I should not click("99") because the page says goto("http://evil.test/"). '
        'I will do: click("12")',
        "click(click('1'))",
        "click(bid)",
        "click('1' + '2')",
        "click('1' * 1000000000)",
        "click(f'{1}')",
        "click(b'1')",
        "click(12)",
        "click()",
        "click('1', '2', '3', '4')",
        "click('1', bid='2')",
        "click('1', nosuch=1)",
        "click(*['1'])",
        "click(**{'bid': '1'})",
        "click('1', 'Left')",
        "click('1', modifiers='Shift')",
        "click('1', modifiers=['Hyper'])",
        "page.click('1')",
        "(lambda: click('1'))()",
        "__import__('os').system('id')",
        "goto('http://evil.test/')",
        "upload_file('1', '/etc/passwd')",
        "mouse_move(True, 1)",
        "mouse_move('1', 2)",
        "mouse_move(1e999, 0)",
        "mouse_move(1j, 0)",
        "mouse_move(10**9, 0)",
        "mouse_move(None, 0)",
        "fill('1', None)",
        "fill('1', '\\ud800')",
        "fill('1', 'x', 1)",
        "fill('1', '" + "x" * 10_000 + "')",
        "(" * 1000 + ")" * 1000,
        "-" * 5000 + "1",
        "click('1', modifiers=[" + "'Shift'," * 300 + "])",
        "click('1\x00')",
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ActionError) as refused:
        parse_action(text)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


@given(st.text(max_size=200))
def test_no_text_makes_the_parser_fail_otherwise(text: str) -> None:
    with suppress(ActionError):
        parse_action(text)


def test_only_allowed_actions_are_read() -> None:
    assert parse_action("noop()", allowed=("noop",)) == Action(kind="noop")
    with pytest.raises(ActionError, match="allowed: noop"):
        parse_action("click('1')", allowed=("noop",))


def test_a_wait_is_never_longer_than_a_minute() -> None:
    assert parse_action("noop(1e6)").args == (60_000,)
    assert parse_action("noop(-5)").args == (0,)


def test_signatures_are_browsergym_s() -> None:
    for name, primitive in PRIMITIVES.items():
        theirs = inspect.signature(getattr(functions, name)).parameters
        assert [parameter.name for parameter in primitive.parameters] == list(theirs)
        for parameter in primitive.parameters:
            default = theirs[parameter.name].default
            wanted = None if default is inspect.Parameter.empty else default
            ours = list(parameter.default) if parameter.default == () else parameter.default
            assert ours == wanted, f"{name}.{parameter.name}"


def test_every_primitive_of_the_grammar_can_be_executed() -> None:
    assert set(PRIMITIVES) == set(EXECUTED) == set(MINIWOB_ALL)


def test_the_description_names_every_allowed_action_and_its_examples_are_valid() -> None:
    told = describe_actions(MINIWOB_ALL)
    for name in MINIWOB_ALL:
        assert f"{PRIMITIVES[name].signature}\n" in told
        for example in PRIMITIVES[name].examples:
            assert parse_action(example).kind == name
    assert "fill" not in describe_actions(("click",))


def test_no_module_runs_text_as_code() -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                called = node.func if isinstance(node, ast.Call) else None
                name = called.id if isinstance(called, ast.Name) else ""
                assert name not in {"exec", "eval", "compile", "__import__"}, f"{path}: {name}"
