"""The pocket application as the local suite knows applications, and requests to it."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from env.localweb.application import Application, Command, Cookie, Place, Site, Volatile

PROGRAM = Path(__file__).with_name("pocket_program.py")


def pocket(
    *, name: str = "pocket", text: str = "Pocket shop", host: str = "127.0.0.1"
) -> Application:
    """Return the application; with another text it is taken for another site."""

    def command(place: Place) -> Command:
        port = str(place.ports["shopping"])
        return Command(
            words=[str(place.python), str(PROGRAM), "serve", port, str(place.folder), host]
        )

    return Application(
        name=name,
        sites=(
            Site(
                name="shopping",
                text=text,
                account_page="/me",
                account_text="Hello, Ada",
            ),
        ),
        command=command,
        seed=seed,
        sources=(PROGRAM,),
        databases=("pocket.sqlite",),
        files=("index",),
        volatile=(
            Volatile(name="views", reason="each view counts"),
            Volatile(name="things.seen", reason="a view writes down the time"),
        ),
        sign_in=sign_in,
    )


def seed(place: Place) -> None:
    """Fill the folder."""
    words = [sys.executable, str(PROGRAM), "seed", str(place.folder)]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)


def sign_in(addresses: Mapping[str, str]) -> Mapping[str, Sequence[Cookie]]:
    """Return the one cookie that the application knows."""
    assert "shopping" in addresses
    return {"shopping": [{"name": "pocket-session", "value": "fixed", "path": "/", "expires": -1}]}


def ask(url: str, method: str, path: str) -> str:
    """Return what the application answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 0, timeout=10)
    try:
        connection.request(method, path, headers={"Content-Length": "0"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()
