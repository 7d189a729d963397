"""The forum: django-spirit 0.14.3, WebArena's ``reddit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from env.localweb.application import Application, Command, Cookie, Place, Site, Volatile
from env.localweb.django_site import SOURCE, cookie, logged_in, ran

__all__ = ["FORUM"]

APPS = Path(__file__).resolve().parent / "apps"
ACCOUNT = ("MarvelsGrantMan136", "test1234")
SECONDS = 120
"""What seeding may take; it takes five."""


def command(place: Place) -> Command:
    """Return how the forum is started."""
    return Command(
        words=[str(place.python), "-B", "-m", "forum.serving", str(place.ports["reddit"])],
        variables=variables(place),
    )


def variables(place: Place) -> Mapping[str, str]:
    """Return where the forum finds its modules and its data."""
    return {
        "PYTHONPATH": str(APPS),
        "FORUM_FOLDER": str(place.folder),
        "FORUM_INDEX": str(place.seed / "index"),
    }


def seed(place: Place) -> None:
    """Fill the folder: database and search index."""
    program(place, "forum.seeding")


def settle(place: Place) -> None:
    """Make the log-in last, and put back what it wrote down about the time."""
    program(place, "forum.seeding", "settle")


def program(place: Place, module: str, *arguments: str) -> None:
    """Run one of the forum's own programs to its end.

    Raises:
        ConfigError: it failed; its last words are in the message.
    """
    ran("forum", place, module, *arguments, variables=variables(place), seconds=SECONDS)


def sign_in(addresses: Mapping[str, str]) -> Mapping[str, Sequence[Cookie]]:
    """Return the cookies of the account, logged in by the forum's own form."""
    name, password = ACCOUNT
    form = {"username": name, "password": password, "next": "/"}
    jar, _ = logged_in("forum", f"{addresses['reddit']}/user/login/", form, shown=name)
    held = [(each.name, each.value or "") for each in jar]
    return {"reddit": [cookie(*each, http_only=each[0] == "forum_session") for each in held]}


FORUM = Application(
    name="forum",
    sites=(
        Site(
            name="reddit",
            page="/user/login/",
            text="Common Room",
            account_page="/user/menu/",
            account_text=ACCOUNT[0],
        ),
    ),
    command=command,
    seed=seed,
    sources=(APPS / "forum", APPS / "standing_clock.py", SOURCE, Path(__file__)),
    environment="localweb-forum",
    databases=("forum.sqlite",),
    files=("media",),
    shared=("index",),
    volatile=(
        Volatile(name="django_session", reason="a view renews it, a log-in draws a random key"),
        Volatile(name="auth_user.last_login", reason="a log-in writes down the time"),
        Volatile(name="spirit_topic_topic.view_count", reason="each view of a topic counts"),
        Volatile(
            name="spirit_comment_bookmark_commentbookmark",
            reason="scrolling through a topic marks how far it was read",
        ),
        Volatile(
            name="spirit_topic_unread_topicunread", reason="a view of a topic marks it as read"
        ),
        Volatile(
            name="spirit_topic_notification_topicnotification.is_read",
            reason="a view of a topic marks its notification as read",
        ),
        Volatile(name="sqlite_sequence", reason="counts rows of the tables above as well"),
    ),
    sign_in=sign_in,
    settle=settle,
)
"""What the suite must know of the forum."""
