"""Logging in to WebArena's sites through their own forms, and seeing whether one still is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as PlaywrightError

from env.sites.documents import answered
from env.webarena.fetching import Fetcher
from env.webarena.logins import LOGINS, Login
from env.webarena.marks import MARKS, recognised
from webpilot.errors import SiteDown

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

__all__ = ["keeper", "log_in", "still_in", "verifier"]

SECONDS = 30.0
"""Longest time a page of a login may take."""


def log_in(
    context: BrowserContext, sites: Iterable[str], addresses: Mapping[str, str]
) -> Mapping[str, Any]:
    """Return the storage state of a context after logging in to these sites.

    Each login has a tab of its own, closed afterwards; the last tab open stays open. In the
    browser's thread.

    Args:
        context: where nobody is logged in yet.
        sites: of a task; those without accounts are passed over.
        addresses: by site, without a slash at the end.

    Raises:
        SiteDown: a form is not there, or the account does not get in.
    """
    for site in sites:
        if site in LOGINS:
            page = context.new_page()
            try:
                _fill(page, LOGINS[site], addresses[site])
                if not still_in(page, site, addresses[site]):
                    raise SiteDown(
                        f"{site} does not let {LOGINS[site].username} in: reset the instance, or "
                        "give the account its password back"
                    )
            finally:
                page.close()
    return context.storage_state()


def still_in(page: Page, site: str, address: str) -> bool:
    """Return whether one is logged in to a site, by opening a page that shows it.

    Raises:
        SiteDown: that page does not load.
    """
    login = LOGINS[site]
    _open(page, address + login.proof)
    return login.holds(address, url=page.url, page=page.content())


def keeper(
    addresses: Mapping[str, str], *, headers: Mapping[str, str] | None = None
) -> Callable[[Page], None]:
    """Return a check that one is still logged in, of a page that an action led to.

    For :class:`env.sites.entry.Entry`. A form to log in is shown to whoever asks for one, so the
    page of proof is asked for too before a login is called expired.

    Args:
        addresses: by site, without a slash at the end.
        headers: what every request to them needs.
    """

    def kept(page: Page) -> None:
        try:
            # Asked first: Playwright takes in where its page has gone to with a call of its own.
            html = page.content()
            site = _site_of(page.url, addresses)
            if site not in LOGINS:
                return
            login, address = LOGINS[site], addresses[site]
            if not login.lost(address, url=page.url, page=html):
                return
            # Not by the window: its requests are what the agent did.
            cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies(page.url))
            fetcher = Fetcher(headers={**(headers or {}), "Cookie": cookies})
            proof = fetcher.get(address + login.proof, timeout=SECONDS)
        except PlaywrightError:
            return  # the page went elsewhere meanwhile
        if login.holds(address, url=proof.url, page=proof.text):
            return
        raise _expired(site, page.url)

    return kept


def verifier(addresses: Mapping[str, str]) -> Callable[[Page], None]:
    """Return a check of a page just opened: that it is its site's, and that one is logged in.

    For :class:`env.sites.entry.Entry`. A page that is of no known application passes: what the
    marks know is untested against a live instance, and to be wrong would lose an episode.

    Args:
        addresses: by site, without a slash at the end.
    """

    def verify(page: Page) -> None:
        url, html = page.url, page.content()
        site = _site_of(url, addresses)
        other = recognised(html)
        if site in MARKS and other not in (None, site):
            raise SiteDown(f"{url} answers as {other}, not as {site}: correct its address")
        if site in LOGINS and LOGINS[site].lost(addresses[site], url=url, page=html):
            raise _expired(site, url)

    return verify


def _expired(site: str, url: str) -> SiteDown:
    return SiteDown(
        f"nobody is logged in to {site} any more, at {url}: run the same command with "
        "run.retry_errors=true, which logs in anew"
    )


def _site_of(url: str, addresses: Mapping[str, str]) -> str:
    """Return the site that an address belongs to: the shop's admin panel may be a path of it."""
    at = [site for site, address in addresses.items() if url.startswith(address)]
    return max(at, key=lambda site: len(addresses[site]), default="")


def _fill(page: Page, login: Login, address: str) -> None:
    _open(page, address + login.form)
    try:
        page.get_by_label(login.username_label, exact=login.exact).fill(login.username)
        page.get_by_label(login.password_label, exact=login.exact).fill(login.password)
        # The click waits for the navigation that it starts.
        page.get_by_role("button", name=login.button).click()
        page.wait_for_load_state()
    except PlaywrightError as error:
        raise SiteDown(f"{address}{login.form} has no login that fits: {_line(error)}") from error


def _open(page: Page, url: str) -> None:
    try:
        response = page.goto(url, timeout=SECONDS * 1000)
    except PlaywrightError as error:
        raise SiteDown(f"{url} did not load: {_line(error)}") from error
    answered(url, response)


def _line(error: PlaywrightError) -> str:
    return error.message.strip().partition("\n")[0]
