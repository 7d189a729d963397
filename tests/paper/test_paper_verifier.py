"""The paper's Verifier: what an action must look like, and how it is mended."""

from __future__ import annotations

from typing import Any

import pytest
from paper_rig import CLICK, FILL, SEARCH, TASK, TYPED, cast, choice, context, run

from prompts.paper_schema import NextAction
from webpilot.actions import MINIWOB_ALL
from webpilot.observation import Element, Fingerprint, Observation
from webpilot.paper.alignment import conflict
from webpilot.paper.grammar import Misread, Understood, offered, typed, understood
from webpilot.roles import Rejection
from webpilot.types import Action, Task

ALL = offered(())


def read(page: Observation = SEARCH, **given: Any) -> Understood:
    return understood(NextAction.model_validate(choice(**given)), page, ALL)


def refused(page: Observation = SEARCH, **given: Any) -> str:
    with pytest.raises(Misread) as caught:
        read(page, **given)
    return "\n".join(caught.value.warnings)


def repaired(**given: Any) -> dict[str, Any]:
    fields = ("action_intent", "action_type", "action_str", "element_info")
    kept = choice(**given)
    return {"reasoning": "mended", **{key: kept[key] for key in fields if key in kept}}


# ---------------------------------------------------------------------------------- conversion
def test_a_click_keeps_its_element_and_its_intent() -> None:
    action = read().action
    assert action == Action(kind="click", args=("8",))
    assert action.target == SEARCH.element("8")
    assert action.intent == "start the search"


@pytest.mark.parametrize("written", ["8", "[8]", "'8'", ' "8" ', "[8] button 'Search'", "['8']", 8])
def test_an_id_is_taken_out_of_brackets_and_quotes(written: object) -> None:
    assert read(action_str=written).action.args == ("8",)


def test_a_hover_moves_the_mouse_to_the_middle_of_the_element() -> None:
    given = {"action_type": "hover", "action_str": "7", "element_info": "textbox 'Title'"}
    assert read(**given).action == Action(kind="mouse_move", args=(60.0, 35.0))
    assert "not drawn" in refused(action_type="hover")


def test_a_hover_counts_in_the_pixels_of_the_screen() -> None:
    box = Element(bid="1", role="img", name="Map", box=(10.0, 10.0, 10.0, 10.0))
    page = Observation(
        text="[1] img 'Map'",
        fingerprint=Fingerprint(exact="", interactive=""),
        elements=(box,),
        scale=2.0,
    )
    given = {"action_type": "hover", "action_str": "1", "element_info": "img 'Map'"}
    assert read(page, **given).action.args == (30.0, 30.0)


@pytest.mark.parametrize(("way", "turn"), [("down", 400), ("Up", -400), ('"down"', 400)])
def test_a_scroll_turns_by_most_of_a_screen(way: str, turn: int) -> None:
    given = {"action_type": "scroll", "action_str": way, "element_info": ""}
    assert read(**given).action == Action(kind="scroll", args=(0, turn))


def test_a_scroll_on_a_page_of_unknown_height_has_a_length_too() -> None:
    page = Observation(text="", fingerprint=Fingerprint(exact="", interactive=""))
    given = {"action_type": "scroll", "action_str": "down", "element_info": None}
    assert read(page, **given).action.args == (0, 480)


def test_typing_becomes_a_fill_and_says_whether_enter_follows() -> None:
    given: dict[str, Any] = {"action_type": "type", "element_info": "textbox 'Title'"}
    found = read(**given, action_str=["7", "Salt", 0])
    assert found == Understood(action=FILL)
    assert read(**given, action_str=["7", "Salt", True]) == Understood(action=FILL, enter=True)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ('["7", "Salt", 0]', ("7", "Salt", False)),
        ('["7", "Salt", 1]', ("7", "Salt", True)),
        ("[7, 'Salt']", ("7", "Salt", True)),
        ('[7, "Salt", false]', ("7", "Salt", False)),
        ("(7, 'it''s', True)", ("7", "its", True)),
        ("[7, Salt and pepper, 0]", ("7", "Salt and pepper", False)),
        ("7, Salt, with pepper", ("7", "Salt, with pepper", True)),
        ('{"id": 7, "text": "Salt", "enter": "0"}', ("7", "Salt", False)),
        ('[7, "a \\"quoted\\" word\\nand a line", 0]', ("7", 'a "quoted" word\nand a line', False)),
        ("[7, 10, 1]", ("7", "10", True)),
        ("[7, 3.50, 0]", ("7", "3.50", False)),
        ("[7, 007, 0]", ("7", "007", False)),
    ],
)
def test_what_is_typed_is_read_as_it_was_written(
    written: str, parts: tuple[str, str, bool]
) -> None:
    assert typed(written) == parts


@pytest.mark.parametrize(
    "written", ['["7", "", 1]', '["7"]', "7", '["7", null, 1]', '["7", "a", 2]', '["7","a",1,1]']
)
def test_typing_without_a_text_or_with_another_flag_is_refused(written: str) -> None:
    with pytest.raises(Misread):
        typed(written)


def test_a_text_that_cannot_be_written_down_is_refused() -> None:
    given: dict[str, Any] = {"action_type": "type", "element_info": "textbox 'Title'"}
    assert refused(**given, action_str='["7", "\\ud800", 0]')
    assert "longer" in refused(**given, action_str=["7", "a" * 9000, 0])


# ------------------------------------------------------------------------------- what is allowed
def test_only_what_the_benchmarks_primitives_can_do_is_offered() -> None:
    assert offered(MINIWOB_ALL).kinds == ("click", "hover", "type", "scroll")
    some = offered(("click", "fill"))
    assert some.kinds == ("click", "type")
    assert not some.enter
    task = Task(id="x", seed=0, goal=TASK.goal, action_kinds=("click", "fill", "noop"))
    made = cast({"next_action": choice(action_type="scroll"), "format_repair": repaired()}, task)
    run(made.explorer.propose(context(), 1))
    (asked,) = made.asked("next_action")
    assert "- scroll:" not in asked
    assert "hover" not in asked
    assert "scroll" in made.asked("format_repair")[0].partition("What is wrong")[2]


def test_where_enter_is_not_allowed_none_follows() -> None:
    chosen = choice(action_type="type", action_str=["7", "a", 1], element_info="textbox 'Title'")
    found = understood(NextAction.model_validate(chosen), SEARCH, offered(("fill",)))
    assert not found.enter


# ------------------------------------------------------------------------------------- warnings
@pytest.mark.parametrize(
    ("given", "warning"),
    [
        ({"action_intent": None}, "action_intent is missing"),
        ({"action_type": None}, "action_type is missing"),
        ({"action_str": None}, "action_str is missing"),
        ({"element_info": None}, "element_info is missing"),
        ({"action_type": "goto"}, "unknown"),
        ({"action_str": "12"}, "no element '12'"),
        ({"action_str": "10", "element_info": "button 'Cancel'"}, "disabled"),
        ({"action_type": "scroll", "action_str": "left"}, "up"),
        ({"element_info": "link 'Help'"}, "Which of the two"),
    ],
)
def test_an_action_that_cannot_be_taken_is_refused_with_a_reason(
    given: dict[str, Any], warning: str
) -> None:
    assert warning in refused(**given)


def test_every_fault_is_named_at_once() -> None:
    told = refused(action_intent="", action_str="12")
    assert "action_intent is missing" in told
    assert "no element '12'" in told


# ------------------------------------------------------------------------------------ alignment
PAGE = "\n".join(
    [
        "RootWebArea 'Shelf'",
        "\tStaticText 'Return this book'",
        "\t[1] button 'Borrow'",
        "\t[2] button 'Return'",
        "\t[3] link 'Borrow again and again'",
        "\t[4] button 'Borrow'",
    ]
)


def test_words_that_stand_in_the_ids_line_agree_with_it() -> None:
    assert conflict("button 'Return'", "2", PAGE) is None
    assert conflict("[2] button   'RETURN'", "2", PAGE) is None
    assert conflict("Borrow", "3", PAGE) is None


def test_words_of_another_line_contradict_the_id_and_both_lines_are_named() -> None:
    assert conflict("button 'Return'", "1", PAGE) == ("[1] button 'Borrow'", "[2] button 'Return'")


def test_elements_that_read_alike_are_told_apart_by_the_id() -> None:
    assert conflict("button 'Borrow'", "4", PAGE) is None


def test_words_of_no_line_leave_the_id_trusted() -> None:
    assert conflict("the big green one", "2", PAGE) is None
    assert conflict("button 'Return'", "77", PAGE) is None


def test_bug_12_a_best_line_without_an_id_is_survived() -> None:
    found = conflict("StaticText 'Return this book'", "1", PAGE)
    assert found == ("[1] button 'Borrow'", "StaticText 'Return this book'")


def test_bug_12_checking_changes_no_stored_action() -> None:
    target = Element(bid="8", role="button", name="as it was when chosen")
    stored = Action(kind="click", args=("8",), target=target, intent="start")
    checked = run(cast({}).verifier.verify(stored, context(TYPED)))
    assert isinstance(checked, Action)
    assert checked is not stored
    assert checked.target == SEARCH.element("8")
    assert stored.target == target


# -------------------------------------------------------------------------------------- repairs
def test_a_mended_action_is_taken_with_its_first_intent() -> None:
    mended = repaired(action_intent="another intent")
    made = cast({"next_action": choice(action_str="12"), "format_repair": mended})
    (candidate,) = run(made.explorer.propose(context(), 1))
    assert candidate.move == CLICK
    assert candidate.move.intent == "start the search"
    assert made.purposes == ["next_action", "format_repair"]
    assert "no element '12'" in made.asked("format_repair")[0]


def test_bug_11_a_missing_intent_is_repaired() -> None:
    made = cast({"next_action": choice(action_intent=None), "format_repair": repaired()})
    (candidate,) = run(made.explorer.propose(context(), 1))
    assert isinstance(candidate.move, Action)
    assert candidate.move.intent == "start the search"
    assert "action_intent: missing" in made.asked("format_repair")[0]


def test_bug_11_after_three_repairs_a_failed_noop_is_whole_and_ends_the_asking() -> None:
    made = cast({"next_action": {}, "format_repair": {}})
    (candidate,) = run(made.explorer.propose(context(), 1))
    assert made.purposes == ["next_action", *["format_repair"] * 3]
    move = candidate.move
    assert isinstance(move, Action)
    assert (move.kind, move.args, move.target) == ("noop", (), None)
    assert move.intent.startswith("failed, no usable action was given: action_intent is missing")
    assert run(made.verifier.verify(move, context())) == move


def test_where_doing_nothing_is_not_allowed_nothing_is_proposed() -> None:
    task = Task(id="x", seed=0, goal=TASK.goal, action_kinds=("click",))
    made = cast({"next_action": {}, "format_repair": {}}, task)
    assert run(made.explorer.propose(context(), 1)) == ()
    assert made.purposes.count("format_repair") == 3


def test_an_action_wrapped_in_an_object_is_unwrapped() -> None:
    fields = choice()
    wrapped = {
        "reasoning_process": fields.pop("reasoning_process"),
        "action": fields,
    }
    made = cast({"next_action": wrapped})
    (candidate,) = run(made.explorer.propose(context(), 1))
    assert candidate.move == CLICK


# ------------------------------------------------------------------------------------ mechanics
def test_verifying_asks_nobody_and_gives_the_current_target() -> None:
    made = cast({})
    passed = run(made.verifier.verify(Action(kind="fill", args=("7", "x")), context(TYPED)))
    assert isinstance(passed, Action)
    assert passed.target == SEARCH.element("7")
    for bid in ("77", "10"):
        action = Action(kind="click", args=(bid,))
        assert isinstance(run(made.verifier.verify(action, context())), Rejection)
    assert isinstance(run(made.verifier.verify(Action(kind="click"), context())), Rejection)
    press = Action(kind="keyboard_press", args=("Enter",))
    assert run(made.verifier.verify(press, context())) == press
    assert made.purposes == []
