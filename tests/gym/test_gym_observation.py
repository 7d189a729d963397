"""Observations hold what BrowserGym's own extraction finds on the same page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from browsergym.core.observation import (
    _post_extract,
    _pre_extract,
    extract_dom_extra_properties,
    extract_dom_snapshot,
    extract_focused_element_bid,
    extract_merged_axtree,
    extract_screenshot,
)
from browsergym.utils.obs import flatten_axtree_to_str, flatten_dom_to_str, prune_html

from tests.gym.gym_rig import bid_of, make, text_of

OWN_PAGES = ["form", "frames", "shadow", "widgets", "shapes", "tiles", "tall"]


def theirs(page: Any, url: str, tags: str = "standard_html") -> dict[str, Any]:
    """Return BrowserGym's extraction of a fresh page of the same context."""
    other = page.context.new_page()
    other.goto(url)
    _pre_extract(other, tags_to_mark=tags)
    dom = extract_dom_snapshot(other)
    found = {
        "axtree_object": extract_merged_axtree(other),
        "focused_element_bid": extract_focused_element_bid(other),
        "dom_object": dom,
        "extra_element_properties": extract_dom_extra_properties(dom, scale_factor=1.0),
    }
    _post_extract(other)
    found["screenshot"] = extract_screenshot(other)
    other.close()
    return found


@pytest.mark.parametrize("name", OWN_PAGES)
def test_the_text_is_browsergyms_inline_boxes_included(opened, name: str) -> None:
    fast = opened(name)
    observation, _ = fast.reset(seed=0)
    wanted = theirs(fast.page, observation["url"])
    assert text_of(observation) == flatten_axtree_to_str(wanted["axtree_object"])
    assert observation["focused_element_bid"] == wanted["focused_element_bid"]
    ignored = ["InlineTextBox", "LineBreak"]
    short = flatten_axtree_to_str(observation["axtree_object"], ignored_roles=ignored)
    assert "InlineTextBox" not in short
    assert short == flatten_axtree_to_str(wanted["axtree_object"], ignored_roles=ignored)


@pytest.mark.parametrize("name", OWN_PAGES)
def test_visibility_boxes_and_set_of_marks_are_browsergyms(opened, name: str) -> None:
    fast = opened(name)
    observation, _ = fast.reset(seed=0)
    wanted = theirs(fast.page, observation["url"])
    assert observation["extra_element_properties"] == wanted["extra_element_properties"]


@pytest.mark.parametrize("name", ["form", "frames", "shadow"])
def test_the_document_reads_as_browsergyms(opened, name: str) -> None:
    fast = opened(name)
    observation, _ = fast.reset(seed=0)
    wanted = theirs(fast.page, observation["url"])
    ours, other = (
        sorted(prune_html(flatten_dom_to_str(one["dom_object"])).split())
        for one in (observation, wanted)
    )
    assert ours == other


@pytest.mark.parametrize("name", ["form", "tall"])
def test_the_picture_is_browsergyms_pixel_by_pixel(opened, name: str) -> None:
    fast = opened(name)
    observation, _ = fast.reset(seed=0)
    assert np.array_equal(observation["screenshot"], extract_screenshot(fast.page))


def test_every_element_gets_a_bid_where_all_tags_are_marked(opened) -> None:
    fast = opened("shapes", tags_to_mark="all")
    observation, _ = fast.reset(seed=0)
    wanted = theirs(fast.page, observation["url"], "all")
    assert text_of(observation) == flatten_axtree_to_str(wanted["axtree_object"])
    assert set(observation["extra_element_properties"]) == set(wanted["extra_element_properties"])


def test_after_the_first_picture_a_page_has_the_windows_own_size_as_in_browsergym(opened) -> None:
    for eager in (True, False):
        fast = opened(eager=eager)
        fast.reset(seed=0)
        assert fast.page.viewport_size == {"width": 600, "height": 500}
        assert fast.page.evaluate("[innerWidth, innerHeight]") == [800, 600]


def test_a_scaled_task_has_scaled_boxes_and_pictures(opened, served) -> None:
    fast = opened()
    fast.reset(seed=0)
    fast.page._bgym_scale_factor = 1.5
    observation, *_ = fast.step("noop(0)")
    assert observation["screenshot"].shape == (750, 900, 3)
    bid = bid_of(observation, "button", "Send")
    x, y, width, height = observation["extra_element_properties"][bid]["bbox"]
    _, reward, *_ = fast.step(f"mouse_click({x + width / 2}, {y + height / 2})")
    assert reward == 1.0


def test_bids_stay_and_new_elements_get_the_next_ones(opened) -> None:
    fast = opened()
    first, _ = fast.reset(seed=0)
    fast.page.evaluate("document.body.append(document.createElement('textarea'))")
    second, *_ = fast.step("noop(0)")
    assert bid_of(first, "button", "Send") == bid_of(second, "button", "Send")
    known = first["extra_element_properties"]
    (new,) = set(second["extra_element_properties"]) - set(known)
    assert int(new) == max(int(bid) for bid in known) + 1


def test_observing_leaves_no_mark_in_the_descriptions(opened) -> None:
    for eager in (True, False):
        fast = opened("frames", eager=eager)
        observation, _ = fast.reset(seed=0)
        assert observation["dom_object"]["documents"]
        for frame in fast.page.frames:
            assert "browsergym_id_" not in frame.content()


def test_two_environments_do_not_see_each_others_pages(served) -> None:
    one, other = make(served, "form"), make(served, "other")
    try:
        one.reset(seed=0)
        seen, _ = other.reset(seed=0)
        assert seen["open_pages_titles"] == ("Other",)
        assert one.step("noop(0)")[0]["open_pages_titles"] == ("Form",)
    finally:
        one.close()
        other.close()
