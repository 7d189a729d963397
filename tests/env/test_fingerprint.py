"""Fingerprints and alignment, without a browser."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from env.page.axtree import attach_bids, elements, flatten
from env.page.fingerprint import changing, fingerprint
from env.page.observe import align
from mcts.protocols import Level
from webpilot.observation import Element, Fingerprint, Observation


def element(bid: str, name: str, role: str = "button", value: str | None = None) -> Element:
    return Element(bid=bid, role=role, name=name, value=value)


def page(*shown: Element, text: str = "", mask: frozenset[str] = frozenset()) -> Observation:
    lines = [text, *(f"{one.role} {one.name!r} {one.value}" for one in shown)]
    told = fingerprint(url="u", lines=lines, state={}, elements=shown, mask=mask)
    return Observation(text="\n".join(lines), fingerprint=told, elements=shown, url="u")


def test_bids_do_not_enter_either_digest() -> None:
    first, second = (
        page(element("1", "A"), element("2", "B")),
        page(element("8", "A"), element("9", "B")),
    )
    assert first.fingerprint == second.fingerprint
    assert align(first, second).bids == {"8": "1", "9": "2"}


def test_values_of_controls_enter_both() -> None:
    first, second = page(element("1", "A", "textbox", "x")), page(element("1", "A", "textbox", "y"))
    assert first.fingerprint.interactive != second.fingerprint.interactive
    assert align(first, second).level is Level.DRIFTED


def test_text_enters_the_exact_digest_alone() -> None:
    first, second = page(element("1", "A"), text="one"), page(element("1", "A"), text="two")
    assert align(first, second).level is Level.EQUIVALENT


def test_masked_elements_are_left_out() -> None:
    first, second = (
        page(element("1", "10:01"), element("2", "B")),
        page(element("1", "10:02"), element("2", "B")),
    )
    mask = changing(first, second)
    assert mask == {"button[0]"}
    assert (
        page(*first.elements, mask=mask).fingerprint.interactive
        == page(*second.elements, mask=mask).fingerprint.interactive
    )


def test_a_role_whose_number_changes_is_masked_whole() -> None:
    first, second = page(element("1", "A")), page(element("1", "A"), element("2", "B"))
    mask = changing(first, second)
    assert "button[*]" in mask
    assert (
        page(*first.elements, mask=mask).fingerprint.interactive
        == page(*second.elements, mask=mask).fingerprint.interactive
    )


NAMES = st.lists(st.sampled_from("ABCDE"), max_size=8)


@given(NAMES, NAMES)
def test_alignment_never_gives_one_bid_twice(wanted: list[str], found: list[str]) -> None:
    first = page(*(element(str(index), name) for index, name in enumerate(wanted)))
    second = page(*(element(str(index + 3), name) for index, name in enumerate(found)))
    bids = align(first, second).bids
    assert len(set(bids.values())) == len(bids)
    for new, old in bids.items():
        ours, theirs = first.element(old), second.element(new)
        assert ours is not None
        assert theirs is not None
        assert ours.name == theirs.name


def test_an_observation_aligns_with_itself_exactly() -> None:
    seen = page(element("4", "A"), element("5", "A"))
    assert align(seen, replace(seen)).level is Level.EXACT
    assert align(seen, seen).bids == {"4": "4", "5": "5"}


def test_a_deep_tree_is_flattened_without_recursion() -> None:
    nodes = [
        {
            "nodeId": str(depth),
            "role": {"value": "paragraph"},
            "name": {"value": ""},
            "properties": [
                {"name": "roledescription", "value": {"value": f"browsergym_id_{depth} "}}
            ],
            "childIds": [str(depth + 1)],
        }
        for depth in range(5000)
    ]
    attach_bids(nodes)
    lines = flatten(nodes)
    assert lines[-1].text == "\t" * 4999 + "[4999] paragraph ''"
    assert len(elements(nodes, {}, str)) == 5000


def test_fingerprints_are_plain_digests() -> None:
    told = page(element("1", "A")).fingerprint
    assert isinstance(told, Fingerprint)
    assert len(told.exact) == len(told.interactive) == 32
