"""Finding the elements of the newer primitives again on another page."""

from __future__ import annotations

from env.act.reidentify import find
from webpilot.observation import Element, Fingerprint, Observation
from webpilot.types import Action


def page(*bids: str) -> Observation:
    elements = tuple(Element(bid=bid, role="button", name=f"Name {bid}") for bid in bids)
    return Observation(
        text="", fingerprint=Fingerprint(exact="", interactive=""), elements=elements
    )


def test_every_primitive_that_names_an_element_needs_it_on_the_page() -> None:
    for kind in ("hover", "press", "clear", "select_option", "dblclick", "upload_file"):
        action = Action(kind=kind, args=("7", "x"))
        assert find(action, page("7")) == action
        assert find(action, page("8")) is None


def test_a_drag_needs_both_its_elements() -> None:
    drag = Action(kind="drag_and_drop", args=("7", "8"))
    assert find(drag, page("7", "8")) == drag
    assert find(drag, page("7")) is None
    assert find(drag, page("8")) is None


def test_what_names_no_element_is_left_as_it_is() -> None:
    for action in (Action(kind="go_back"), Action(kind="tab_focus", args=(1,))):
        assert find(action, page()) == action
