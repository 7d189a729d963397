"""Our connection beside Playwright's on a real browser: dialogs, popups, deadlines, no port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from env.link.calls import ProtocolError
from env.link.thread import BrowserThread
from env.link.window import Tab
from tests.env.rig import own_pages
from webpilot.errors import BrowserLost, StepTimeout

T = TypeVar("T")
VIEWPORT = {"width": 400, "height": 300}


class Desk:
    """The browser's thread with one helper: work on a fresh tab."""

    def __init__(self, thread: BrowserThread, url: str) -> None:
        self.thread = thread
        self.url = url

    def on(self, page: str, work: Callable[[Tab], T]) -> T:
        def job() -> T:
            tab = self.thread.browser().open_tab(VIEWPORT)
            try:
                if page:
                    tab.page.goto(f"{self.url}miniwob/{page}.html")
                    tab.page.evaluate("core.startEpisodeReal()")
                return work(tab)
            finally:
                tab.close()

        return self.thread.submit(job).result()


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with own_pages() as server, BrowserThread() as thread:
        yield Desk(thread, server.url)


def test_both_clients_drive_the_same_page(desk: Desk) -> None:
    def work(tab: Tab) -> tuple[object, object]:
        tab.page.evaluate("window.left = 'by playwright'")
        seen = tab.session.evaluate("window.left")
        tab.session.evaluate("window.left = 'by us'")
        return seen, tab.page.evaluate("window.left")

    assert desk.on("", work) == ("by playwright", "by us")


def test_calls_sent_in_one_flight_are_answered_in_order(desk: Desk) -> None:
    def work(tab: Tab) -> list[int]:
        calls = [
            ("Runtime.evaluate", {"expression": f"{n} * 2", "returnByValue": True})
            for n in range(50)
        ]
        return [reply["result"]["value"] for reply in tab.session.send_all(calls)]

    assert desk.on("", work) == [2 * n for n in range(50)]


def test_a_browsers_error_and_a_scripts_error_are_protocol_errors(desk: Desk) -> None:
    def work(tab: Tab) -> None:
        with pytest.raises(ProtocolError, match="No.Such"):
            tab.session.send("No.Such")
        with pytest.raises(ProtocolError, match="a word of ours"):
            tab.session.evaluate("(() => { throw new Error('a word of ours') })()")
        assert tab.session.evaluate("1 + 1") == 2

    desk.on("", work)


def test_a_call_ends_at_its_deadline_and_others_do_not_wait_for_it(desk: Desk) -> None:
    def work(tab: Tab) -> None:
        forever = {"expression": "new Promise(() => {})", "awaitPromise": True}
        with pytest.raises(StepTimeout, match=r"Runtime\.evaluate"):
            tab.session.send("Runtime.evaluate", forever, timeout=0.3)
        assert tab.session.evaluate("2 + 2") == 4

    desk.on("", work)


def test_dialogs_are_answered_whoever_waits_for_the_page(desk: Desk) -> None:
    say = "[alert('one'), confirm('two'), prompt('three', 'x')]"

    def work(tab: Tab) -> None:
        assert tab.session.evaluate(say) == [None, False, None]
        assert tab.page.evaluate(say) == [None, False, None]
        kinds = [(one.type, one.message, one.accepted) for one in tab.session.dialogs]
        asked = [("alert", "one", False), ("confirm", "two", False), ("prompt", "three", False)]
        assert kinds == asked * 2

    for _ in range(5):
        desk.on("", work)


def test_a_click_that_opens_dialogs_returns(desk: Desk) -> None:
    def work(tab: Tab) -> tuple[str, int]:
        tab.page.click("text=flood")
        tab.page.click("text=confirm")
        return tab.session.evaluate("document.getElementById('said').textContent"), len(
            tab.session.dialogs
        )

    assert desk.on("dialogs", work) == ("said false", 21)


def test_leaving_a_page_that_objects_is_allowed(desk: Desk) -> None:
    def work(tab: Tab) -> str:
        tab.page.click("text=more")
        tab.session.evaluate("window.onbeforeunload = event => { event.preventDefault(); }; 0")
        tab.page.goto(f"{desk.url}miniwob/dialogs.html")
        return tab.page.title()

    assert desk.on("counter", work) == "Dialogs"


def test_a_popup_is_announced_with_its_opener_and_both_clients_can_read_it(desk: Desk) -> None:
    def work(tab: Tab) -> None:
        with tab.page.expect_popup() as opening:
            tab.page.click("button >> nth=0")
        popup = opening.value
        popup.wait_for_load_state()
        (ours,) = tab.window.browser.connection.opened_by(tab.session)
        assert ours.context == tab.session.context
        assert ours.evaluate("document.title") == popup.title() == "Counter"
        popup.close()
        tab.page.evaluate("0")
        assert tab.window.browser.connection.opened_by(tab.session) == ()
        with pytest.raises(BrowserLost):
            ours.evaluate("1")

    desk.on("popup", work)


def test_a_popup_opened_by_our_click_is_announced(desk: Desk) -> None:
    def work(tab: Tab) -> str:
        box = tab.session.evaluate(
            "(({x, y}) => [x + 5, y + 5])(document.querySelector('button').getBoundingClientRect())"
        )
        at = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        tab.session.send_all(
            [
                ("Input.dispatchMouseEvent", {"type": "mousePressed", **at}),
                ("Input.dispatchMouseEvent", {"type": "mouseReleased", **at}),
            ]
        )
        for _ in range(100):
            found = tab.window.browser.connection.opened_by(tab.session)
            if found:
                return found[0].opener or ""
            threading.Event().wait(0.05)
        raise AssertionError("no popup was announced")

    assert desk.on("popup", lambda tab: work(tab) == tab.session.target)


def test_a_page_closed_underneath_a_waiting_call_ends_the_wait(desk: Desk) -> None:
    def work(tab: Tab) -> None:
        session = tab.session
        timer = threading.Timer(0.3, lambda: session.post("Page.close"))
        timer.start()
        forever = {"expression": "new Promise(() => {})", "awaitPromise": True}
        with pytest.raises((BrowserLost, ProtocolError)):
            session.send("Runtime.evaluate", forever, timeout=20)
        timer.join()

    desk.on("", work)


def test_nothing_listens_and_no_file_of_ours_is_left(desk: Desk, tmp_path: Path) -> None:
    def listening(pid: int) -> set[str]:
        """Sockets of the process that wait for connections, by their numbers in the kernel."""
        inodes = set()
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                parts = line.split()
                if parts[3] == "0A":
                    inodes.add(parts[9])
        held = set()
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                held.add(str(descriptor.readlink()))
            except OSError:
                continue
        return {inode for inode in inodes if f"socket:[{inode}]" in held}

    def work(tab: Tab) -> tuple[int, str]:
        pid = tab.window.browser.pid
        return pid, Path(f"/proc/{pid}/cmdline").read_text()

    pid, command = desk.on("", work)
    assert "--remote-debugging-pipe" in command
    assert "--remote-debugging-port" not in command
    profile = next(part for part in command.split("\0") if part.startswith("--user-data-dir="))
    assert "webpilot-" not in command.replace(profile, "")
    assert listening(pid) == set()
