"""Accounts of WebArena's sites, and how one logs in: as data, for whoever drives the browser.

Forms as in BrowserGym's ``ui_login``; accounts and the proofs of a login as in libwebarena's
``env_config`` and ``auto_login``. Wikipedia and the map have no accounts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["LOGINS", "Login"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How one logs in to a site with the benchmark's account."""

    site: str
    username: str
    password: str
    form: str
    """Path of the page with the form, to be put behind the site's address."""
    username_label: str
    password_label: str
    exact: bool
    """Whether the labels must be matched as a whole."""
    button: str
    """Name of the button that sends the form."""
    proof: str
    """Path of a page that only a logged-in account sees."""
    keyword: str = ""
    """Words on that page; empty where staying at its address is the proof."""
    expired: str = ""
    """Pattern of the page that is shown in place of any other, at its address, to those who are
    not logged in; empty where one is sent to the form instead. Untested against a live instance."""

    def holds(self, address: str, *, url: str, page: str) -> bool:
        """Return whether one was logged in when the page of proof was opened.

        Args:
            address: of the site, without a slash at the end.
            url: where the browser ended.
            page: its HTML.
        """
        return self.keyword in page if self.keyword else url == address + self.proof

    def lost(self, address: str, *, url: str, page: str) -> bool:
        """Return whether a page of the site shows that nobody is logged in any more.

        Args:
            address: of the site, without a slash at the end.
            url: of the page.
            page: its HTML.
        """
        if self.expired:
            return re.search(self.expired, page, re.IGNORECASE) is not None
        return url.startswith(address + self.form)


LOGINS: Mapping[str, Login] = MappingProxyType(
    {
        login.site: login
        for login in (
            Login(
                site="shopping",
                username="emma.lopez@gmail.com",
                password="Password.123",
                form="/customer/account/login/",
                username_label="Email",
                password_label="Password",
                exact=True,
                button="Sign In",
                proof="/wishlist/",
            ),
            Login(
                site="shopping_admin",
                username="admin",
                password="admin1234",
                form="",
                username_label="Username",
                password_label="Password",
                exact=False,
                button="Sign in",
                proof="/dashboard",
                keyword="Dashboard",
                expired=r"<title>\s*Magento Admin\s*</title>",
            ),
            Login(
                site="reddit",
                username="MarvelsGrantMan136",
                password="test1234",
                form="/login",
                username_label="Username",
                password_label="Password",
                exact=False,
                button="Log in",
                proof="/user/MarvelsGrantMan136/account",
                keyword="Delete",
            ),
            Login(
                site="gitlab",
                username="byteblaze",
                password="hello1234",
                form="/users/sign_in",
                username_label="Username or email",
                password_label="Password",
                exact=False,
                button="Sign in",
                proof="/-/profile",
            ),
        )
    }
)
"""By site, for those that have accounts."""
