"""Every dialog is answered at once by the rules of its window, and taken down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from env.guard.rules import DialogRules, WindowRules
from env.link.calls import ProtocolError
from env.link.page_session import DIALOGS_KEPT, LONGEST_MESSAGE
from env.link.window import Tab
from tests.guard.rig import WAIT, Guarded, eventually, guarded
from webpilot.errors import StepTimeout

PAGE = "/guard_leaves.html"
ASKING = "[alert('a'), confirm('b'), prompt('c', 'given before')]"
YES = WindowRules(
    dialogs=DialogRules(accept=frozenset({"alert", "confirm", "prompt"}), text="ours")
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Guarded]:
    with guarded() as shared:
        yield shared


def taken_down(tab: Tab) -> list[tuple[str, str, bool]]:
    return [(one.type, one.message, one.accepted) for one in tab.session.dialogs]


@pytest.mark.parametrize(
    ("rules", "answers", "accepted"),
    [(None, [None, False, None], False), (YES, [None, True, "ours"], True)],
)
def test_each_kind_is_answered_as_the_window_says(
    browser: Guarded, rules: WindowRules | None, answers: list[object], accepted: bool
) -> None:
    tab = browser.open(PAGE, rules=rules)
    assert browser.js(tab, ASKING) == answers
    kinds = zip(("alert", "confirm", "prompt"), "abc", strict=True)
    assert taken_down(tab) == [(kind, text, accepted) for kind, text in kinds]
    browser.do(tab.window.close)


def test_a_popup_obeys_the_rules_of_its_window(browser: Guarded) -> None:
    tab = browser.open(PAGE, rules=YES)
    browser.js(tab, f"void open('{PAGE}')")
    assert eventually(lambda: browser.do(lambda: len(tab.window.tabs)) == 2)
    assert eventually(
        lambda: browser.js(browser.do(lambda: tab.window.active), "typeof say === 'function'")
    )
    assert browser.js(browser.do(lambda: tab.window.active), "confirm('?')") is True
    browser.do(tab.window.close)


def test_printing_ends_at_once_and_is_taken_down(browser: Guarded) -> None:
    tab = browser.open(PAGE)
    browser.js(tab, "void print(); window.after = 1")
    frame = "document.body.append(document.createElement('iframe')); frames[0].print()"
    browser.js(tab, f"{{ {frame} }}")
    assert [kind for kind, _, _ in taken_down(tab)] == ["print", "print"]
    browser.do(tab.window.close)


def objecting(browser: Guarded, rules: WindowRules | None) -> Tab:
    """A page that somebody has touched and that does not want to be left."""
    tab = browser.open(PAGE, rules=rules)
    browser.do(lambda: tab.page.click("#stay"))
    return tab


def test_a_page_that_objects_is_left_by_default_and_stays_if_told_so(browser: Guarded) -> None:
    tab = objecting(browser, None)
    browser.do(lambda: tab.page.goto(browser.allowed.url + "/guard_caps.html"))
    assert browser.js(tab, "document.title") == "Caps"
    assert [kind for kind, _, _ in taken_down(tab)] == ["beforeunload"]
    browser.do(tab.window.close)

    stays = WindowRules(dialogs=DialogRules(accept=frozenset()))
    tab = objecting(browser, stays)

    def leave() -> None:
        url = browser.allowed.url + "/guard_caps.html"
        try:
            tab.session.send("Page.navigate", {"url": url}, timeout=2.0)
        except (ProtocolError, StepTimeout):
            return

    browser.do(leave)
    assert browser.js(tab, "document.title") == "Leaves"
    assert [accepted for _, _, accepted in taken_down(tab)] == [False]
    browser.do(tab.window.close)


def test_a_flood_is_answered_to_its_end_and_kept_to_a_length(browser: Guarded) -> None:
    tab = browser.open(PAGE)
    number = DIALOGS_KEPT + 20
    flood = f"for (let n = 0; n < {number}; n += 1) alert('x'.repeat(3000)); 'over'"
    assert browser.do(lambda: tab.session.evaluate(flood, timeout=WAIT)) == "over"
    assert len(tab.session.dialogs) == DIALOGS_KEPT
    assert {len(one.message) for one in tab.session.dialogs} == {LONGEST_MESSAGE}
    browser.do(tab.window.close)
