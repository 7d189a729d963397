"""The ``quiet`` policy waits for what is under way, and for nothing that has no end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import pytest

from env.clock import Quiet, parse_clock
from env.link.thread import BrowserThread
from webpilot.serving import LOOPBACK, Serving

T = TypeVar("T")

PAGE = """<!doctype html><title>Page</title><body><p id="said">nothing</p>
<script>
const say = (text) => { document.getElementById("said").textContent = text; };
const ask = (path) => fetch(path).then((reply) => reply.text()).then(say);
</script></body>"""
NEXT = "<!doctype html><title>Next</title><body><p id='said'>next</p></body>"
SAID = "document.getElementById('said').textContent"


class Handler(BaseHTTPRequestHandler):
    """``/slow`` answers after 0.7 s, ``/quick`` at once, ``/never`` never, ``/stream`` for ever."""

    def do_GET(self) -> None:
        if self.path.startswith("/stream"):
            self._begin("text/event-stream")
            self._drip()
            return
        if self.path.startswith("/never"):
            self._begin("text/plain")
            self._drip()
            return
        time.sleep(0.7 if self.path.startswith("/slow") else 0.0)
        text = {"/slow": "answered", "/quick": self.path, "/slow-page": NEXT}.get(
            self.path.partition("?")[0], PAGE
        )
        self._begin("text/html", str(len(text)))
        self.wfile.write(text.encode())

    def _begin(self, kind: str, length: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length:
            self.send_header("Content-Length", length)
        self.end_headers()

    def _drip(self) -> None:
        try:
            while True:
                self.wfile.write(b": still here\n\n")
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        return


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        return


class Rig:
    """A page in a real browser, and a clock that has not seen it yet."""

    def __init__(self, thread: BrowserThread, url: str) -> None:
        self.thread, self.url, self.clock = thread, url, Quiet()
        self.tab: Any = None

    def do(self, work: Callable[[], T]) -> T:
        return self.thread.submit(work).result()

    def open(self, *, watched: bool = True) -> None:
        def work() -> None:
            self.tab = self.thread.browser().open_tab({"width": 400, "height": 300})
            if watched:
                self.clock.watch(self.tab.session)
            self.tab.page.goto(self.url)

        self.do(work)

    def after(self, script: str) -> str:
        """Return what the page says once it is quiet after a script."""

        def work() -> str:
            self.tab.session.evaluate(f"void ({script})")
            self.clock.settle(self.tab.session)
            return str(self.tab.session.evaluate(SAID))

        return self.do(work)


@pytest.fixture(scope="module")
def thread() -> Iterator[BrowserThread]:
    with BrowserThread() as shared:
        yield shared


@pytest.fixture
def rig(thread: BrowserThread) -> Iterator[Rig]:
    with Serving(Server((LOOPBACK, 0), Handler), name="quiet-pages") as server:
        made = Rig(thread, f"http://{LOOPBACK}:{server.port}/")
        made.open()
        yield made
        made.do(made.tab.close)


@pytest.mark.parametrize("text", ["quiet", "quiet:80"])
def test_the_policy_is_named_as_it_is_written(text: str) -> None:
    clock = parse_clock(text)
    assert (clock.name, clock.virtual) == (text, False)


def test_a_timer_that_is_due_soon_is_waited_for_though_nothing_changes_before(rig: Rig) -> None:
    assert rig.after("setTimeout(() => say('menu'), 300)") == "menu"


def test_timers_that_set_timers_are_waited_for(rig: Rig) -> None:
    steps = "let n = 0; const step = () => { say(++n); if (n < 8) setTimeout(step, 30); }; step()"
    assert rig.after(f"(() => {{ {steps} }})()") == "8"


def test_what_is_asked_for_after_a_pause_in_typing_is_waited_for_every_time(rig: Rig) -> None:
    for delay in range(290, 310):
        script = f"setTimeout(() => ask('/quick?{delay}'), {delay})"
        assert rig.after(script) == f"/quick?{delay}"


def test_a_timer_that_is_due_later_is_not_waited_for(rig: Rig) -> None:
    assert rig.after("setTimeout(() => say('too late'), 5000)") == "nothing"


def test_a_timer_that_was_cleared_is_not_waited_for(rig: Rig) -> None:
    script = "clearInterval(setTimeout(() => say('called'), 200))"
    assert rig.after(script) == "nothing"


def test_timers_of_a_page_work_as_they_did(rig: Rig) -> None:
    as_text = "setTimeout(\"say('as a text')\", 20)"
    with_arguments = "setTimeout((a, b) => say(document.title + a + b), 60, 1, 2)"
    assert rig.after(as_text) == "as a text"
    assert rig.after(with_arguments) == "Page12"


def test_a_transition_is_waited_for(rig: Rig) -> None:
    script = (
        "document.body.animate([{opacity: 0}, {opacity: 1}], 250).finished.then(() => say('shown'))"
    )
    assert rig.after(script) == "shown"


def test_an_interval_that_goes_on_for_ever_is_not_waited_for(rig: Rig) -> None:
    assert rig.after("setInterval(() => {}, 20)") == "nothing"
    assert rig.after("setInterval(() => say(Date.now()), 20)") != "nothing"


def test_a_loop_of_frames_and_an_endless_animation_are_not_waited_for(rig: Rig) -> None:
    loop = "(function turn() { requestAnimationFrame(turn); })()"
    assert rig.after(loop) == "nothing"
    assert rig.after("document.body.animate([{}, {}], {duration: 9, iterations: 1e9})") == "nothing"


def test_a_request_is_waited_for_beyond_half_a_second(rig: Rig) -> None:
    assert rig.after("ask('/slow')") == "answered"


def test_what_an_answer_schedules_is_waited_for_too(rig: Rig) -> None:
    assert rig.after("fetch('/slow').then(() => setTimeout(() => say('then'), 200))") == "then"


def test_a_navigation_is_waited_for(rig: Rig) -> None:
    assert rig.after("location.href = '/slow-page'") == "next"


def test_an_open_event_stream_is_not_waited_for(rig: Rig) -> None:
    assert rig.after("new EventSource('/stream')") == "nothing"
    assert rig.after("fetch('/stream')") == "nothing"
    assert rig.do(lambda: rig.clock.watch(rig.tab.session).pending) == frozenset()


def test_a_request_without_end_is_waited_for_once_and_never_again(rig: Rig) -> None:
    asked = [rig.after(f"ask('/never?{number}')") for number in range(2)]
    assert asked == ["nothing", "nothing"]
    traffic = rig.do(lambda: rig.clock.watch(rig.tab.session))
    assert (traffic.pending, traffic.endless) == (frozenset(), {f"{rig.url}never"})


def test_a_page_that_was_loaded_before_is_counted_from_now_on(rig: Rig) -> None:
    rig.do(rig.tab.close)
    rig.open(watched=False)
    rig.after("0")
    assert rig.after("setTimeout(() => say('menu'), 300)") == "menu"


def test_a_frame_s_timers_are_waited_for(rig: Rig) -> None:
    frame = "document.body.append(Object.assign(document.createElement('iframe'), {src: '/next'}))"
    rig.after(frame)
    assert rig.after("frames[0].setTimeout(() => say('from inside'), 300)") == "from inside"


def test_a_wait_inside_an_action_passes_in_real_time(rig: Rig) -> None:
    def work() -> float:
        before = rig.tab.session.evaluate("Date.now()")
        rig.clock.wait(rig.tab.session, 50)
        return float(rig.tab.session.evaluate("Date.now()") - before)

    assert rig.do(work) >= 49
