"""An action finds its element again on another page, or is not carried out."""

from __future__ import annotations

import pytest

from env.act.reidentify import MIN_SIMILARITY, find, similarity
from webpilot.observation import Cue, Element, Fingerprint, Observation
from webpilot.types import Action

Box = tuple[float, float, float, float]


def element(
    bid: str,
    name: str,
    role: str = "button",
    *,
    frame: tuple[str, ...] = (),
    parent: str | None = None,
    box: Box | None = None,
) -> Element:
    return Element(bid=bid, role=role, name=name, frame=frame, parent=parent, box=box)


def page(*elements: Element, cues: tuple[Cue, ...] = ()) -> Observation:
    nothing = Fingerprint(exact="", interactive="")
    return Observation(text="", fingerprint=nothing, elements=elements, cues=cues)


def click(target: Element) -> Action:
    return Action(kind="click", args=(target.bid,), target=target, intent="why not")


def test_the_same_bid_with_the_same_role_and_name_is_the_same_element() -> None:
    save = element("7", "Save")
    action = click(save)
    assert find(action, page(element("3", "Save"), save)) is action


def test_a_bid_that_names_another_element_now_is_not_trusted() -> None:
    action = click(element("7", "Save"))
    found = find(action, page(element("7", "Delete"), element("9", "Save")))
    assert found is not None
    assert found.args == ("9",)
    assert found.target == element("9", "Save")
    assert found.intent == "why not"
    assert action.args == ("7",), "the stored action is left as it was"
    assert find(action, page(element("7", "Delete"))) is None


def test_the_neighbourhood_decides_between_namesakes() -> None:
    target = element("7", "Reply", parent="5", box=(10, 40, 50, 20))
    twins = (
        element("17", "Reply", parent="5", box=(10, 10, 50, 20)),
        element("18", "Reply", parent="5", box=(11, 41, 50, 20)),
    )
    found = find(click(target), page(*twins))
    assert found is not None
    assert found.args == ("18",)


def test_namesakes_that_nothing_tells_apart_are_not_guessed_at() -> None:
    target = element("7", "Reply")
    assert find(click(target), page(element("17", "Reply"), element("18", "Reply"))) is None


def test_the_only_control_of_its_kind_needs_no_name() -> None:
    target = element("7", "", role="textbox", parent="5")
    found = find(click(target), page(element("9", "", role="textbox", parent="8")))
    assert found is not None
    assert found.args == ("9",)
    assert (
        find(click(element("7", "", role="generic")), page(element("9", "", role="generic")))
        is None
    )


def test_an_element_of_another_frame_counts_after_those_of_its_own() -> None:
    target = element("a7", "Send", frame=("a",))
    assert find(click(target), page(element("7", "Send"))) is not None
    found = find(click(target), page(element("7", "Send"), element("a9", "Send", frame=("a",))))
    assert found is not None
    assert found.args == ("a9",)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Inbox (3)", "Inbox (4)"), ("Submit", "submit"), ("Save & close", "Save, close")],
)
def test_a_reworded_name_is_recognised(old: str, new: str) -> None:
    assert similarity(old, new) >= MIN_SIMILARITY
    found = find(click(element("7", old)), page(element("8", new)))
    assert found is not None
    assert found.args == ("8",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Delete message from Anna", "Delete message from Bob"),
        ("Delete the message from Anna of 3 May 2024", "Delete the message from Bob of 3 May 2024"),
        (
            "Delete the message from Anna of 3 May 2024",
            "Delete the message from Anna of 4 May 2024",
        ),
        ("Add item 11 to the cart now", "Add item 12 to the cart now"),
        ("Like", "Unlike"),
        ("", ""),
    ],
)
def test_rows_that_share_most_words_stay_distinct(old: str, new: str) -> None:
    assert similarity(old, new) < MIN_SIMILARITY
    assert find(click(element("7", old)), page(element("8", new, role="link"))) is None
    if old:
        assert find(click(element("7", old)), page(element("7", new))) is None


def test_actions_without_an_element_pass_as_they_are() -> None:
    for action in (
        Action(kind="mouse_click", args=(1.0, 2.0)),
        Action(kind="keyboard_press", args=("Enter",)),
        Action(kind="noop"),
    ):
        assert find(action, page()) is action


def test_an_action_without_a_picture_of_its_target_goes_by_bid_alone() -> None:
    action = Action(kind="fill", args=("7", "x"))
    assert find(action, page(element("7", "Any"))) is action
    assert find(action, page(cues=(Cue(bid="7", tag="div"),))) is action
    assert find(action, page(element("8", "Any"))) is None
