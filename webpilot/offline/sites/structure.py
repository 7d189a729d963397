"""What a page repeats and pairs: tables, lists of records, keys with their values, messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from webpilot.offline.sites.page import Item, SitePage
from webpilot.offline.sites.wording import akin, content, overlap

__all__ = [
    "Group",
    "Pair",
    "Record",
    "Table",
    "groups",
    "messages",
    "next_link",
    "pairs",
    "shown_total",
    "tables",
]

KEPT = 256
"""Pages whose structure is kept at hand, by identity."""
SIGNALS_WORDS = """
alert message messages notice notification flash toast error errors errorlist success warning
danger invalid feedback
"""
SIGNALS = frozenset(SIGNALS_WORDS.split())
BAD = frozenset(["error", "errors", "errorlist", "danger", "invalid", "warning"])
ONWARD = re.compile(
    r"^(?:next(?: page)?|older|more|load more|show more|[>\u203a\u00bb\u2192]+"
    r"|next\s*[>\u203a\u00bb\u2192]*)$",
    re.I,
)
TOTAL = re.compile(
    r"(?:\bof\s+(?:about\s+)?(?P<of>\d[\d,]*)\b(?!\s*(?:5|stars?|out)\b)"
    r"|^(?P<head>\d[\d,]*)\s+(?:results?|items?|products?|matches|entries|records?)\b"
    r"|\bfound\s+(?P<found>\d[\d,]*)\b|\b(?P<tail>\d[\d,]*)\s+(?:results?|matches|entries"
    r"|records?|hits)\b(?:\s+found)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One of several like things: a row of a table, a card, an entry of a list."""

    item: Item
    title: str
    """What it is called: its heading, its first link, or its first cell."""
    link: Item | None
    """Where its title leads."""
    text: str
    cells: tuple[str, ...] = ()
    """A row's cells; of anything else its runs of text."""
    headers: tuple[str, ...] = ()
    """Names of the columns, where a table has them."""

    def cell(self, column: str) -> str | None:
        """Return what stands in the column that a name means, or ``None``."""
        marks = [(overlap(column, head), -place) for place, head in enumerate(self.headers)]
        best = max(marks, default=(0.0, 0))
        if best[0] < 0.45 or -best[1] >= len(self.cells):
            return None
        return self.cells[-best[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Records that stand together."""

    records: tuple[Record, ...]
    holder: Item
    table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with rows of cells."""

    item: Item
    headers: tuple[str, ...]
    rows: tuple[tuple[Item, tuple[Item, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A key and the value that the page shows for it."""

    key: str
    value: str
    item: Item


@lru_cache(maxsize=KEPT)
def tables(page: SitePage) -> tuple[Table, ...]:
    """Return the tables, those inside others included, in document order."""
    found = []
    for item in page.items:
        if item.tag != "table" and item.role not in ("table", "grid"):
            continue
        rows: list[tuple[Item, tuple[Item, ...]]] = []
        headers: tuple[str, ...] = ()
        for row in _rows(page, item):
            cells = tuple(
                c for c in page.children(row) if c.tag in ("td", "th") or "cell" in c.role
            )
            if not cells:
                continue
            heads = all(c.tag == "th" or c.role == "columnheader" for c in cells)
            if heads and len(cells) > 1 and not rows:
                headers = tuple(page.text(c) for c in cells)
            else:
                rows.append((row, cells))
        found.append(Table(item=item, headers=headers, rows=tuple(rows)))
    return tuple(found)


def _rows(page: SitePage, table: Item) -> Iterator[Item]:
    """Yield a table's own rows."""
    for item in page.inside(table):
        if item.tag != "tr" and item.role != "row":
            continue
        owner = next(a for a in page.above(item) if a.tag == "table" or a.role in ("table", "grid"))
        if owner.order == table.order:
            yield item


@lru_cache(maxsize=KEPT)
def groups(page: SitePage) -> tuple[Group, ...]:
    """Return the groups of records outside of what frames the page, in document order."""
    found = []
    for table in tables(page):
        if table.item.chrome:
            continue
        rows = tuple(_row(page, row, cells, table.headers) for row, cells in table.rows)
        rows = tuple(row for row in rows if row.text)
        if rows and (table.headers or max(len(row.cells) for row in rows) > 2):
            found.append(Group(records=rows, holder=table.item, table=True))
    for holder in page.items:
        if holder.chrome or holder.tag in ("table", "tbody", "tr", "thead", "select", "form"):
            continue
        for like in _like(page, page.children(holder)):
            records = tuple(_record(page, item) for item in like)
            if sum(bool(record.title) for record in records) >= 2 and not _menu(page, like):
                found.append(Group(records=records, holder=holder))
    return tuple(found)


def _like(page: SitePage, children: Sequence[Item]) -> list[list[Item]]:
    """Return the children that are alike in tag and class, two or more together."""
    kinds: list[list[Item]] = []
    for child in children:
        if child.field or not page.text(child) or child.tag in ("th", "td", "dt", "dd", "br"):
            continue
        for kind in kinds:
            first = kind[0]
            joint, either = first.words & child.words, first.words | child.words
            if first.tag == child.tag and (not either or len(joint) * 2 >= len(either)):
                kind.append(child)
                break
        else:
            kinds.append([child])
    return [kind for kind in kinds if len(kind) > 1]


def _menu(page: SitePage, like: Sequence[Item]) -> bool:
    """Return whether the items only lead elsewhere: bare links, each with a word or two."""
    return all(item.link for item in like)


def _record(page: SitePage, item: Item) -> Record:
    """Return the record that one like item is."""
    inside = (item, *page.inside(item))
    heading = next((one for one in inside if one.heading and page.text(one)), None)
    links = [one for one in inside if one.role == "link" and page.text(one)]
    under = [one for one in links if heading is not None and page.holds(heading, one)]
    over = [one for one in links if heading is not None and page.holds(one, heading)]
    named = next(iter(under or over or links), None)
    title = page.text(heading) if heading is not None else (page.text(named) if named else "")
    title = _whole_title(page, title, links)
    if not title and len(page.parts(item)) > 1:
        title = page.parts(item)[0]
    if not title and item.tag in ("li", "article"):
        title = page.text(item)
    return Record(item=item, title=title, link=named, text=page.text(item), cells=page.parts(item))


def _whole_title(page: SitePage, title: str, links: Sequence[Item]) -> str:
    """Return the title, or where it is cut off what another link of the record says in full."""
    start = title.rstrip().rstrip(".\u2026").rstrip()
    if start == title.rstrip():
        return title
    full = (name for link in links for name in (page.text(link), link.attributes.get("title", "")))
    return next((name for name in full if name.startswith(start) and len(name) > len(title)), title)


def _row(page: SitePage, row: Item, cells: Sequence[Item], headers: tuple[str, ...]) -> Record:
    """Return the record that a table's row is: named by its longest linked cell, or its first."""
    texts = tuple(page.text(cell) for cell in cells)
    links = [one for one in page.inside(row) if one.role == "link" and page.text(one)]
    worded = [one for one in links if re.search(r"[^\W\d]{3}", page.text(one))]
    named = max(worded or links, key=lambda one: len(page.text(one)), default=None)
    title = ""
    place = next(
        (
            p
            for p, head in enumerate(headers)
            if overlap("title", head) >= 0.7 or overlap("name", head) >= 0.7
        ),
        None,
    )
    if place is not None and place < len(texts):
        title = texts[place]
    elif named is not None and len(page.text(named)) > 6:
        title = page.text(named)
    return Record(
        item=row,
        title=title or next((text for text in texts if text), ""),
        link=named,
        text=" ".join(text for text in texts if text),
        cells=texts,
        headers=headers if len(headers) == len(texts) else (),
    )


@lru_cache(maxsize=KEPT)
def pairs(page: SitePage) -> tuple[Pair, ...]:
    """Return keys with their values: rows of two cells, definitions, texts with a colon."""
    found: list[Pair] = []
    for table in tables(page):
        if len(table.rows) == 1 and len(table.headers) == len(table.rows[0][1]):
            row, cells = table.rows[0]
            both = zip(table.headers, cells, strict=True)
            found += [Pair(key=k, value=page.text(c), item=row) for k, c in both if page.text(c)]
            continue
        for row, cells in table.rows:
            texts = [(cell, page.text(cell)) for cell in cells]
            for (head, key), (_, value) in zip(texts, texts[1:], strict=False):
                bare = len(cells) == 2 and not table.headers
                headed = head.tag == "th" or head.role == "rowheader"
                labelled = key.rstrip().endswith(":") or bare or headed
                if key and value and labelled and len(key) <= 60:
                    found.append(Pair(key=key.rstrip(" :"), value=value, item=row))
    for item in page.items:
        if item.tag == "dt" or item.role == "term":
            siblings = page.children(page.items[item.parent]) if item.parent is not None else ()
            after = next((s for s in siblings if s.order > item.order), None)
            if after is not None and (after.tag == "dd" or after.role == "definition"):
                found.append(
                    Pair(key=page.text(item).rstrip(" :"), value=page.text(after), item=after)
                )
    found += _coloned(page)
    return tuple(found)


def _coloned(page: SitePage) -> Iterator[Pair]:
    """Yield pairs such as ``Status: Open``, in one run of text or in two."""
    for place, run in enumerate(page.runs):
        holder = page.items[page.holders[place]]
        inline = re.match(r"^([^:.!?]{2,40}):\s+(\S.*)$", run)
        if inline:
            yield Pair(key=inline.group(1), value=inline.group(2), item=holder)
        elif re.match(r"^[^:]{2,40}:$", run) and place + 1 < len(page.runs):
            yield Pair(key=run.rstrip(" :"), value=page.runs[place + 1], item=holder)
        elif holder.heading > 1 and len(run) <= 40 and place + 1 < len(page.runs):
            after = page.items[page.holders[place + 1]]
            if not after.heading and not after.link and len(page.runs[place + 1]) <= 80:
                yield Pair(key=run.rstrip(" :"), value=page.runs[place + 1], item=holder)
        elif holder.tag in ("strong", "b", "dt", "th", "label") and len(run) <= 30:
            parent = page.items[holder.parent] if holder.parent is not None else None
            if parent is None or place + 1 >= len(page.runs):
                continue
            if (
                page.holds(parent, page.items[page.holders[place + 1]])
                and len(page.parts(parent)) == 2
            ):
                yield Pair(
                    key=run.rstrip(" :"), value=page.runs[place + 1].lstrip(" :"), item=holder
                )


@lru_cache(maxsize=KEPT)
def messages(page: SitePage) -> tuple[tuple[str, bool], ...]:
    """Return what the page tells its user, and for each whether it is a complaint."""
    found = []
    for item in page.items:
        spoken = item.role in ("alert", "status") or item.words & SIGNALS
        text = page.text(item)
        if spoken and text and len(text) < 400:
            bad = bool(item.words & BAD) or bool(
                re.search(
                    r"\b(?:error|invalid|required|failed|not valid|cannot|must)\b", text, re.I
                )
            )
            found.append((text, bad))
    return tuple(found)


def next_link(page: SitePage) -> Item | None:
    """Return the link to the next page of a list, or ``None``."""
    for item in page.links:
        names = {
            item.label.strip(),
            page.text(item).strip(),
            item.attributes.get("title", "").strip(),
        }
        if any(ONWARD.match(name) for name in names if name) and item.role == "link":
            dead = {"disabled"} & item.words or any(
                "disabled" in a.words for a in list(page.above(item))[:1]
            )
            if not dead:
                return item
    return None


def shown_total(page: SitePage, noun: str = "") -> int | None:
    """Return how many there are in all as the page says (``1 to 20 of 45``), or ``None``."""
    wanted = content(noun)
    for place, run in enumerate(page.runs):
        if page.items[page.holders[place]].chrome:
            continue
        stretch = " ".join(page.runs[place : place + 4])
        match = TOTAL.search(run) or (
            TOTAL.search(stretch) if re.fullmatch(r"[\d,]+", run) else None
        )
        if match is None:
            continue
        said = content(stretch[: match.end() + 30])
        known = any(akin(word, other) >= 0.7 for word in wanted for other in said)
        generic = re.search(
            r"\b(?:results?|entries|records?|showing|found|matches|hits)\b", stretch, re.I
        )
        if known or generic:
            number = next(group for group in match.groups() if group)
            return int(number.replace(",", ""))
    return None
