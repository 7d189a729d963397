"""The forum, the tracker and the encyclopedia as they run: what reading, writing and time do."""

from __future__ import annotations

import html
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from env.localweb.application import Application, Place
from env.localweb.forum import FORUM
from env.localweb.forum import command as forum_command
from env.localweb.hashing import reading, table_hashes
from env.localweb.ports import free_ports
from env.localweb.replica import Replica
from env.localweb.seeds import application_python, seed_folder
from env.localweb.served import cookie_header
from env.localweb.tracker.launching import forget
from env.localweb.tracker.program import TRACKER, clock_library
from env.localweb.wiki.program import WIKI

APPLICATIONS = (FORUM, TRACKER, WIKI)
SITES = ("reddit", "gitlab", "wikipedia")
LINK = re.compile(r"""href=['"]([^'"#]*)""")
LEAVING = ("logout", "delete", "/feed", "/zip/", "/tarball/", "/sqlar/", "/random")
TOKEN = re.compile(r'(csrf\w*["\']?\s*(?:value=|:)\s*["\'])\w+|nonce[-=]["\']?\w+')


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(applications=APPLICATIONS).start() as running:
        yield running


def fetched(replica: Replica, site: str, path: str, form: dict[str, str] | None = None) -> str:
    """Return a page as the site's account is shown it."""
    return page_at(address(replica, site) + path, headers(replica, site), form)


def answered(replica: Replica, site: str, path: str) -> tuple[int, str]:
    """Return the status and the text of an answer."""
    try:
        return 200, fetched(replica, site, path)
    except urllib.error.HTTPError as error:
        return error.code, ""


def page_at(url: str, sent: dict[str, str], form: dict[str, str] | None = None) -> str:
    data = None if form is None else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data=data, headers=sent)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode("utf-8", "replace"))


def address(replica: Replica, site: str) -> str:
    parts = urllib.parse.urlsplit(replica.urls[site])
    return f"{parts.scheme}://{parts.netloc}"


def headers(replica: Replica, site: str) -> dict[str, str]:
    cookies = replica.storage_state([site])["cookies"]
    return {"Cookie": cookie_header(cookies), "Referer": address(replica, site) + "/"}


def walked(replica: Replica, site: str, most: int) -> Sequence[str]:
    """Return the paths of pages that were read, following links from the start."""
    origin = address(replica, site)
    start = urllib.parse.urlsplit(replica.urls[site]).path
    waiting, seen = [f"{start}/"], []
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen or any(word in path for word in LEAVING):
            continue
        status, text = answered(replica, site, path)
        assert status < 500, f"{site} answers {path} with {status}"
        if status >= 400:
            continue
        seen.append(path)
        for found in LINK.findall(text):
            url = urllib.parse.urljoin(origin + path, html.unescape(found))
            if url.startswith(origin):
                waiting.append(url[len(origin) :])
    return seen


@pytest.mark.parametrize("site", SITES)
def test_reading_pages_changes_nothing_that_counts(replica: Replica, site: str) -> None:
    replica.reset()
    assert len(walked(replica, site, 120)) == 120
    assert replica.changed() == {}
    assert replica.hash() == replica.seed_hash()


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda one: one.name)
def test_two_seedings_hold_the_same(application: Application, tmp_path: Path) -> None:
    hashes = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        python = application_python(application)
        application.seed(Place(folder=folder, seed=folder, python=python, ports={}))
        hashes.append(table_hashes(folder / application.databases[0], application.volatile))
    assert hashes[0] == hashes[1]


def test_the_data_have_the_promised_size() -> None:
    wanted = (
        (FORUM, "SELECT count(*) FROM spirit_topic_topic WHERE category_id > 1", 200),
        (FORUM, "SELECT count(DISTINCT user_id) FROM spirit_comment_comment", 40),
        (FORUM, "SELECT count(*) FROM spirit_category_category WHERE NOT is_private", 10),
        (FORUM, "SELECT count(*) FROM spirit_comment_comment", 1000),
        (TRACKER, "SELECT count(*) FROM ticket", 60),
        (TRACKER, "SELECT count(*) FROM event WHERE type = 'ci'", 40),
        (TRACKER, "SELECT count(*) FROM tag WHERE tagname LIKE 'wiki-%'", 15),
        (WIKI, "SELECT count(*) FROM article", 300),
    )
    for application, query, least in wanted:
        file = seed_folder(application) / application.databases[0]
        with reading(file) as database:
            assert database.execute(query).fetchone()[0] >= least, query


@pytest.mark.parametrize(
    ("site", "path", "hit"),
    [
        ("reddit", "/search/?q=footrest", "Help: footrest slides away on the wooden floor"),
        ("gitlab", "/search?s=umlauts&y=all", "Umlauts"),
        ("wikipedia", "/search?content=encyclopedia&pattern=Kingsferry", "Kingsferry Lighthouse"),
    ],
)
def test_search_finds(replica: Replica, site: str, path: str, hit: str) -> None:
    assert hit in html.unescape(re.sub("<[^>]*>", "", fetched(replica, site, path)))


@pytest.mark.parametrize(("site", "path"), [("reddit", "/st/admin/"), ("gitlab", "/setup")])
def test_the_account_is_no_administrator(replica: Replica, site: str, path: str) -> None:
    status, text = answered(replica, site, path)
    refused = status in (403, 404) or "Log in" in text or "Login" in text
    assert refused
    assert "Access Settings" not in text


def test_a_reset_takes_a_comment_and_a_ticket_away_and_keeps_everybody_logged_in(
    replica: Replica,
) -> None:
    replica.reset()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', fetched(replica, "reddit", "/user/"))
    assert token
    form = {"comment": "I agree with all of it.", "csrfmiddlewaretoken": token[1]}
    assert "I agree with all of it." in fetched(replica, "reddit", "/comment/226/publish/", form)
    csrf = re.search(r'name="csrf" value="(\w+)"', fetched(replica, "gitlab", "/tktnew"))
    assert csrf
    ticket = {"title": "Reset me", "type": "Incident", "severity": "Minor", "submit": "Submit"}
    assert "Reset me" in fetched(replica, "gitlab", "/tktnew", {**ticket, "csrf": csrf[1]})
    changed = replica.changed()
    assert "spirit_comment_comment" in changed["reddit"]
    assert "ticket" in changed["gitlab"]
    replica.reset()
    assert replica.changed() == {}
    assert replica.hash() == replica.seed_hash()
    replica.check()
    assert "I agree with all of it." not in fetched(replica, "reddit", "/topic/226/x/")


def test_the_forum_reads_the_same_a_year_later(replica: Replica, tmp_path: Path) -> None:
    replica.reset()
    paths = [path for path in walked(replica, "reddit", 40) if not path.startswith("/static")]
    replica.reset()
    now = [plain(fetched(replica, "reddit", path), replica.urls["reddit"]) for path in paths]
    replica.reset()
    port = free_ports(["reddit"])["reddit"]
    place = Place(
        folder=replica.folder / "forum",
        seed=seed_folder(FORUM),
        python=application_python(FORUM),
        ports={"reddit": port},
    )
    started = forum_command(place)
    later = {"LD_PRELOAD": clock_library(), "FAKETIME": "+400d"}
    server = subprocess.Popen(
        list(started.words),
        env={**os.environ, **started.variables, **later, "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, server)
        sent = headers(replica, "reddit")
        then = [plain(page_at(url + path, sent), url) for path in paths]
    finally:
        # It ends by itself, and libfaketime with it.
        server.terminate()
        server.wait()
        forget(server.pid)
    assert then == now


def test_the_tracker_leaves_nothing_in_shared_memory() -> None:
    with Replica(applications=(TRACKER,)).start() as running:
        (server,) = running.pids
        fetched(running, "gitlab", "/timeline")
        for _ in range(100):
            if not shared(server):
                break
            time.sleep(0.05)
        assert not shared(server)
        assert "Harbour Codes" in fetched(running, "gitlab", "/wcontent")


def shared(process: int) -> bool:
    """Return whether libfaketime's shared memory of a process can be opened by its name."""
    try:
        SharedMemory(f"faketime_shm_{process}").close()
    except FileNotFoundError:
        return False
    return True


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return once a server answers."""
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            page_at(url + "/user/login/", {})
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


def plain(text: str, url: str) -> str:
    """Return a page without its address and without what is drawn anew for each request."""
    port = url.rpartition(":")[2]
    return TOKEN.sub(r"\1", text.replace(f":{port}", "").replace(f"%3A{port}", ""))
