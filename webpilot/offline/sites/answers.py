"""Reads answers off a page: values of a thing, counts, names of what fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from webpilot.offline.sites.errand import Errand
from webpilot.offline.sites.lists import fitting, listing, whole
from webpilot.offline.sites.page import SitePage
from webpilot.offline.sites.quantities import EMAIL, PHONE, first_date, first_money
from webpilot.offline.sites.questions import STATES
from webpilot.offline.sites.relevance import concerns, names_thing
from webpilot.offline.sites.structure import Record, groups, pairs, shown_total
from webpilot.offline.sites.trail import Trail
from webpilot.offline.sites.wording import akin, content, covered, overlap, terms

__all__ = ["Found", "read_answer", "record_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a page answers."""

    values: tuple[str, ...]
    sure: float
    """In [0, 1]: from 0.6 it is worth stopping for."""
    evidence: str
    """The page's words it was read from."""


def read_answer(errand: Errand, trail: Trail) -> Found | None:
    """Return the surest answer that the pages seen hold, or ``None``."""
    options = [*(_counts(errand, trail) if errand.counted else _values(errand, trail))]
    return max(options, key=lambda found: found.sure, default=None)


def _counts(errand: Errand, trail: Trail) -> Iterator[Found]:
    """Yield counts: as the page tells them, else of what it lists."""
    page, noun = trail.page, errand.counted
    about = concerns(page, errand)
    if errand.thing and not errand.values:
        if about >= 0.7:
            yield from _told_count(page, noun, 0.9 * about)
        for record in _records_of(page, errand):
            value = _column(record, noun) or _noted_count(record.text, noun)
            if value is not None and re.search(r"\d", value):
                yield Found(values=(_digits(value),), sure=0.85, evidence=value)
    if about < 0.6 and errand.thing and not re.search(r"[A-Z0-9]", errand.thing):
        yield from _worded(errand, trail)
    if about < 0.6:
        return
    unbounded = not errand.values and not errand.bounds and not errand.person
    if unbounded and not errand.thing:
        yield from _told_count(page, noun, 0.8 * about)
        total = shown_total(page, noun)
        if total is not None:
            yield Found(values=(str(total),), sure=0.85 * about, evidence=str(total))
    rows = fitting(listing(errand, trail), errand)
    if (
        rows is not None
        and whole(errand, trail)
        and (rows or _told_apart(errand, listing(errand, trail)))
    ):
        known = 0.5 if errand.thing and not errand.values else 0.72 if rows else 0.6
        yield Found(values=(str(len(rows)),), sure=known * about, evidence=page.title)


def _worded(errand: Errand, trail: Trail) -> Iterator[Found]:
    """Yield the count of the records of which a cell has the words that describe them."""
    plain = replace(errand, thing="", others=())
    if concerns(trail.page, plain) < 0.6 or not whole(plain, trail):
        return
    wanted = set(content(errand.thing))
    rows = [
        record
        for record in listing(plain, trail) or ()
        if any(wanted <= set(content(cell)) and len(cell) < 60 for cell in record.cells)
    ]
    if rows:
        yield Found(values=(str(len(rows)),), sure=0.66, evidence=rows[0].text)


def _told_apart(errand: Errand, records: Sequence[Record] | None) -> bool:
    """Return whether the records say what tells them apart, so that none with a value means none."""
    if errand.columns:
        heads = next((record.headers for record in records or () if record.headers), ())
        return all(any(overlap(name, head) >= 0.7 for head in heads) for name in errand.columns)
    cells = (terms(cell) for record in records or () for cell in record.cells)
    return any(cell and set(cell) <= STATES for cell in cells)


def _told_count(page: SitePage, noun: str, sure: float) -> Iterator[Found]:
    """Yield the counts that the page puts into words: ``3 reviews``, ``Reviews (3)``."""
    wanted = content(noun)[-1:]
    for pair in pairs(page):
        if pair.item.chrome or not re.fullmatch(r"\(?\d[\d,]*\)?(?:\s+\w+)?", pair.value.strip()):
            continue
        if wanted and any(akin(wanted[0], word) == 1.0 for word in terms(pair.key)):
            yield Found(values=(_digits(pair.value),), sure=sure, evidence=pair.value)
    for run in _own_runs(page):
        for pattern in (
            r"(?P<n>\d[\d,]*)\s+(?P<w>(?:[a-z]+\s)?[a-z]+)",
            r"(?P<w>[a-z]+)\s*[(:]\s*(?P<n>\d[\d,]*)\b",
        ):
            for match in re.finditer(pattern, run, re.IGNORECASE):
                words = terms(match.group("w"))
                if wanted and any(akin(wanted[0], word) == 1.0 for word in words):
                    yield Found(
                        values=(match.group("n").replace(",", ""),),
                        sure=sure - 0.02,
                        evidence=match.group(0),
                    )


def _noted_count(text: str, noun: str) -> str | None:
    """Return the count that a record's text gives: ``12 replies``, ``comment: 8``."""
    wanted = content(noun)[-1:]
    for match in re.finditer(r"(\d[\d,]*)\s+([a-z]+)|([a-z]+)\s*[(:]\s*(\d[\d,]*)", text, re.I):
        word = terms(match.group(2) or match.group(3) or "")
        if word and wanted and akin(wanted[0], word[0]) >= 0.75:
            return match.group(1) or match.group(4)
    return None


def _values(errand: Errand, trail: Trail) -> Iterator[Found]:
    """Yield values of what is asked for: of the thing itself, or of all that fits."""
    page = trail.page
    about = concerns(page, errand)
    if errand.several or (not errand.thing and not errand.extreme and errand.values):
        yield from _names(errand, trail, about)
        if errand.several:
            return
    if not errand.asked:
        return
    for record in _records_of(page, errand):
        value = record_value(record, errand.asked)
        if value:
            yield Found(values=(value,), sure=0.8, evidence=value)
    if about >= 0.6:
        for value, sure in _of_page(page, errand):
            yield Found(values=(_trimmed(value, errand.asked),), sure=sure * about, evidence=value)


def _names(errand: Errand, trail: Trail, about: float) -> Iterator[Found]:
    """Yield the names (or the asked column) of the records that fit, once all were seen."""
    rows = fitting(listing(errand, trail), errand)
    if not rows or about < 0.6 or not whole(errand, trail):
        return
    values = []
    for row in rows:
        value = None
        if errand.asked and not overlap(errand.asked, "name") >= 0.7:
            value = row.cell(errand.asked)
        values.append(value or row.title)
    yield Found(values=tuple(values), sure=0.75 * about, evidence=rows[0].text)


def _records_of(page: SitePage, errand: Errand) -> list[Record]:
    """Return the records that bear the thing's name, surest first."""
    name = errand.thing or errand.person
    if not name:
        return []
    found: list[tuple[float, int, Record]] = []
    for group in groups(page):
        for record in group.records:
            mark = max(
                names_thing(name, record.title),
                *(names_thing(name, cell) for cell in record.cells or ("",)),
            )
            if mark >= 0.8:
                found.append((mark, -len(record.text), record))
    if not found:
        found = [(0.8, 0, record) for record in _lone(page, name)]
    return [record for _, _, record in sorted(found, key=lambda one: one[:2], reverse=True)]


def _lone(page: SitePage, name: str) -> Iterator[Record]:
    """Yield the block around a link of the thing's name, where it stands alone in a list."""
    for item in page.links:
        if item.chrome or item.role != "link" or names_thing(name, item.label) < 0.8:
            continue
        for above in list(page.above(item))[:4]:
            parts = page.parts(above)
            if 3 <= len(parts) <= 14 and len(page.text(above)) < 400:
                text = page.text(above)
                yield Record(item=above, title=item.label, link=item, text=text, cells=parts)
                return


def record_value(record: Record, asked: str) -> str | None:
    """Return a record's value: from the column of that name, else by its form."""
    told = _column(record, asked)
    return told or _by_form(record, asked)


def _column(record: Record, asked: str) -> str | None:
    """Return what stands in the column that is asked for, or that usually tells it."""
    names = (asked, *ALSO.get(_kind(asked), ()))
    values = (record.cell(name) for name in names)
    return next((value.strip() for value in values if value and value.strip()), None)


def _by_form(record: Record, asked: str) -> str | None:
    """Return the part of a record that has the form of what is asked for."""
    kind = _kind(asked)
    if kind == "price":
        return first_money(record.text)
    if kind == "email":
        match = EMAIL.search(record.text)
        return match.group() if match else None
    if kind == "phone":
        match = PHONE.search(record.text)
        return match.group() if match else None
    if kind == "date":
        return first_date(record.text)
    if kind == "author":
        return _author(record.text)
    return None


def _of_page(page: SitePage, errand: Errand) -> Iterator[tuple[str, float]]:
    """Yield the values that a page about the thing shows for what is asked, with how sure."""
    asked = errand.asked
    for pair in pairs(page):
        if pair.item.chrome:
            continue
        mark = overlap(asked, pair.key) + 0.08 * covered(pair.key, errand.goal)
        if mark >= 0.5:
            yield pair.value, 0.6 + 0.35 * mark
        elif covered(asked, pair.key) >= 0.75:
            yield pair.value, 0.62
    for also in ALSO.get(_kind(asked), ()):
        for pair in pairs(page):
            if not pair.item.chrome and overlap(also, pair.key) >= 0.9:
                yield pair.value, 0.72
    for field in page.fields:
        if not field.chrome and field.value and overlap(asked, field.label) >= 0.7:
            yield field.value, 0.8
    kind = _kind(asked)
    body = _after_title(page)
    if kind == "price" and (price := first_money(body)):
        yield price, 0.85
    if kind == "email" and (match := EMAIL.search(body)):
        yield match.group(), 0.8
    if kind == "phone" and (match := PHONE.search(body)):
        yield match.group(), 0.8
    if kind == "author":
        if author := _author(body):
            yield author, 0.8
        if signed := _signed(page):
            yield signed, 0.78
    if kind == "date" and (date := first_date(body)):
        yield date, 0.66
    yield from _in_prose(page, errand)


def _in_prose(page: SitePage, errand: Errand) -> Iterator[tuple[str, float]]:
    """Yield what running text says of what is asked for."""
    wanted = [
        word for word in content(errand.asked) if word not in ("name", "number", "date", "year")
    ]
    hints = wanted + [word for word in content(errand.goal) if word in PROSE]
    text = _after_title(page)
    for hint in dict.fromkeys(hints):
        for match in re.finditer(rf"\b{re.escape(hint)}\w*\b", text, re.IGNORECASE):
            after = text[match.end() : match.end() + 80]
            if _kind(errand.asked) in ("date", "year"):
                year = re.search(r"\b(?:1\d|20)\d\d\b", after)
                if year:
                    date = first_date(after)
                    yield (date if date and _kind(errand.asked) == "date" else year.group()), 0.7
                continue
            number = re.match(
                r"\s+(?:is|was|of|are|:|about|around|at|stands at|\s)*\s*(?P<v>[\u00a3$\u20ac]?\d[\d,.]*\d|\d)(?P<u>\s?(?:km\u00b2|km2|km|m|kg|%|metres|meters|square kilometres)\b)?",
                after,
            )
            if number:
                yield number.group("v"), 0.68
                continue
            named = re.match(
                r"\s+(?:is|was|are|by|,|:|\s)*\s*(?P<v>[A-Z][\w'-]+(?:\s[A-Z][\w'-]+){0,3})", after
            )
            if named:
                yield named.group("v"), 0.64


PROSE = frozenset(
    [
        "founded",
        "established",
        "born",
        "died",
        "built",
        "opened",
        "invented",
        "published",
        "discovered",
    ]
) | frozenset(["founded", "establish", "bear", "open"])


SIGNED = frozenset(["author", "user", "username", "member", "poster", "profile"])
ALSO = {
    "author": ("customer", "user", "submitter", "reporter", "name"),
    "date": ("created", "placed", "updated", "when", "time"),
}
"""Further names of the columns and keys that tell what is asked for."""


def _kind(asked: str) -> str:
    """Return the form that an answer has, or the word itself."""
    for kind in ("price", "email", "phone", "author", "date", "year"):
        if any(akin(word, kind) >= 0.75 for word in content(asked)):
            return kind
    return asked


def _author(text: str) -> str | None:
    """Return who a text says made something: ``by Ann``, ``Posted by ann on ...``."""
    match = re.search(
        r"\b(?:by|author:?|(?:from )?user:?|started by|submitted by)\s+(?P<name>[^\W\d_][\w.@+-]*(?:\s[A-Z][\w.'-]+)?)",
        text,
    )
    return match.group("name").rstrip(".,") if match else None


def _signed(page: SitePage) -> str | None:
    """Return the first name after the main heading that is marked as an author's."""
    start = page.headings[0].order if page.headings and not page.headings[0].chrome else 0
    for item in page.items[start:]:
        marked = item.words & SIGNED or any(a.words & SIGNED for a in list(page.above(item))[:2])
        leads = item.role == "link" and re.search(
            r"/(?:user|member|profile|people)s?/", item.attributes.get("href", "")
        )
        text = page.text(item)
        if item.role == "link" and (marked or leads) and 1 < len(text) <= 40 and not item.chrome:
            return text
    return None


def _after_title(page: SitePage) -> str:
    """Return the page's own text from its main heading on."""
    start = page.headings[0].order if page.headings and not page.headings[0].chrome else 0
    pairs_ = zip(page.holders, page.runs, strict=True)
    return " ".join(
        text for holder, text in pairs_ if holder >= start and not page.items[holder].chrome
    )


def _own_runs(page: SitePage) -> Iterator[str]:
    """Yield the runs outside of what frames the page, two by two where the first is a number."""
    runs = [
        text
        for holder, text in zip(page.holders, page.runs, strict=True)
        if not page.items[holder].chrome
    ]
    for place, run in enumerate(runs):
        yield run
        if re.fullmatch(r"\(?\d[\d,]*\)?", run) and place + 1 < len(runs):
            yield f"{run.strip('()')} {runs[place + 1]}"


def _digits(text: str) -> str:
    match = re.search(r"\d[\d,]*", text)
    return match.group().replace(",", "") if match else text


def _trimmed(value: str, asked: str) -> str:
    """Return a value without what surrounds it, where its form is known."""
    kind = _kind(asked)
    found: str | None = None
    if kind == "price":
        found = first_money(value)
    elif kind == "year":
        match = re.search(r"\b(?:1\d|20)\d\d\b", value)
        found = match.group() if match else None
    elif kind == "email":
        match = EMAIL.search(value)
        found = match.group() if match else None
    return found or " ".join(value.split())
