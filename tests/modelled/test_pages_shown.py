from __future__ import annotations

from dataclasses import replace

from site_world import ORDERS, PEOPLE, Site

from prompts.pages import HELD_BACK, changed_lines, page_text
from webpilot.observation import Element, Fingerprint, Observation, OpenTab

SITE = Site({"orders": ORDERS, "people": PEOPLE}, "orders")
PAGE = SITE.page("orders")


def reads(text: str) -> Observation:
    return replace(PAGE, text=text)


def test_a_page_is_shown_as_it_was_observed() -> None:
    assert page_text(PAGE) == ORDERS


def test_what_is_clickable_without_a_line_of_its_own_is_listed_below_the_page() -> None:
    tile = Element(bid="9", role="generic", name="First\n mail", states=(("clickable", ""),))
    shown = page_text(replace(PAGE, elements=(*PAGE.elements, tile)))
    assert shown.startswith(ORDERS)
    assert shown.splitlines()[-1] == "[9] generic 'First mail'"


def test_changes_are_the_lines_that_went_and_came() -> None:
    before, after = "a\n\t[1] checkbox 'x', checked='false'\nb", "a\n\t[1] checkbox 'x'\nb\nc"
    assert changed_lines(reads(before), reads(after)).splitlines() == [
        "- [1] checkbox 'x', checked='false'",
        "+ [1] checkbox 'x'",
        "+ c",
    ]


def test_a_page_that_stays_as_it_was_has_no_changes() -> None:
    assert changed_lines(PAGE, PAGE) == "none"
    assert changed_lines(PAGE, replace(PAGE, url=f"{PAGE.url}#top")) == "none"


def test_another_page_is_named_by_its_address_instead_of_compared() -> None:
    told = changed_lines(PAGE, SITE.page("people"))
    assert told == "another address: http://site/orders became http://site/people"


def test_many_changes_are_cut_and_counted() -> None:
    told = changed_lines(reads(""), reads("\n".join(f"line {i}" for i in range(100))))
    assert len(told.splitlines()) == 41
    assert told.endswith("… and 60 more")


def test_very_long_pages_are_not_compared_line_by_line() -> None:
    told = changed_lines(reads(""), reads("\n".join(str(i) for i in range(9_000))))
    assert told == "some; the page is too long to compare"


def test_open_tabs_and_a_held_back_action_are_told_above_the_page() -> None:
    tabs = (
        OpenTab(title="Tickets", url="http://gitlab/", active=False),
        OpenTab(title="Shop", url="http://shopping/", active=True),
    )
    seen = Observation(
        text="RootWebArea 'Shop'",
        fingerprint=Fingerprint(exact="", interactive=""),
        tabs=tabs,
        held_back=True,
    )
    assert page_text(seen).splitlines() == [
        HELD_BACK,
        "tab 0: 'Tickets', http://gitlab/",
        "tab 1, shown below: 'Shop', http://shopping/",
        "RootWebArea 'Shop'",
    ]
