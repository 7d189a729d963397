"""What the primitives do to a real page, and the words they fail with."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from env.act.actions import let_go
from tests.env.opened import Opened, named, opened
from webpilot.actions import PRIMITIVES, parse_action
from webpilot.observation import Element, Observation
from webpilot.types import Action


@pytest.fixture(scope="module")
def page() -> Iterator[Opened]:
    with opened() as one:
        yield one


@pytest.fixture
def seen(page: Opened) -> Observation:
    return page.open("widgets.html")


def log(page: Opened) -> list[str]:
    events: list[str] = page.js("eventLog.splice(0)")
    return events


def middle(element: Element) -> str:
    assert element.box is not None
    x, y, width, height = element.box
    return f"{x + width / 2}, {y + height / 2}"


def test_a_click_presses_and_releases_once_in_one_flight(page: Opened, seen: Observation) -> None:
    page.flights.clear()
    assert page.do(f"click('{named(seen, 'button', 'Save').bid}')") == ""
    assert log(page) == ["mousedown@save", "mouseup@save", "click@save"]
    look, events, frame = page.flights
    assert (look, frame) == (1, 1), "one look at the element, one at what awaits a frame"
    assert events == 4, "where the mouse will be, move, press and release"


def test_buttons_and_modifiers_reach_the_page(page: Opened, seen: Observation) -> None:
    save = named(seen, "button", "Save").bid
    page.do(f"click('{save}', 'right')")
    assert log(page) == ["mousedown@save", "contextmenu@save", "mouseup@save"]
    page.js(
        "addEventListener('click', (event) => { window.held = [event.shiftKey, event.altKey] })"
    )
    page.do(f"click('{save}', modifiers=['Shift', 'Alt'])")
    assert page.js("held") == [True, True]
    assert [event for event in log(page) if event.startswith("key")] == [
        "keydown@save:Alt",
        "keydown@save:Shift",
        "keyup@save:Alt",
        "keyup@save:Shift",
    ]


def test_clicking_a_label_checks_its_box(page: Opened, seen: Observation) -> None:
    page.do(f"click('{named(seen, 'checkbox', 'I agree').parent}')")
    assert page.js("document.getElementById('agree').checked")


def test_an_element_below_the_fold_is_scrolled_to(page: Opened, seen: Observation) -> None:
    assert page.do(f"click('{named(seen, 'button', 'Below the fold').bid}')") == ""
    assert "click@below" in log(page)
    assert page.js("scrollY") > 0


def test_a_missing_element_is_a_value_error(page: Opened, seen: Observation) -> None:
    for bid in ("9999", "a3", "zz", ""):
        wanted = f'ValueError: Could not find element with bid "{bid}"'
        assert page.do(Action(kind="click", args=(bid,))) == wanted
        assert page.do(Action(kind="fill", args=(bid, "x"))) == wanted
    assert page.do(Action(kind="click", args=(12,))) == "ValueError: expected a string, got 12"


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ("#hidden-one", "element is not visible"),
        ("#off", "element is not enabled"),
        ("option", "element is not visible"),
    ],
)
def test_what_cannot_be_clicked_times_out_as_in_playwright(
    page: Opened, seen: Observation, selector: str, why: str
) -> None:
    bid = page.js(f"document.querySelector('{selector}').getAttribute('bid')")
    page.waited.clear()
    error = page.do(f"click('{bid}')")
    assert error == f"TimeoutError: Locator.click: Timeout 500ms exceeded.\n{why}"
    assert sum(page.waited) == 500
    assert log(page) == []


def test_what_covers_an_element_is_named(page: Opened, seen: Observation) -> None:
    page.js("document.getElementById('veil').style.display = 'block'")
    error = page.do(f"click('{named(seen, 'button', 'Save').bid}')")
    first, second = error.split("\n")
    assert first == "TimeoutError: Locator.click: Timeout 500ms exceeded."
    assert second.startswith("<div")
    assert 'id="veil"' in second
    assert second.endswith("intercepts pointer events")


def test_a_click_waits_for_what_appears_late(page: Opened, seen: Observation) -> None:
    page.js("document.getElementById('off').disabled = true")
    page.js("setTimeout(() => document.getElementById('off').disabled = false, 150)")
    assert page.do(f"click('{named(seen, 'button', 'Off').bid}')") == ""
    assert "click@off" in log(page)


def test_a_sliding_element_is_clicked_where_it_comes_to_rest(
    page: Opened, seen: Observation
) -> None:
    page.js("addEventListener('click', (event) => { window.place = event.clientX })")
    page.js("document.getElementById('slider').className = 'slide'")
    slide = named(seen, "button", "Slide")
    assert page.do(f"click('{slide.bid}')") == ""
    assert slide.box is not None
    assert slide.box[0] < page.js("place") < slide.box[0] + slide.box[2]


def test_waiting_inside_an_action_takes_no_real_time(page: Opened, seen: Observation) -> None:
    started = time.monotonic()
    page.do("noop(50000)")
    assert time.monotonic() - started < 40


def test_fill_replaces_the_content(page: Opened, seen: Observation) -> None:
    name = named(seen, "textbox", "Name").bid
    assert page.do(f"fill('{name}', 'Grace é')") == ""
    assert page.js("document.getElementById('name').value") == "Grace é"
    assert log(page) == ["input@name"]
    assert page.do(f"fill('{name}', '')") == ""
    assert page.js("document.getElementById('name').value") == ""
    note = named(seen, "textbox", "Note").bid
    page.do(f"fill('{note}', 'one\\nmore')")
    assert page.js("document.getElementById('note').value") == "one\nmore"


def test_fill_reaches_editable_elements_and_labels(page: Opened, seen: Observation) -> None:
    editor = page.js("document.getElementById('editor').getAttribute('bid')")
    assert page.do(f"fill('{editor}', 'Edited')") == ""
    assert page.js("document.getElementById('editor').textContent") == "Edited"
    label = page.js("document.querySelector('label').getAttribute('bid')")
    assert page.do(f"fill('{label}', 'by label')") == ""
    assert page.js("document.getElementById('name').value") == "by label"


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("day", "2024-02-29", ""),
        ("day", "29.02.2024", "Error: Locator.fill: Error: Malformed value"),
        ("volume", "7", ""),
        ("count", "5", ""),
        ("count", "five", "Error: Locator.fill: Error: Cannot type text into input[type=number]"),
        ("agree", "x", 'Error: Locator.fill: Error: Input of type "checkbox" cannot be filled'),
        (
            "save",
            "x",
            "Error: Locator.fill: Error: Element is not an <input>, <textarea> or "
            "[contenteditable] element",
        ),
        (
            "fixed",
            "x",
            "TimeoutError: Locator.fill: Timeout 500ms exceeded.\nelement is not editable",
        ),
    ],
)
def test_fill_by_kind_of_field(
    page: Opened, seen: Observation, field: str, value: str, error: str
) -> None:
    bid = page.js(f"document.getElementById('{field}').getAttribute('bid')")
    before = page.js(f"document.getElementById('{field}').value")
    assert page.do(f"fill('{bid}', '{value}')") == error
    assert page.js(f"document.getElementById('{field}').value") == (before if error else value)


def test_filling_with_the_menu_types_the_last_character(page: Opened, seen: Observation) -> None:
    name = named(seen, "textbox", "Name").bid
    assert page.do(f"fill('{name}', 'Oslo', True)") == ""
    assert page.js("document.getElementById('name').value") == "Oslo"
    assert log(page)[-3:] == ["keydown@name:o", "input@name", "keyup@name:o"]


def test_keys_edit_select_and_move_the_focus(page: Opened, seen: Observation) -> None:
    page.do(f"click('{named(seen, 'textbox', 'Name').bid}')")
    page.do("keyboard_press('ControlOrMeta+a')")
    page.do("keyboard_type('Ünit 7!')")
    assert page.js("document.getElementById('name').value") == "Ünit 7!"
    page.do("keyboard_press('Home')")
    page.do("keyboard_press('Shift+End')")
    page.do("keyboard_press('Backspace')")
    assert page.js("document.getElementById('name').value") == ""
    page.do("keyboard_press('Tab')")
    assert page.js("document.activeElement.id") == "agree"
    page.do("keyboard_press('Space')")
    assert page.js("document.getElementById('agree').checked")


def test_an_unknown_key_presses_nothing(page: Opened, seen: Observation) -> None:
    log(page)
    assert page.do("keyboard_press('Control+Foo')") == 'Error: Keyboard.press: Unknown key: "Foo"'
    assert log(page) == []


def test_a_native_menu_follows_the_arrow_keys(page: Opened, seen: Observation) -> None:
    page.do(f"click('{named(seen, 'combobox').bid}')")
    assert "expanded=True" in page.look().text
    page.do("keyboard_press('ArrowDown')")
    after = page.look()
    assert "combobox '' value='blue'" in after.text
    assert "expanded=False" in after.text


def test_mouse_arguments_are_scaled(page: Opened, seen: Observation) -> None:
    box = named(seen, "button", "Save").box
    assert box is not None
    x, y = (box[0] + box[2] / 2) * 1.5, (box[1] + box[3] / 2) * 1.5
    assert page.do(f"mouse_click({x}, {y})", scale=1.5) == ""
    assert log(page) == ["mousedown@save", "mouseup@save", "click@save"]
    page.do(f"mouse_dblclick({x}, {y})", scale=1.5)
    assert log(page)[-1] == "dblclick@save"


def test_a_button_stays_down_while_the_mouse_moves(page: Opened, seen: Observation) -> None:
    page.js("addEventListener('mousemove', (event) => { window.drag = event.buttons })")
    save, name = named(seen, "button", "Save"), named(seen, "textbox", "Name")
    page.do(f"mouse_down({middle(save)})")
    page.do(f"mouse_move({middle(name)})")
    assert page.js("drag") == 1
    page.do(f"mouse_up({middle(name)})")
    page.do("mouse_move(1, 1)")
    assert page.js("drag") == 0
    assert [event for event in log(page) if "mouse" in event] == ["mousedown@save", "mouseup@name"]


def test_text_is_selected_by_dragging(page: Opened, seen: Observation) -> None:
    box = named(seen, "heading", "Widgets").box
    assert box is not None
    y = box[1] + box[3] / 2
    page.do(f"mouse_down({box[0] + 1}, {y})")
    page.do(f"mouse_up({box[0] + box[2] - 1}, {y})")
    assert page.js("getSelection().toString().trim()") == "Widgets"


def test_the_wheel_turns_where_the_mouse_is(page: Opened, seen: Observation) -> None:
    page.do("scroll(0, 100)")
    assert page.js("[scrollY, document.getElementById('scroller').scrollTop]") == [100, 0]
    x, y = page.js(
        "(({x, y}) => [x + 20, y + 20])(document.querySelector('#scroller')"
        ".getBoundingClientRect())"
    )
    page.do(f"mouse_move({x}, {y})")
    page.do("scroll(0, 60)")
    assert page.js("[scrollY, document.getElementById('scroller').scrollTop]") == [100, 60]


def test_a_wheel_that_moves_nothing_is_no_error(page: Opened, seen: Observation) -> None:
    assert page.do("scroll(0, -100)") == ""
    page.js("addEventListener('wheel', (event) => event.preventDefault(), { passive: false })")
    assert page.do("scroll(0, 100)") == ""
    assert page.js("scrollY") == 0


def test_keys_scroll_before_the_page_is_seen_again(page: Opened, seen: Observation) -> None:
    page.do("keyboard_press('End')")
    assert page.js("scrollY") > 500
    page.do("keyboard_press('Home')")
    assert page.js("scrollY") == 0


def test_elements_in_frames_are_acted_on(page: Opened) -> None:
    seen = page.open("frames.html")
    assert page.do(f"click('{named(seen, 'button', 'Press').bid}')") == ""
    assert page.do(f"click('{named(seen, 'button', 'Nested').bid}')") == ""
    assert page.do(f"fill('{named(seen, 'textbox', 'Inner field').bid}', 'deep')") == ""
    text = page.look().text
    assert "button 'Pressed'" in text
    assert "button '1'" in text
    assert "value='deep'" in text


def test_elements_in_shadow_trees_are_acted_on(page: Opened) -> None:
    seen = page.open("shadow.html")
    assert page.do(f"fill('{named(seen, 'textbox', 'Deep').bid}', 'below')") == ""
    assert page.do(f"click('{named(seen, 'button', 'Inside').bid}')") == ""
    assert "value='below'" in page.look().text


def test_a_link_leads_to_its_page(page: Opened, seen: Observation) -> None:
    page.js("document.getElementById('heading').innerHTML = '<a href=tiles.html>Tiles</a>'")
    assert page.do(f"click('{named(page.look(), 'link', 'Tiles').bid}')") == ""
    after = page.look()
    assert after.title == "Tiles"
    assert after.url == "http://pages/tiles.html"
    assert page.do(f"click('{named(after, 'button', 'Real button').bid}')") == ""


def test_html_drag_and_drop_reaches_its_target(page: Opened, seen: Observation) -> None:
    page.js(
        "window.drops = []; const from = document.getElementById('drag');"
        "from.draggable = true; const to = document.getElementById('editor');"
        "for (const type of ['dragstart', 'dragenter', 'drop', 'dragend'])"
        "  addEventListener(type, (event) => drops.push(type), true);"
        "to.addEventListener('dragover', (event) => event.preventDefault()); 0"
    )
    place = "((r) => [r.x + 5, r.y + 5])(document.getElementById('%s').getBoundingClientRect())"
    (x, y), (u, v) = page.js(place % "drag"), page.js(place % "editor")
    page.do(f"mouse_down({x}, {y})")
    page.do(f"mouse_move({x + 8}, {y})")
    page.do(f"mouse_move({u}, {v})")
    page.do(f"mouse_up({u}, {v})")
    happened = page.js("drops")
    assert happened[0] == "dragstart"
    assert happened[-2:] == ["drop", "dragend"]


def wider(page: Opened, text: str) -> str:
    """Execute an action of any set."""
    return page.do(parse_action(text, allowed=tuple(PRIMITIVES)))


def test_a_menu_is_chosen_from_though_its_framework_watches_the_value(
    page: Opened, seen: Observation
) -> None:
    page.js(
        "Object.defineProperty(document.getElementById('color'), 'value',"
        " { get: () => 'shadowed', set: () => { throw new Error('watched') } }); 0"
    )
    assert wider(page, f"select_option('{named(seen, 'combobox').bid}', 'blue')") == ""
    assert page.js("document.getElementById('color').selectedIndex") == 2
    assert [event for event in log(page) if "color" in event] == ["input@color", "change@color"]


def test_elements_in_frames_are_hovered_focused_and_pressed(page: Opened) -> None:
    seen = page.open("frames.html")
    field = named(seen, "textbox", "Inner field").bid
    assert wider(page, f"hover('{field}')") == ""
    assert wider(page, f"focus('{field}')") == ""
    assert page.look().focused == field
    assert wider(page, f"press('{field}', 'q')") == ""
    assert "q" in (named(page.look(), "textbox", "Inner field").value or "")
    assert wider(page, f"clear('{field}')") == ""
    assert not named(page.look(), "textbox", "Inner field").value


def test_keys_held_are_let_go_with_the_mouse(page: Opened, seen: Observation) -> None:
    wider(page, "keyboard_down('Shift')")
    log(page)
    page.thread.submit(lambda: let_go(page.tab.session)).result()
    assert [event.partition("@")[0] for event in log(page)] == ["keyup"]
    page.do(f"click('{named(seen, 'textbox', 'Name').bid}')")
    page.do("keyboard_press('KeyA')")
    assert "a" in page.js("document.getElementById('name').value")


def test_actions_outside_the_table_do_nothing(page: Opened, seen: Observation) -> None:
    error = page.do(Action(kind="goto", args=("file:///etc/passwd",)))
    assert error == "NameError: Invalid action type 'goto'."
    assert page.look() == seen
