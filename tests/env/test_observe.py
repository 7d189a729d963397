"""What an observation holds, on pages of our own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from env.page.observe import align, changing
from mcts.protocols import Level
from tests.env.opened import PAGES, Opened, named, opened
from webpilot.observation import Cue, Observation

GOLDEN = ("widgets", "shadow", "frames", "shapes", "tiles")


@pytest.fixture(scope="module")
def page() -> Iterator[Opened]:
    with opened() as one:
        yield one


def cue(seen: Observation, bid: str) -> Cue:
    return next(one for one in seen.cues if one.bid == bid)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_text_of_our_pages_is_the_recorded_one(page: Opened, name: str) -> None:
    seen = page.open(f"{name}.html")
    assert seen.text + "\n" == (PAGES / f"{name}.txt").read_text("utf-8")


def test_a_page_without_frames_is_read_in_one_flight(page: Opened) -> None:
    page.open("widgets.html")
    page.flights.clear()
    page.look()
    assert len(page.flights) == 1


def test_looking_twice_gives_the_same_observation(page: Opened) -> None:
    for name in GOLDEN:
        assert page.open(f"{name}.html") == page.look()


def test_the_machine_s_address_stands_nowhere_in_an_observation(page: Opened) -> None:
    seen = page.open("widgets.html")
    assert page.server.url not in repr(seen)
    assert seen.url == "http://pages/widgets.html"


def test_a_page_that_shows_its_own_address_looks_the_same_on_another_port(page: Opened) -> None:
    fields = "<input aria-label='${here}' value='${here}'><input type='hidden' value='${here}'>"
    script = (
        "document.title = location.href; const here = location.href; "
        f"document.body.insertAdjacentHTML('beforeend', `{fields}`)"
    )
    with opened() as elsewhere:
        looks = []
        for one in (page, elsewhere):
            one.open("widgets.html")
            one.js(script)
            looks.append(one.look())
            assert one.server.url not in repr(looks[-1])
    assert looks[0].fingerprint == looks[1].fingerprint
    assert named(looks[0], "textbox", looks[0].url).value == looks[0].url


def test_elements_carry_value_states_parent_and_box(page: Opened) -> None:
    seen = page.open("widgets.html")
    name = named(seen, "textbox", "Name")
    assert name.value == "Ada"
    assert name.box is not None
    assert name.box[2] > 50
    assert seen.element(name.parent or "") is not None
    assert ("checked", "false") in named(seen, "checkbox", "I agree").states
    assert ("disabled", "true") in named(seen, "button", "Off").states
    assert ("readonly", "true") in named(seen, "textbox", "Fixed").states
    assert all(one.name != "Hidden" for one in seen.elements)


def test_the_focused_element_is_named(page: Opened) -> None:
    seen = page.open("widgets.html")
    name = named(seen, "textbox", "Name")
    page.js("document.getElementById('name').focus()")
    assert page.look().focused == name.bid


def test_focus_is_followed_into_frames(page: Opened) -> None:
    seen = page.open("frames.html")
    nested = named(seen, "textbox", "Inner field")
    assert nested.frame == ("a",)
    assert page.do(f"click('{nested.bid}')") == ""
    assert page.look().focused == nested.bid


def test_boxes_in_frames_are_in_the_page_s_viewport(page: Opened) -> None:
    seen = page.open("frames.html")
    frame, inner = named(seen, "Iframe", "First"), named(seen, "button", "Press")
    assert frame.box is not None
    assert inner.box is not None
    assert frame.box[0] + 3 <= inner.box[0] <= frame.box[0] + 30
    assert frame.box[1] + 3 <= inner.box[1] <= frame.box[1] + 40


def test_what_looks_clickable_is_an_element_though_the_text_hides_it(page: Opened) -> None:
    seen = page.open("tiles.html")
    tiles = [one for one in seen.elements if ("clickable", "") in one.states]
    assert [one.name for one in tiles] == ["First mail", "", "Second mail"]
    assert {one.role for one in tiles} == {"generic"}
    assert all(f"[{one.bid}]" not in seen.text for one in tiles)
    assert {"icon", "trash", "can"} <= set(cue(seen, tiles[1].bid).words)
    page.do(f"click('{tiles[2].bid}')")
    assert "second" in page.look().text


def test_shapes_are_told_with_color_kind_and_corners(page: Opened) -> None:
    seen = page.open("shapes.html")
    shapes = [one for one in seen.cues if one.shape]
    assert [(one.shape, one.color) for one in shapes] == [
        ("circle", "#ff0000"),
        ("ellipse", "#0000ff"),
        ("square", "#008000"),
        ("rectangle", "#000000"),
        ("line", "#800080"),
        ("triangle", "#ffa500"),
        ("polygon-5", "#ffa500"),
        ("square", "#ffa500"),
        ("text", "#008080"),
        ("path", "#000000"),
    ]
    assert {one.bid for one in shapes} == {""}
    svg = next(one.bid for one in seen.cues if one.tag == "svg")
    assert {one.parent for one in shapes} == {svg}
    triangle, text = shapes[5], shapes[8]
    assert triangle.sides == 3
    assert triangle.points == ((60.0, 90.0), (80.0, 50.0), (100.0, 90.0))
    assert (text.text, text.size) == ("T7", 20.0)


def test_cues_tell_words_attributes_scrolling_and_selection(page: Opened) -> None:
    page.open("widgets.html")
    page.js("getSelection().selectAllChildren(document.getElementById('heading'))")
    seen = page.look()
    by_word = {word: one for one in seen.cues for word in one.words}
    assert {"ui", "draggable", "drag", "handle", "left"} <= set(by_word["draggable"].words)
    assert by_word["draggable"].background == "#008000"
    assert by_word["scroller"].scroll == (0, 200, 40, 0)
    assert by_word["heading"].selection == "Widgets"
    assert ("data-kind", "primary") in by_word["save"].attributes
    assert ("type", "date") in by_word["day"].attributes


def test_a_form_whose_fields_are_called_id_and_class_is_seen_as_a_form(page: Opened) -> None:
    page.open("tiles.html")
    page.js(
        "document.body.innerHTML = '<form id=order><input name=id><input name=className></form>'"
    )
    (form,) = [one for one in page.look().cues if one.tag == "form"]
    assert form.words == ("order",)


def test_a_secret_drawn_anew_with_each_load_does_not_make_another_page(page: Opened) -> None:
    page.open("tiles.html")
    seen = []
    for secret, kept in (("a1", "x"), ("b2", "x"), ("b2", "y")):
        page.js(
            "document.body.innerHTML = '<form><input type=hidden name=csrf_token "
            f"value={secret}><input type=hidden name=step value={kept}></form>'"
        )
        seen.append(page.look().fingerprint.exact)
    assert seen[0] == seen[1] != seen[2]


def test_marking_leaves_no_trace_in_descriptions_and_can_be_forgotten(page: Opened) -> None:
    page.open("widgets.html")
    assert not page.js("document.querySelector('[aria-description], [aria-roledescription]')")
    page.forget()
    assert not page.js("document.querySelector('[bid]')")
    assert not page.js("'browsergym_elem_counter' in window")


def test_an_element_made_later_gets_the_next_bid(page: Opened) -> None:
    seen = page.open("tiles.html")
    highest = max(int(one.bid) for one in seen.cues if one.bid)
    page.js("document.body.prepend(document.createElement('button'))")
    assert int(named(page.look(), "button", "").bid) > highest


def test_a_restored_page_takes_the_wanted_bids_and_counts_on(page: Opened) -> None:
    page.open("tiles.html")
    add = (
        "document.body.prepend("
        "Object.assign(document.createElement('button'), {textContent: 'New'}))"
    )
    page.js(add)
    wanted = page.look()
    page.open("tiles.html")
    page.forget()
    page.js(add)
    found = page.look()
    alignment = align(wanted, found)
    assert alignment.level is Level.EXACT
    assert any(old != new for old, new in alignment.bids.items())
    page.restamp(alignment.bids)
    restored = page.look()
    assert restored == wanted
    page.js(add.replace("'New'", "'Newer'"))
    assert named(page.look(), "button", "Newer").bid not in {one.bid for one in wanted.elements}


@pytest.mark.parametrize(
    "animation",
    [
        "const one = document.getElementById('drag'); one.style.transition = 'width 200ms';"
        "one.offsetWidth; one.style.width = '140px'",
        "const one = document.getElementById('drag'), begin = performance.now();"
        "requestAnimationFrame(function move() { const part = performance.now() - begin;"
        "one.style.width = `${Math.min(140, 40 + part)}px`;"
        "if (part < 100) requestAnimationFrame(move); })",
    ],
)
def test_what_is_animated_is_seen_where_its_time_has_brought_it(
    page: Opened, animation: str
) -> None:
    page.open("widgets.html")
    page.js(f"{{ {animation} }}")
    page.do("noop(0)")
    widths = [one.size for one in page.look().cues if "draggable" in one.words]
    assert widths == [140.0]


def test_focus_does_not_stay_on_what_vanished(page: Opened) -> None:
    page.open("widgets.html")
    page.js("document.getElementById('save').focus()")
    page.js("setTimeout(() => { document.getElementById('save').style.display = 'none' }, 100)")
    page.do("noop(0)")
    seen = page.look()
    assert cue(seen, seen.focused).tag == "body"


def test_an_idle_page_changes_nothing_and_a_busy_one_is_masked(page: Opened) -> None:
    first = page.open("tiles.html")
    assert changing(first, page.look()) == frozenset()
    page.js("document.querySelector('button').textContent = 'Tick 1'")
    second = page.look()
    mask = changing(first, second)
    assert mask == {"button[0]"}
    page.js("document.querySelector('button').textContent = 'Tick 2'")
    third, fourth = page.look(mask), page.look(mask)
    page.js("document.querySelector('button').textContent = 'Tick 3'")
    assert page.look(mask).fingerprint.interactive == third.fingerprint.interactive
    assert page.look().fingerprint.interactive != second.fingerprint.interactive
    assert third == fourth


@pytest.mark.parametrize(
    "change",
    [
        "document.getElementById('agree').checked = true",
        "document.getElementById('color').selectedIndex = 2",
        "document.getElementById('name').value = 'Bob'",
        "document.getElementById('scroller').scrollTop = 20",
        "document.getElementById('save').focus()",
        "getSelection().selectAllChildren(document.getElementById('heading'))",
        "document.getElementById('heading').textContent = 'Other'",
    ],
)
def test_the_exact_fingerprint_sees(page: Opened, change: str) -> None:
    before = page.open("widgets.html")
    page.js(change)
    assert page.look().fingerprint.exact != before.fingerprint.exact


def test_another_text_with_the_same_controls_is_equivalent(page: Opened) -> None:
    wanted = page.open("widgets.html")
    page.js("document.getElementById('heading').textContent = 'Other'")
    found = page.look()
    assert align(wanted, found).level is Level.EQUIVALENT
    page.js("document.getElementById('save').textContent = 'Send'")
    assert align(wanted, page.look()).level is Level.DRIFTED


def test_fingerprints_do_not_depend_on_bids(page: Opened) -> None:
    first = page.open("widgets.html")
    page.js(
        "const one = document.body.appendChild(document.createElement('p'));"
        "document.body.querySelectorAll('[bid]').forEach((each) => each.removeAttribute('bid'));"
        "one.remove()"
    )
    second = page.look()
    assert second.text != first.text
    assert second.fingerprint == first.fingerprint


def test_texts_equal_browsergym_s_own_extraction(page: Opened, tmp_path: Path) -> None:
    """Frames, a frame without scripts, shadow trees and every kind of field."""
    seen = {name: page.open(f"{name}.html") for name in GOLDEN}
    done = subprocess.run(
        [sys.executable, "-m", "tests.env.browsergym_pages", page.server.url, *GOLDEN],
        capture_output=True,
        text=True,
        cwd=PAGES.parents[1],
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    texts = done.stdout.split("\f")
    for name, text in zip(GOLDEN, texts, strict=True):
        assert seen[name].text == text.replace(page.server.url, "http://pages/"), name


def test_a_page_that_breaks_our_scripts_is_an_environment_fault(page: Opened) -> None:
    from webpilot.errors import EnvironmentDown

    page.open("tiles.html")
    page.js("document.querySelectorAll = null")
    with pytest.raises(EnvironmentDown, match="script failed"):
        page.look()


def test_observations_can_be_compared_and_replaced(page: Opened) -> None:
    seen = page.open("tiles.html")
    assert replace(seen, last_error="x") != seen
