"""The page server: loopback, read-only, quick to say no."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from env.miniwob.catalogue import tasks
from env.server import PageServer, miniwob_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "served" / "inner").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "served" / "page.html").write_text("<p>page</p>")
    (tmp_path / "served" / "inner" / "index.html").write_text("<p>inner</p>")
    (tmp_path / "served" / "a b.js").write_text("1")
    (tmp_path / "served" / "link.txt").symlink_to(tmp_path / "secret.txt")
    return tmp_path / "served"


@pytest.fixture
def server(folder: Path) -> Iterator[PageServer]:
    with PageServer(folder, extra={"/made/up.html": b"<p>made up</p>"}) as running:
        yield running


def ask(server: PageServer, path: str, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, dict(answer.getheaders())


def test_files_come_with_type_length_and_cache_headers(server: PageServer) -> None:
    status, body, headers = ask(server, "/page.html?mode=x")
    assert (status, body) == (200, b"<p>page</p>")
    assert headers["Content-Type"] == "text/html"
    assert headers["Content-Length"] == "11"
    assert "max-age" in headers["Cache-Control"]
    assert ask(server, "/a%20b.js")[0] == 200
    assert ask(server, "/inner/")[1] == b"<p>inner</p>"
    assert ask(server, "/made/up.html")[1] == b"<p>made up</p>"


def test_a_missing_file_is_a_clean_404(server: PageServer) -> None:
    status, body, headers = ask(server, "/none.html")
    assert (status, body) == (404, b"not found\n")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "//etc/passwd",
        "/link.txt",
        "/inner/../../secret.txt",
    ],
)
def test_nothing_outside_the_folder_is_served(server: PageServer, path: str) -> None:
    assert ask(server, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(server: PageServer, method: str) -> None:
    assert ask(server, "/page.html", method)[0] == 501


def test_head_sends_headers_alone(server: PageServer) -> None:
    status, body, headers = ask(server, "/page.html", "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", "11")


def test_it_listens_on_the_loopback_address_alone(server: PageServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")


def test_the_port_is_free_after_closing(folder: Path) -> None:
    server = PageServer(folder).start()
    server.close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        ask(server, "/page.html")


def test_every_task_of_the_benchmark_has_its_page_in_the_installed_package() -> None:
    folder = miniwob_folder() / "miniwob"
    assert [task.name for task in tasks() if not (folder / f"{task.name}.html").is_file()] == []
