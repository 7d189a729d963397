"""What the forum, the tracker and the encyclopedia are filled with, before any program is run."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

from env.localweb.tracker.artifacts import name, ticket_change
from env.localweb.tracker.history import artifacts
from env.localweb.tracker.tickets import START, tickets, vocabulary
from env.localweb.wiki.pages import FRONT, LISTS, file_name, write
from env.localweb.wiki.world import world

FORUM = Path(__file__).resolve().parents[2] / "env" / "localweb" / "apps"
DIGEST = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from forum.discussions import ACCOUNT, Composer, vocabulary
found = Composer(vocabulary()).all()
titles = [one.title for one in found]
authors = {post.author for one in found for post in one.posts}
dates = [post.date for one in found for post in one.posts]
mine = sum(one.author == ACCOUNT for one in found)
print(len(found), len(set(titles)), len(authors), len(dates) - len(set(dates)), mine)
print(hashlib.sha256(repr(found).encode()).hexdigest())
"""


def composed(seed: str) -> list[str]:
    """Return what a fresh Python says of the forum's discussions."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", DIGEST, str(FORUM)],
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_the_forum_talks_of_the_same_in_every_process() -> None:
    first, second = composed("1"), composed("2")
    assert first == second
    topics, titles, authors, clashes, mine = map(int, first[:5])
    assert topics >= 200
    assert titles == topics
    assert authors >= 40
    assert clashes == 0
    assert mine >= 10


def test_the_tracker_is_made_of_the_same_artifacts_each_time() -> None:
    first, second = artifacts(vocabulary()), artifacts(vocabulary())
    assert first == second
    assert len({name(one) for one in first}) == len(first)


def test_every_artifact_of_the_tracker_carries_its_checksum() -> None:
    cards = [one for one in artifacts(vocabulary()) if one.startswith((b"C ", b"D "))]
    assert len(cards) > 200
    for artifact in cards:
        body, _, checksum = artifact.rpartition(b"Z ")
        assert checksum.strip().decode() == hashlib.md5(body).hexdigest()


def test_a_value_with_blanks_and_lines_is_one_word_of_a_card() -> None:
    change = ticket_change("ab" * 20, {"title": "two words\\ and\na line"}, date=START, user="ines")
    assert b"J title two\\swords\\\\\\sand\\na\\sline\n" in change


def test_tickets_are_opened_before_they_are_closed_and_fixed_by_a_check_in() -> None:
    found = tickets(vocabulary())
    assert len(found) >= 60
    assert len({ticket.uuid for ticket in found}) == len(found)
    for ticket in found:
        dates = [date for date, _, _ in ticket.changes]
        assert dates == sorted(dates)
        assert ticket.changes[0][2]["status"] == "Open"
    text = b"".join(artifacts(vocabulary())).decode()
    for ticket in found:
        assert ticket.fixed == (f"Ticket\\s[{ticket.uuid[:10]}]" in text)


def test_every_link_of_the_encyclopedia_leads_to_a_page(tmp_path: Path) -> None:
    count = write(tmp_path, world())
    pages = {file.name: file.read_text() for file in tmp_path.glob("*.html")}
    assert len(pages) == count
    reached, waiting = set(), [FRONT]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for part in pages[page].split('<a href="')[1:]:
            target = unquote(part.partition('"')[0])
            assert target in pages, f"{page} leads to {target}"
            if target not in reached:
                waiting.append(target)
    assert reached == set(pages)


def test_the_encyclopedia_agrees_with_itself() -> None:
    articles = {article.title: article for article in world()}
    assert len(articles) == len(world()) >= 300
    assert {title for title, _ in LISTS.values()}.isdisjoint(articles)
    for article in articles.values():
        for fact in article.facts:
            assert not fact.target or fact.target in articles
    towns = [one for one in articles.values() if one.category == "Towns"]
    for province in (one for one in articles.values() if one.category == "Provinces"):
        inside = [town for town in towns if town.value("Province") == province.title]
        assert province.value("Towns") == str(len(inside))
        assert province.value("Capital") == max(inside, key=lambda town: town.rank).title
    for river in (one for one in articles.values() if one.category == "Rivers"):
        mouth = next(fact.target for fact in river.facts if fact.label == "Mouth")
        if mouth.endswith(" (river)"):
            assert articles[mouth].rank > river.rank
            assert any(f"[[{river.title}]]" in text for text in articles[mouth].text)


def test_no_page_of_the_encyclopedia_is_written_over_another() -> None:
    names = Counter(file_name(article.title).casefold() for article in world())
    assert max(names.values()) == 1


def test_the_harbours_of_the_tracker_are_in_the_encyclopedia() -> None:
    titles = {article.title for article in world()}
    page: str = vocabulary()["wiki"]["Harbour Codes"]
    harbours = [row.split("|")[2].strip() for row in page.splitlines() if row.count("|") == 4][2:]
    assert len(harbours) == 8
    assert set(harbours) <= titles
