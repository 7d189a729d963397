"""The judge that asks the applications' own databases: what is so now, and what else changed.

A task's ``database`` says what must hold at the end::

    {"site": "shopping",
     "status": "SUCCESS",                 what the agent must say; SUCCESS where left out
     "expect": [{"sql": "SELECT ...", "rows": [[...], ...], "site": "..."}, ...],
     "answer": {"sql": "SELECT ...", "form": "text" | "number" | "list"} | null,
     "url": {"sql": "SELECT ..."} | null,  path and query of the page in front
     "changes": {"shopping": ["basket_line"]} | {"shopping": {"basket_line": [1, 0]}}}

Right answers and addresses are computed from the data, not written down a second time. ``changes``
lists every table whose rows may, and must, differ from the seed's; with numbers, so many rows are
new and so many gone (one that changed is both; ``null``: any number of them).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Error as PlaywrightError

from env.judging import Ending, Opinion
from env.localweb.answers import answers
from env.localweb.hashing import reading, rows_between
from env.localweb.replica import Replica
from webpilot.errors import BrowserLost, ConfigError, EnvironmentDown

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["DatabaseJudge"]

NAME = "database"
STEPS = 50_000_000
"""Instructions of SQLite's machine that a query may take."""
OF_THE_QUERY = (None, "SQLITE_ERROR", "SQLITE_INTERRUPT", "SQLITE_READONLY")
"""SQLite's names of errors that lie in a query, not in the file."""
CLOSE = 1e-6
ATTEMPTS = 20
Row = Sequence[object]


class DatabaseJudge:
    """A :data:`env.judging.Judge` by the data behind the sites, independent of pages and requests.

    Args:
        replica: the sites that the episode was committed on.
    """

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    def __call__(self, task: Mapping[str, Any], ending: Ending) -> Opinion:
        """Return the verdict on one ending.

        Raises:
            ConfigError: the task's definition is wrong.
            EnvironmentDown: a database cannot be read.
        """
        wanted: Mapping[str, Any] = task["database"]
        for reason in self._reasons(wanted, ending):
            return Opinion(judge=NAME, score=0.0, reason=reason)
        return Opinion(judge=NAME, score=1.0)

    def _reasons(self, wanted: Mapping[str, Any], ending: Ending) -> Iterator[str]:
        """Yield what is wanting, cheapest first."""
        status = wanted.get("status", "SUCCESS")
        if ending.response.status != status:
            yield f"the agent says {ending.response.status}, not {status}"
        site = wanted["site"]
        if wanted.get("answer"):
            yield from self._answered(site, wanted["answer"], ending)
        if wanted.get("url"):
            yield from self._arrived(site, wanted["url"], ending)
        for one in wanted.get("expect", ()):
            found = self._query(one.get("site", site), one["sql"])
            if not same_rows(found, one["rows"]):
                yield f"{one['sql']} gives {shortened(found)}, not {shortened(one['rows'])}"
        yield from self._unchanged(wanted.get("changes") or {})

    def _answered(self, site: str, wanted: Mapping[str, Any], ending: Ending) -> Iterator[str]:
        right = [row[0] for row in self._query(wanted.get("site", site), wanted["sql"])]
        if not right:
            raise ConfigError(f"the data holds no answer: {wanted['sql']}")
        said = ending.response.retrieved_data
        given = list(said) if said is not None else [ending.answer] if ending.answer else []
        if not answers(given, right, form=wanted["form"]):
            yield f"the answer is {shortened(right)}, the agent says {shortened(given)}"

    def _arrived(self, site: str, wanted: Mapping[str, Any], ending: Ending) -> Iterator[str]:
        site = wanted.get("site", site)
        paths = [str(row[0]) for row in self._query(site, wanted["sql"])]
        if not paths:
            raise ConfigError(f"the data holds no address: {wanted['sql']}")
        origin = urlsplit(ending.sites[site])
        now = urlsplit(address(ending.page))
        if now.netloc != origin.netloc or not any(same_page(now.geturl(), one) for one in paths):
            yield f"the page in front is {now.path or now.geturl()}, not {shortened(paths)}"

    def _unchanged(self, allowed: Mapping[str, Any]) -> Iterator[str]:
        """Yield what changed though it must not, and what did not though it must."""
        changed = self._replica.changed()
        known = {name for one in self._replica.applications for name in (s.name for s in one.sites)}
        unknown = sorted(set(allowed) - known)
        if unknown:
            raise ConfigError(f"changes of {unknown} are expected, which the local suite lacks")
        for application in self._replica.applications:
            names = [site.name for site in application.sites]
            tables = set(next((changed[name] for name in names if name in changed), ()))
            listed = {table for name in names for table in allowed.get(name, ())}
            if tables - listed:
                yield f"{application.name} changed in {', '.join(sorted(tables - listed))} too"
            if listed - tables:
                yield f"{application.name} did not change in {', '.join(sorted(listed - tables))}"
            for name in names:
                counted = allowed.get(name)
                if isinstance(counted, Mapping):
                    yield from self._counted(name, counted)

    def _counted(self, site: str, wanted: Mapping[str, Sequence[int] | None]) -> Iterator[str]:
        """Yield the tables in which another number of rows is new or gone."""
        volatile = self._replica.application(site).volatile
        seeded, now = self._replica.seed_data(site), self._replica.data(site)
        for table, numbers in wanted.items():
            if numbers is None:
                continue
            found = [
                len(rows_between(*pair, table, volatile)) for pair in ((seeded, now), (now, seeded))
            ]
            if found != list(numbers):
                yield f"{table} has {found[0]} new and {found[1]} gone rows, not {list(numbers)}"

    def _query(self, site: str, sql: str) -> list[Row]:
        return query(self._replica.data(site), sql)


def address(page: Page) -> str:
    """Return the address of a page as the page itself knows it.

    Playwright hears of where a page was led by others only while it waits for something.

    Raises:
        BrowserLost: the page is gone.
    """
    for attempt in range(ATTEMPTS):
        try:
            return str(page.evaluate("location.href"))
        except PlaywrightError as error:
            # It is just being left for another one.
            if attempt == ATTEMPTS - 1 or "context was destroyed" not in str(error):
                line = str(error).partition("\n")[0]
                raise BrowserLost(f"the page to be judged does not answer: {line}") from error
    raise AssertionError


def query(file: Path, sql: str) -> list[Row]:
    """Return the rows of a query that can only read.

    Raises:
        ConfigError: it is no such query, or takes too long.
        EnvironmentDown: the database cannot be read.
    """
    if not file.is_file():
        raise EnvironmentDown(f"{file.name} is gone")
    with reading(file) as database:
        database.set_progress_handler(lambda: 1, STEPS)
        try:
            return [tuple(row) for row in database.execute(sql)]
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", None) in OF_THE_QUERY:
                raise ConfigError(
                    f"a task asks {file.name} what it cannot say: {error}: {sql}"
                ) from error
            raise EnvironmentDown(f"{file.name} cannot be read: {error}") from error


def same_rows(found: Sequence[Row], wanted: Sequence[Row]) -> bool:
    """Return whether two tables hold the same values in the same order."""
    return len(found) == len(wanted) and all(
        len(one) == len(other) and all(same_value(a, b) for a, b in zip(one, other, strict=True))
        for one, other in zip(found, wanted, strict=True)
    )


def same_value(found: object, wanted: object) -> bool:
    """Return whether two values are the same; numbers by their value."""
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return abs(found - wanted) < CLOSE
    return type(found) is type(wanted) and found == wanted


def same_page(url: str, path: str) -> bool:
    """Return whether an address has this path, and this query where one is given."""
    now, wanted = urlsplit(url), urlsplit(path)
    if now.path.rstrip("/") != wanted.path.rstrip("/"):
        return False
    return not wanted.query or sorted(parse_qsl(now.query)) == sorted(parse_qsl(wanted.query))


def shortened(values: Sequence[object]) -> str:
    """Return values as one line of a reason has them."""
    text = str(list(values))
    return text if len(text) <= 200 else f"{text[:200]}..."
