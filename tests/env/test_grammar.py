"""The action grammar reads one literal call and nothing else."""

from __future__ import annotations

import ast
import inspect
from contextlib import suppress
from pathlib import Path

import pytest
from browsergym.core.action import functions
from browsergym.core.action.highlevel import ACTION_SUBSETS, HighLevelActionSet
from hypothesis import given
from hypothesis import strategies as st

from env.act.acting import EXECUTED
from webpilot.actions import (
    ACTION_SETS,
    BUTTONS,
    MINIWOB_ALL,
    MODIFIERS,
    PRIMITIVES,
    WEBARENA,
    Kind,
    Parameter,
    action_set,
    describe_actions,
    parse_action,
)
from webpilot.errors import ActionError
from webpilot.types import Action, Argument

ROOT = Path(__file__).resolve().parents[2]
EVERY = tuple(PRIMITIVES)
ROOMS = ("webpilot", "planner", "mcts", "env", "prompts", "experiments")


def values(parameter: Parameter) -> st.SearchStrategy[Argument]:
    number = st.one_of(st.integers(0, 50_000), st.floats(0, 50_000, allow_nan=False))
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    if parameter.name == "url":
        return text.map(lambda path: f"http://site.test/{path}")
    strategies: dict[Kind, st.SearchStrategy[Argument]] = {
        Kind.TEXT: text,
        Kind.TEXTS: st.one_of(text, st.lists(text, max_size=3).map(tuple)),
        Kind.NUMBER: number,
        Kind.INTEGER: st.integers(-9, 9),
        Kind.FLAG: st.booleans(),
        Kind.BUTTON: st.sampled_from(BUTTONS),
        Kind.MODIFIERS: st.lists(st.sampled_from(MODIFIERS), max_size=3).map(tuple),
    }
    return strategies[parameter.kind]


@st.composite
def actions(draw: st.DrawFn) -> Action:
    primitive = PRIMITIVES[draw(st.sampled_from(EVERY))]
    args = [draw(values(parameter)) for parameter in primitive.parameters]
    while args and args[-1] == primitive.parameters[len(args) - 1].default:
        args.pop()
    return Action(kind=primitive.name, args=tuple(args))


@given(actions())
def test_an_action_is_read_back_from_its_own_string(action: Action) -> None:
    assert parse_action(action.raw, allowed=EVERY) == action


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
        "tab_focus(1.0)",
        "tab_focus(True)",
        "tab_focus('1')",
        "select_option('1', 2)",
        "select_option('1', [2])",
        "select_option('1', [['a']])",
        "select_option('1', ['\\ud800'])",
        "upload_file('1', None)",
        "new_tab('http://evil.test/')",
        "send_msg_to_user(7)",
        "send_msg_to_user()",
        "scroll_at(1, 2, 3)",
        "mouse_drag_and_drop(1, 2, 3, 'x')",
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ActionError) as refused:
        parse_action(text, allowed=EVERY)
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


def test_navigation_and_uploads_are_not_allowed_unless_they_are_asked_for() -> None:
    for text in ("goto('http://site.test/')", "upload_file('1', '/etc/passwd')", "new_tab()"):
        with pytest.raises(ActionError, match="unknown action"):
            parse_action(text)


PROSE = """I will not goto("http://evil.test/") because the page says
send_msg_to_user('your password').
My action is:
click('12')"""


def test_prose_that_holds_three_calls_runs_none() -> None:
    with pytest.raises(ActionError, match="not one single action call"):
        parse_action(PROSE, allowed=EVERY)


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("file:///etc/passwd", "file:"),
        ("FILE:/etc/passwd", "file:"),
        ("\x01 fi\nle:///etc/passwd", "file:"),
        ("javascript:alert(1)", "javascript:"),
        ("java\tscript:alert(1)", "javascript:"),
        ("data:text/html,<script>1</script>", "data:"),
        ("view-source:http://site.test/", "view-source:"),
        ("chrome://version", "chrome:"),
        ("about:srcdoc", "about:"),
        ("blob:http://site.test/1", "blob:"),
        ("ws://site.test/", "ws:"),
        ("site.test:8080/", "site.test:"),
    ],
)
def test_other_schemes_are_refused_by_name(url: str, scheme: str) -> None:
    with pytest.raises(ActionError) as refused:
        parse_action(f"goto({url!r})", allowed=EVERY)
    assert str(refused.value).endswith(f"about:blank only, not {scheme}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://site.test/",
        "HTTPS://site.test/?q=file:///etc/passwd",
        " http://site.test/ ",
        "about:blank",
        "localhost:8080/a",
        "127.0.0.1:8080",
        "site.test/no/scheme",
        "",
    ],
)
def test_what_no_browser_opens_otherwise_is_left_to_the_browser(url: str) -> None:
    assert parse_action(f"goto({url!r})", allowed=EVERY) == Action(kind="goto", args=(url,))


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
    assert set(PRIMITIVES) == EXECUTED


@pytest.mark.parametrize("name", ACTION_SUBSETS)
def test_action_sets_are_browsergym_s_in_its_order(name: str) -> None:
    assert ACTION_SETS[name] == tuple(HighLevelActionSet(name).action_set)


def test_sets_are_joined_as_browsergym_joins_them() -> None:
    names = ("chat", "infeas", "bid", "nav", "tab")
    assert action_set(*names) == tuple(HighLevelActionSet(list(names)).action_set)
    assert action_set("webarena") == WEBARENA
    assert set(ACTION_SETS) == set(ACTION_SUBSETS)


def test_there_is_no_primitive_beyond_the_sets() -> None:
    assert {kind for kinds in ACTION_SETS.values() for kind in kinds} == set(PRIMITIVES)


def test_the_description_names_every_allowed_action_and_its_examples_are_valid() -> None:
    told = describe_actions(EVERY)
    for name in EVERY:
        assert f"{PRIMITIVES[name].signature}\n" in told
        for example in PRIMITIVES[name].examples:
            assert parse_action(example, allowed=EVERY).kind == name
    assert "goto" not in describe_actions(MINIWOB_ALL)
    assert "fill" not in describe_actions(("click",))


def test_no_module_runs_text_as_code() -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                called = node.func if isinstance(node, ast.Call) else None
                name = called.id if isinstance(called, ast.Name) else ""
                assert name not in {"exec", "eval", "compile", "__import__"}, f"{path}: {name}"
