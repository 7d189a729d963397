"""The marks of the one application of WebArena that runs here are those that it really sends."""

from __future__ import annotations

import socket
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator

import pytest

from env.webarena.fetching import Fetcher
from env.webarena.instance import Instance
from env.webarena.marks import MARKS, recognised
from env.webarena.readiness import checks
from webpilot.errors import SiteDown


def picture() -> bytes:
    """A red square of 48 pixels as PNG, which every ZIM file must have."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = zlib.compress((b"\0" + b"\xff\0\0" * 48) * 48)
    head = struct.pack(">IIBBBBB", 48, 48, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture(scope="module")
def kiwix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of kiwix-serve with one book, without a slash at the end."""
    folder = tmp_path_factory.mktemp("kiwix")
    pages = folder / "pages"
    pages.mkdir()
    (pages / "index.html").write_text(
        "<html><head><title>Start</title></head><body>x</body></html>"
    )
    (pages / "icon.png").write_bytes(picture())
    told = {"w": "index.html", "I": "icon.png", "l": "eng", "t": "T", "d": "D", "c": "C", "p": "P"}
    words = [word for key, value in told.items() for word in (f"-{key}", value)]
    make = ["zimwriterfs", *words, str(pages), str(folder / "book.zim")]
    subprocess.run(make, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["kiwix-serve", "--address", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(
        [*command, str(folder / "book.zim")], stdout=subprocess.DEVNULL
    ) as server:
        try:
            yield answering(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def answering(url: str) -> str:
    """Return an address once something answers there."""
    for _ in range(100):
        try:
            Fetcher().get(url, timeout=1.0)
        except SiteDown:
            time.sleep(0.1)
        else:
            return url
    raise AssertionError(f"{url} does not answer")


def test_an_article_of_kiwix_is_wikipedias(kiwix: str) -> None:
    page = Fetcher().get(f"{kiwix}/book/A/index.html", timeout=5.0)
    assert page.status == 200
    assert recognised(page.text) == "wikipedia"


def test_the_list_of_books_is_kiwixs_too(kiwix: str) -> None:
    assert MARKS["wikipedia"].on(Fetcher().get(kiwix, timeout=5.0).text)


def test_kiwix_at_another_sites_address_is_named(kiwix: str) -> None:
    environ = {"WA_WIKIPEDIA": f"{kiwix}/book/A/index.html", "WA_REDDIT": kiwix}
    found = {check.name: check for check in checks(Instance.from_environment(environ), ())}
    assert found["WebArena wikipedia"].ok
    assert "answers as Kiwix, which is wikipedia" in found["WebArena reddit"].detail
