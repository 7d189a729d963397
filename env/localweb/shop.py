"""The shop: django-oscar 4.2.1, WebArena's ``shopping`` and, for its staff, ``shopping_admin``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from env.localweb.application import Application, Command, Cookie, Place, Site, Volatile
from env.localweb.django_site import ANSWERING, SOURCE, cookie, logged_in, ran

__all__ = ["SHOP"]

APPS = Path(__file__).resolve().parent / "apps"
ACCOUNTS = {
    "shopping": ("emma.lopez@gmail.com", "Password.123", "/accounts/login/"),
    "shopping_admin": ("admin@example.com", "admin1234", "/accounts/login/"),
}
"""By site: email, password and the page with the form."""
SECONDS = 180
"""What seeding may take; it takes sixteen."""


def command(place: Place) -> Command:
    """Return how the shop is started."""
    ports = [str(place.ports[name]) for name in ("shopping", "shopping_admin")]
    return Command(
        words=[str(place.python), "-B", "-m", "shop.serving", *ports],
        variables=variables(place),
    )


def variables(place: Place) -> Mapping[str, str]:
    """Return where the shop finds its modules and its data.

    Sets come in the same order in each process: migrations are numbered by one, for instance.
    """
    return {"PYTHONPATH": str(APPS), "PYTHONHASHSEED": "0", "SHOP_FOLDER": str(place.folder)}


def seed(place: Place) -> None:
    """Fill the folder: database, search index, pictures."""
    program(place, "make")


def settle(place: Place) -> None:
    """Make the log-ins last, and put back what they wrote down about the time."""
    program(place, "settle")


def program(place: Place, step: str) -> None:
    """Run one step of the seeding program to its end.

    Raises:
        ConfigError: it failed; its last words are in the message.
    """
    ran("shop", place, "shop.seeding", step, variables=variables(place), seconds=SECONDS)


def sign_in(addresses: Mapping[str, str]) -> Mapping[str, Sequence[Cookie]]:
    """Return the cookies of both accounts, logged in by the shop's own forms."""
    return {site: session(addresses[site], *ACCOUNTS[site]) for site in ACCOUNTS}


def session(address: str, email: str, password: str, path: str) -> Sequence[Cookie]:
    """Return the cookie of one account's session.

    Raises:
        ConfigError: the shop refuses it.
    """
    form = {
        "login-username": email,
        "login-password": password,
        "login-redirect_url": "",
        "login_submit": "Log In",
    }
    jar, browser = logged_in("shop", address + path, form, shown="logout")
    # The first page of the catalogue gives an account its basket: no later view shall do that.
    browser.open(address + "/catalogue/", timeout=ANSWERING).close()
    # The token of forms is given anew to whoever has none.
    held = [(each.name, each.value or "") for each in jar if each.name.endswith("sessionid")]
    return [cookie(*each, http_only=True) for each in held]


SHOP = Application(
    name="shop",
    sites=(
        Site(
            name="shopping",
            page="/accounts/login/",
            text="Larkfield",
            account_page="/accounts/profile/",
            account_text=ACCOUNTS["shopping"][0],
        ),
        Site(
            name="shopping_admin",
            path="/dashboard",
            page="/dashboard/login/",
            text="Larkfield",
            account_page="/dashboard/orders/",
            account_text="Order number",
        ),
    ),
    command=command,
    seed=seed,
    sources=(APPS / "shop", APPS / "standing_clock.py", SOURCE, Path(__file__)),
    environment="localweb-shop",
    databases=("shop.sqlite",),
    # The index is written when staff saves a product, or a review changes its rating.
    files=("whoosh", "media"),
    volatile=(
        Volatile(name="django_session", reason="steps of the checkout and messages are kept there"),
        Volatile(name="auth_user.last_login", reason="a log-in writes down the time"),
        Volatile(name="analytics_*", reason="each view of a product and each search counts"),
        Volatile(name="wishlists_wishlist.key", reason="drawn at random for each new list"),
        Volatile(name="sqlite_sequence", reason="counts rows of the tables above as well"),
    ),
    sign_in=sign_in,
    settle=settle,
)
"""What the suite must know of the shop."""
