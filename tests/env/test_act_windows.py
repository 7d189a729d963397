"""Leading a page elsewhere, tabs, and the chat, on whole windows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from env.act.acting import act
from env.act.chat import Chat
from env.clock import RealTime
from tests.env.windowed import Windowed, odd_server, windowed
from webpilot.types import Action


@pytest.fixture(scope="module")
def it() -> Iterator[Windowed]:
    with windowed() as one:
        yield one


def test_a_page_whose_clock_stands_loads_another_and_stands_again(it: Windowed) -> None:
    it.open("acts_tabs.html")
    assert it.do("goto('SITE/acts.html')") == ""
    assert it.js("[document.title, document.readyState]") == ["Acts", "complete"]
    assert it.do("goto('ALIAS/frames.html')") == ""
    readings = [it.js("Date.now()") for _ in range(2)]
    assert readings[0] == readings[1]


def test_a_page_in_real_time_is_led_elsewhere_too() -> None:
    with windowed(RealTime(100)) as it:
        it.open("acts_tabs.html")
        assert it.do("goto('SITE/acts.html')") == ""
        assert it.do("go_back()") == ""
        assert it.js("document.title") == "Tabs"


def test_a_page_that_does_not_load_is_given_up_and_leaves_nothing_behind(it: Windowed) -> None:
    it.open("acts_tabs.html")
    with odd_server() as odd:
        for address in (f"{odd}unfinished", f"{odd}silent"):
            error = it.do(f"goto('{address}')")
            assert error.split("\n") == [
                "TimeoutError: Page.goto: Timeout 2000ms exceeded.",
                f'navigating to "{address}", waiting until "load"',
            ]
            assert it.js("document.title") == "Unfinished"
        assert it.do("noop(100)") == ""
        assert it.do("goto('SITE/acts.html')") == ""
    assert it.js("document.title") == "Acts"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "java\nscript:document.title='x'", "data:text/html,x"]
)
def test_no_action_however_made_opens_another_scheme(it: Windowed, url: str) -> None:
    it.open("acts_tabs.html")
    before = it.addresses
    error = it.do(Action(kind="goto", args=(url,)))
    scheme = url.replace("\n", "").partition(":")[0]
    opened = "only http:, https: and about:blank are opened"
    assert error == f"Error: Page.goto: {opened}, not {scheme}:"
    assert it.addresses == before
    assert it.js("document.title") == "Tabs"


def test_keys_and_mouse_stay_as_they_are_when_we_lead_the_page_elsewhere(it: Windowed) -> None:
    it.open("acts.html")
    it.do("mouse_move(@press)")
    it.do("keyboard_down('Shift')")
    it.do("goto('SITE/acts.html?again')")
    it.js("probe()")
    it.do("keyboard_press('KeyA')")
    it.do("scroll(0, 1)")
    told = it.js("probe()")[-1]
    assert told[0] == "keydown BODY A shiftKey"
    assert told[-1].startswith("wheel press")


def test_a_link_is_followed_without_an_error_however_fast_it_leads_away(it: Windowed) -> None:
    it.open("acts_tabs.html")
    for _ in range(10):
        it.look()
        assert it.do("click('$same')") == ""
        assert it.js("document.title") == "Second"
        assert it.do("go_back()") == ""


def test_the_history_s_ends_are_no_errors(it: Windowed) -> None:
    it.open("acts_tabs.html")
    assert it.do("go_forward()") == ""
    assert [it.do("go_back()") for _ in range(3)] == ["", "", ""]
    assert it.addresses == ["about:blank"]


def test_a_tab_that_a_click_closes_gives_way_to_the_one_before(it: Windowed) -> None:
    it.open("acts_tabs.html")
    it.do("click('$open')")
    assert (it.front, len(it.addresses)) == (1, 2)
    it.look()
    assert it.do("click('$close')") == ""
    assert it.js("document.title") == "Tabs"
    assert it.do("fill('$field', 'works')") == ""


def test_there_always_is_a_tab(it: Windowed) -> None:
    it.open("acts_tabs.html")
    it.do("tab_close()")
    assert it.addresses == ["about:blank"]


def test_a_page_that_closes_the_last_tab_leaves_an_empty_one(it: Windowed) -> None:
    it.open("acts_tabs.html")
    it.do("click('$open')")  # a page may close itself where a page has opened it
    it.do("tab_focus(0)")
    it.do("tab_close()")
    it.look()
    assert it.do("click('$close')") == ""
    assert it.do("noop(10)") == ""
    assert it.addresses == ["about:blank"]


def test_what_is_said_to_the_user_is_kept_in_browsergym_s_format(it: Windowed) -> None:
    it.open("acts_tabs.html")
    it.chat = Chat(now=lambda: 12.5)
    it.chat.add_message("user", "When was it built?")
    assert it.do("send_msg_to_user('In 1751.')") == ""
    assert not it.chat.infeasible
    assert it.do("report_infeasible('No such field.')") == ""
    assert it.chat.infeasible
    assert it.chat.messages == [
        {"role": "user", "timestamp": 12.5, "message": "When was it built?"},
        {"role": "assistant", "timestamp": 12.5, "message": "In 1751."},
        {"role": "infeasible", "timestamp": 12.5, "message": "No such field."},
    ]
    wrong = it.do(Action(kind="send_msg_to_user", args=(3,)))
    assert wrong == "ValueError: Forbidden value: 3 is not a string"
    with pytest.raises(ValueError, match="Invalid role"):
        it.chat.add_message("judge", "well done")


def test_without_a_chat_nothing_can_be_said(it: Windowed) -> None:
    it.open("acts_tabs.html")
    window = it.window

    def work() -> str:
        return act(
            window,
            Action(kind="send_msg_to_user", args=("hello",)),
            scale=1.0,
            wait=partial(it.clock.wait, window.active.session),
            navigation_timeout=1.0,
        )

    said = it.thread.submit(work).result()
    assert said == "NameError: Invalid action type 'send_msg_to_user'."


def test_an_index_is_a_whole_number(it: Windowed) -> None:
    it.open("acts_tabs.html")
    wanted = "TypeError: list indices must be integers or slices, not float"
    assert it.do(Action(kind="tab_focus", args=(1.0,))) == wanted


def files_of(it: Windowed) -> list[list[str]]:
    return [list(names) for names in it.js("probe()")[5:7]]


def test_no_file_is_uploaded_unless_its_folder_was_opened(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.txt").write_text("a", "utf-8")
    (inside / "link.txt").symlink_to(outside / "a.txt")
    with windowed() as it:
        it.open("acts.html")
        it.js("probe()")
        refused = "Error: FileChooser.set_files: {!r} may not be uploaded: {}"
        name = str(inside / "a.txt")
        error = it.do(f"upload_file('$one', {name!r})")
        assert error == refused.format(name[:59] + "…" if len(name) > 60 else name, NO_FOLDER)
        it.uploads = (inside,)
        for name in ("../outside/a.txt", "link.txt", ".", "a\0.txt"):
            action = Action(kind="upload_file", args=(it.filled("$one"), name))
            assert it.do(action) == refused.format(name, NO_FILE)
        told = it.js("probe()")
        assert told[5:7] == [[], []]
        assert told[-1] == [], "what is refused is not even clicked"
        assert it.do("upload_file('$one', 'a.txt')") == ""
        assert files_of(it) == [["a.txt"], []]
        assert it.js("byId('one').files[0].text()") is not None


NO_FOLDER = "no folder is given for that"
NO_FILE = "it is no file in the folders for that"
