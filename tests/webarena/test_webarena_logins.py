"""The logins as data are enough to get in by the sites' own forms, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from env.link.thread import BrowserThread
from env.webarena.fake import FakeInstance
from env.webarena.instance import Instance
from env.webarena.logging_in import log_in, still_in, verifier
from env.webarena.logins import LOGINS
from webpilot.errors import SiteDown

VIEWPORT = {"width": 800, "height": 600}
T = TypeVar("T")


@pytest.fixture(scope="module")
def thread() -> Iterator[BrowserThread]:
    with BrowserThread() as started:
        yield started


@pytest.fixture
def fake() -> Iterator[FakeInstance]:
    with FakeInstance() as instance:
        yield instance


def within(thread: BrowserThread, work: Callable[[Any], T], **options: Any) -> T:
    """Return what ``work`` returns on a new window's tab in front."""

    def do() -> T:
        window = thread.browser().open_window(VIEWPORT, **options)
        try:
            return work(window.active.page)
        finally:
            window.close()

    return thread.submit(do).result()


def sites(fake: FakeInstance) -> dict[str, str]:
    return dict(Instance.from_environment(fake.environ).sites)


def test_every_account_gets_in_and_stays_in_with_its_storage_state(
    thread: BrowserThread, fake: FakeInstance
) -> None:
    at = sites(fake)
    state = within(thread, lambda page: log_in(page.context, at, at))
    assert len(state["cookies"]) == len(LOGINS) == 4

    def seen(page: Any) -> dict[str, bool]:
        return {site: still_in(page, site, at[site]) for site in LOGINS}

    assert within(thread, seen, storage_state=state) == dict.fromkeys(LOGINS, True)
    assert within(thread, seen) == dict.fromkeys(LOGINS, False)
    assert fake.changes == {}


def test_a_login_leaves_no_tab_behind(thread: BrowserThread, fake: FakeInstance) -> None:
    def tabs(page: Any) -> list[str]:
        log_in(page.context, ["reddit", "wikipedia"], sites(fake))
        return [each.url for each in page.context.pages]

    assert within(thread, tabs) == ["about:blank"]


@pytest.mark.parametrize("site", LOGINS)
def test_an_expired_login_is_seen(thread: BrowserThread, fake: FakeInstance, site: str) -> None:
    def seen(page: Any) -> tuple[bool, bool]:
        log_in(page.context, [site], sites(fake))
        before = still_in(page, site, fake.url(site))
        fake.expire(site)
        return before, still_in(page, site, fake.url(site))

    assert within(thread, seen) == (True, False)


def test_an_account_that_is_not_let_in_is_the_sites_fault(
    thread: BrowserThread, fake: FakeInstance
) -> None:
    fake.change_password("gitlab", "another")
    with pytest.raises(SiteDown, match="gitlab does not let byteblaze in") as caught:
        within(thread, lambda page: log_in(page.context, ["gitlab"], sites(fake)))
    assert "hello1234" not in str(caught.value)


def test_a_page_without_the_form_is_the_sites_fault(
    thread: BrowserThread, fake: FakeInstance
) -> None:
    at = {**sites(fake), "reddit": fake.url("map")}

    def do(page: Any) -> None:
        page.context.set_default_timeout(500)
        log_in(page.context, ["reddit"], at)

    with pytest.raises(SiteDown, match="/login has no login that fits"):
        within(thread, do)
    fake.die("reddit")
    with pytest.raises(SiteDown, match="did not load"):
        within(thread, lambda page: log_in(page.context, ["reddit"], sites(fake)))


def test_a_page_that_is_its_sites_passes(thread: BrowserThread, fake: FakeInstance) -> None:
    at = sites(fake)

    def look(page: Any) -> None:
        log_in(page.context, at, at)
        for address in at.values():
            page.goto(address + "/anything")
            verifier(at)(page)

    within(thread, look)


def test_a_page_of_another_site_does_not_pass(thread: BrowserThread, fake: FakeInstance) -> None:
    fake.answer_as("reddit", "map")

    def look(page: Any) -> None:
        page.goto(fake.url("reddit"))
        verifier(sites(fake))(page)

    with pytest.raises(SiteDown, match="answers as map, not as reddit"):
        within(thread, look)


@pytest.mark.parametrize("site", LOGINS)
def test_a_page_that_asks_to_log_in_does_not_pass(
    thread: BrowserThread, fake: FakeInstance, site: str
) -> None:
    def look(page: Any) -> None:
        page.goto(fake.url(site) + LOGINS[site].proof)
        verifier(sites(fake))(page)

    with pytest.raises(SiteDown, match=f"nobody is logged in to {site} any more"):
        within(thread, look)
